import { expect, it } from 'vitest';
import { pathWords } from '../../state/fields';
import { texts } from '../../texts/en';
import { flows } from '../../texts/en/flows';
import { condition, summary, type Speech } from './summary';

const speech: Speech = {
  says: flows.editor.says,
  operators: flows.editor.operators,
  titleOf: (id) => (id === 'highlevel.task.create' ? 'Create a task' : id),
  fieldOf: (path) => pathWords(path, texts),
};

it('tells each kind of step in a sentence', () => {
  const told = (step: object) => summary({ id: 'x', ...step }, speech);
  expect(told({ call: 'highlevel.task.create' })).toBe('Create a task');
  expect(told({ wait: { days: 3, business: true } })).toBe('Wait 3 days, counting opening hours only');
  expect(told({ wait: { until: 'next_business_time' } })).toBe('Wait until the shop is open');
  expect(told({ wait: { until: { pick: 'appointment.start' } } })).toBe('Wait until Appointment: Begins');
  expect(told({ go_on_if: [{ pick: 'ticket.status_group', is: 'ready' }, { pick: 'invoice.is_paid', is_not: true }] })).toBe(
    'Go on only if Ticket: Group of the status is ready and Invoice: Is paid is not true',
  );
  expect(told({ branch: { if: [{ pick: 'a', filled: true }], then: [] } })).toBe('If a is filled');
  expect(told({ for_each: { in: { pick: 'tickets' }, do: [] } })).toBe('For each of All tickets');
  expect(told({ set: { a: 1, b: 2 } })).toBe('Remember a, b');
  expect(told({ call: '' })).toBe('Not filled in yet');
  expect(told({})).toBe('Not filled in yet');
});

it('tells groups of conditions, and lengths of time', () => {
  expect(condition({ any: [{ pick: 'a', is: 1 }, { pick: 'b', filled: false }] }, speech)).toBe('a is 1 or b is empty');
  expect(condition({ not: { pick: 'a', is: 1 } }, speech)).toBe('not (a is 1)');
  expect(condition({ pick: 'a', older_than: { days: 1, hours: 2 } }, speech)).toBe('a is older than 1 day 2 hours');
  expect(condition({ count: { in: 'tickets' }, more_than: 1 }, speech)).toBe('a condition written as JSON');
});
