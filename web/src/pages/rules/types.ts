// The answers of the API about rules, out of its document.
import type { components } from '../../api/schema';

type Schemas = components['schemas'];

export type RulesShown = Schemas['RulesShown'];
export type FieldLine = Schemas['FieldRuleLine'];
export type Direction = Schemas['Direction'];
export type Policy = Schemas['Policy'];
export type RulesCheck = Schemas['RulesCheck'];

/** A record of the shop's own, field by field: what each side holds, and what would be written. */
export type Sample = {
  name: string;
  fields: { field: string; highlevel: string | null; mygadgetrepairs: string | null; write: { side: 'highlevel' | 'mygadgetrepairs'; value: string | null } | null }[];
};
