import { expect, it } from 'vitest';
import { allowedFor, commandLine, curl, quoted } from './calls';

it('quotes for the shell, apostrophes too', () => {
  expect(quoted('main')).toBe('main');
  expect(quoted(`O'Neil's`)).toBe(`'O'\\''Neil'\\''s'`);
  expect(quoted('')).toBe(`''`);
  expect(quoted('$(rm)')).toBe(`'$(rm)'`);
});

it('allows what the danger needs, and no more', () => {
  expect(allowedFor('reads')).toEqual({ writes: false, messages: false, deletes: false });
  expect(allowedFor('writes')).toEqual({ writes: true, messages: false, deletes: false });
  expect(allowedFor('may_message')).toEqual({ writes: true, messages: true, deletes: false });
  expect(allowedFor('deletes')).toEqual({ writes: true, messages: false, deletes: true });
});

it('says the same call as a command and with curl', () => {
  expect(commandLine('my shop', 'a.b', { c: 1 }, 'reads')).toBe(
    `repairbridge operations call a.b --shop 'my shop' --input - <<'END'\n{\n  "c": 1\n}\nEND`,
  );
  expect(commandLine('main', 'a.b', {}, 'writes')).toContain('--send');
  expect(commandLine('main', 'a.b', {}, 'writes')).not.toContain('--yes');
  expect(commandLine('main', 'a.b', {}, 'deletes')).toContain('--send --yes');
  expect(curl('http://x', 'my shop', 'a.b', { c: `it's` }, 'reads')).toContain(`--data '{"input":{"c":"it'\\''s"}}'`);
  expect(curl('http://x', 'my shop', 'a.b', {}, 'may_message')).toContain('"messages":true');
  expect(curl('http://x', 'my shop', 'a.b', {}, 'reads')).toContain('http://x/api/v1/shops/my%20shop/operations/a.b');
});
