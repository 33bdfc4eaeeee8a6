// Ready-made choices of what is synced: directions of fields and rules for creating records, laid over the rules that a
// shop has. Everything else in its rules stays.

export type Direction = 'both' | 'to_highlevel' | 'to_mygadgetrepairs' | 'off';

/** A rules document as it is read from TOML. */
export type Rules = { [key: string]: unknown };

export type PresetId = 'both_ways' | 'counter_leads' | 'crm_read' | 'counter_read' | 'look_only';

type Kind = 'contact' | 'task' | 'appointment';

export type Preset = {
  id: PresetId;
  create: { highlevel: string; mygadgetrepairs: string };
  direction: Record<Kind, Direction>;
  /** Where CRM notes are shown. */
  notes: 'comment' | 'off';
};

const FIELDS: Record<Kind, string[]> = {
  contact: ['name', 'email', 'phone', 'company', 'address', 'city', 'postal_code', 'country', 'no_contact', 'no_calls', 'no_email', 'no_sms'],
  task: ['title', 'body', 'due_date', 'completed'],
  appointment: ['title', 'start', 'end', 'cancelled'],
};

/** From the counter only: a ticket's due date follows from the shop's rule. */
const ONE_WAY = new Set(['task.due_date']);

export const PRESETS: Preset[] = [
  {
    id: 'both_ways',
    create: { highlevel: 'all', mygadgetrepairs: 'all' },
    direction: { contact: 'both', task: 'both', appointment: 'both' },
    notes: 'comment',
  },
  {
    id: 'counter_leads',
    create: { highlevel: 'all', mygadgetrepairs: 'none' },
    direction: { contact: 'to_highlevel', task: 'to_highlevel', appointment: 'to_mygadgetrepairs' },
    notes: 'comment',
  },
  {
    id: 'crm_read',
    create: { highlevel: 'none', mygadgetrepairs: 'all' },
    direction: { contact: 'to_mygadgetrepairs', task: 'to_mygadgetrepairs', appointment: 'to_mygadgetrepairs' },
    notes: 'comment',
  },
  {
    id: 'counter_read',
    create: { highlevel: 'all', mygadgetrepairs: 'none' },
    direction: { contact: 'to_highlevel', task: 'to_highlevel', appointment: 'off' },
    notes: 'off',
  },
  {
    id: 'look_only',
    create: { highlevel: 'none', mygadgetrepairs: 'none' },
    direction: { contact: 'off', task: 'off', appointment: 'off' },
    notes: 'off',
  },
];

/** The direction that a preset gives a field. */
export function directionIn(preset: Preset, kind: Kind, field: string): Direction {
  const wanted = preset.direction[kind];
  if (!ONE_WAY.has(`${kind}.${field}`)) return wanted;
  return wanted === 'both' || wanted === 'to_highlevel' ? 'to_highlevel' : 'off';
}

/** The rules with a preset laid over them. */
export function laidOver(rules: Rules, preset: Preset): Rules {
  const after = structuredClone(rules);
  const create = table(after, 'create');
  create['highlevel'] = preset.create.highlevel;
  create['mygadgetrepairs'] = preset.create.mygadgetrepairs;
  const fields = table(after, 'fields');
  for (const kind of Object.keys(FIELDS) as Kind[]) {
    const ofKind = table(fields, kind);
    for (const field of FIELDS[kind]) table(ofKind, field)['direction'] = directionIn(preset, kind, field);
  }
  table(after, 'notes')['to'] = preset.notes;
  return after;
}

/** The preset that the rules are; nothing where a person changed something since. */
export function presetOf(rules: Rules): PresetId | null {
  const found = PRESETS.find((preset) => {
    const create = read(rules, 'create');
    if (create['highlevel'] !== preset.create.highlevel || create['mygadgetrepairs'] !== preset.create.mygadgetrepairs) return false;
    if (read(rules, 'notes')['to'] !== preset.notes) return false;
    return (Object.keys(FIELDS) as Kind[]).every((kind) =>
      FIELDS[kind].every((field) => read(read(rules, 'fields'), kind, field)['direction'] === directionIn(preset, kind, field)),
    );
  });
  return found?.id ?? null;
}

function table(of: Rules, name: string): Rules {
  const found = of[name];
  if (typeof found === 'object' && found !== null && !Array.isArray(found)) return found as Rules;
  const made: Rules = {};
  of[name] = made;
  return made;
}

function read(of: Rules, ...names: string[]): Rules {
  let at: unknown = of;
  for (const name of names) at = typeof at === 'object' && at !== null ? (at as Rules)[name] : undefined;
  return typeof at === 'object' && at !== null ? (at as Rules) : {};
}
