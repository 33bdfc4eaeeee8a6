// The answers of the API about rules, out of its document.
import type { components } from '../../api/schema';

type Schemas = components['schemas'];

export type RulesShown = Schemas['RulesShown'];
export type FieldLine = Schemas['FieldRuleLine'];
export type Direction = Schemas['Direction'];
export type Policy = Schemas['Policy'];
export type RulesCheck = Schemas['RulesCheck'];

export type Sample = Schemas['SampleRecord'];
