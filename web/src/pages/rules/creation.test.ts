import { expect, it } from 'vitest';
import { parse } from 'smol-toml';
import { readCreation, same, withCreation } from './creation';

const TOML = `[create]\nhighlevel = "all"\nmygadgetrepairs = "tagged: vip "\n\n[tasks]\ndue_time = "17:00:00"\n\n[[flow]]\nid = "a"\n`;

it('reads the rules, and writes them back beside everything else', () => {
  const creation = readCreation(TOML);
  expect(creation).toEqual({ highlevel: { kind: 'all', tag: '' }, mygadgetrepairs: { kind: 'tagged', tag: 'vip' } });
  const after = withCreation(TOML, { ...creation, highlevel: { kind: 'none', tag: '' } });
  expect(parse(after)).toEqual({
    create: { highlevel: 'none', mygadgetrepairs: 'tagged:vip' }, tasks: { due_time: '17:00:00' }, flow: [{ id: 'a' }],
  });
  expect(same(readCreation(after), creation)).toBe(false);
  expect(same(readCreation(''), { highlevel: { kind: 'all', tag: 'x' }, mygadgetrepairs: { kind: 'all', tag: '' } })).toBe(true);
});
