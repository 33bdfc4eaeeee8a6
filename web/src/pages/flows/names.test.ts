import { expect, it } from 'vitest';
import { paths, recordOf, sampled, sampleOf } from './names';

const TRIGGER = { properties: { at: {}, to: {}, after: { properties: {} } } };

it('offers the record of the trigger first, its facts, and what steps give', () => {
  const found = paths(
    {
      id: 'f', trigger: { on: 'mygadgetrepairs.ticket.ready' },
      step: [
        { id: 'ask', ask: { question: 'x', options: ['a'], within: {}, otherwise: 'a' } },
        { id: 'made', call: 'highlevel.task.create', with: {}, on_failure: 'go_on' },
      ],
    },
    TRIGGER,
    { 'highlevel.task.create': { properties: { task: { properties: { id: {} } } } } },
  ).map((one) => one.path);
  expect(found.indexOf('ticket.reference')).toBeLessThan(found.indexOf('contact.email'));
  expect(found).toContain('trigger.to');
  expect(found).toContain('trigger.after.status_group');
  expect(found).toContain('steps.ask.answer');
  expect(found).toContain('steps.made.task.id');
  expect(found).toContain('steps.made.failed');
  expect(found).toContain('tickets');
});

it('knows the triggers as the server does', () => {
  expect(recordOf('mygadgetrepairs.ticket.ready')).toBe('ticket');
  expect(recordOf('highlevel.task.overdue')).toBe('task');
  expect(recordOf('highlevel.event.InvoicePaid')).toBeNull();
});

it('finds the values of a sample', () => {
  const sample = sampleOf({ trigger: 'mygadgetrepairs.ticket.ready', at: '2026-01-01T00:00:00Z', facts: { after: { reference: 'K-1' }, to: 'Ready' } });
  expect(sampled(sample, 'ticket.reference')).toBe('K-1');
  expect(sampled(sample, 'trigger.to')).toBe('Ready');
  expect(sampled(sample, 'contact.email')).toBeUndefined();
  expect(sampled(undefined, 'a')).toBeUndefined();
});
