import { describe, expect, it } from 'vitest';
import { directionIn, laidOver, PRESETS, presetOf, type Rules } from './presets';

const rules: Rules = {
  create: { highlevel: 'all', mygadgetrepairs: 'tagged:vip' },
  notes: { to: 'comment', days: 30 },
  fields: { contact: { name: { direction: 'off', conflict: 'ask' } } },
  hours: { monday: '9-5' },
};

describe('a preset', () => {
  it('is found again in the rules that it made', () => {
    for (const preset of PRESETS) expect(presetOf(laidOver(rules, preset))).toBe(preset.id);
  });

  it('leaves everything else, and the rules that it was given, as they were', () => {
    const before = structuredClone(rules);
    for (const preset of PRESETS) {
      const after = laidOver(rules, preset);
      expect(rules).toEqual(before);
      expect(after['hours']).toEqual({ monday: '9-5' });
      expect(after['notes']).toMatchObject({ days: 30 });
      expect(after).toMatchObject({ fields: { contact: { name: { conflict: 'ask' } } } });
    }
  });

  it('never asks for what the server refuses: a due date is not written to the counter', () => {
    for (const preset of PRESETS) expect(['to_highlevel', 'off']).toContain(directionIn(preset, 'task', 'due_date'));
  });
});

it('is none as soon as one field differs', () => {
  const first = PRESETS[0];
  if (!first) throw new Error('no preset');
  const after = laidOver(rules, first) as { fields: { contact: { name: { direction: string } } } };
  after.fields.contact.name.direction = 'off';
  expect(presetOf(after as unknown as Rules)).toBeNull();
  expect(presetOf({})).toBeNull();
});
