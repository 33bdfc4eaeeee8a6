import { expect, test } from 'vitest';
import { texts as de } from '../texts/de';
import { texts as en } from '../texts/en';
import { factName, fieldName, pathWords, valueWords } from './fields';

test('a field is named in the language, however the API writes it; an unknown one by its own name', () => {
  expect([fieldName('postal_code', en), fieldName('postalCode', de), fieldName('shoe_size', en)]).toEqual(['Postal code', 'Postleitzahl', 'shoe_size']);
});

test('a path of a flow is told in words, as far as it is known', () => {
  expect(['customer.first_name', 'ticket.customer_id', 'trigger.before.status', 'steps.call.task.id', 'tickets', 'odd.path'].map((path) => pathWords(path, en))).toEqual([
    'Customer: First name',
    'Ticket: Customer (Id)',
    'What happened: before, Status',
    'Step “call”: task, Id',
    'All tickets',
    'odd.path',
  ]);
});

test('a status that is yes or no is named by what it says', () => {
  expect([factName('task', 'status', true, en), factName('appointment', 'status', false, en), factName('task', 'status', 'Ready', en)]).toEqual([
    'Completed',
    'Called off',
    'Status',
  ]);
});

test('an empty value is none, not a word', () => {
  expect([valueWords(null, en, 'en'), valueWords(undefined, en, 'en'), valueWords(false, en, 'en')]).toEqual([null, null, 'no']);
});
