import { plural } from './plural';

export const people = {
  title: 'People',
  lede: 'Everybody in HighLevel and MyGadgetRepairs, a linked pair as one.',
  search: 'Name, phone, e-mail or number',
  state: 'State',
  states: {
    '': 'Everybody',
    in_step: 'In step',
    differs: 'Differs',
    question: 'Waits for you',
    held: 'Held back',
    alone_highlevel: 'Only in HighLevel',
    alone_mygadgetrepairs: 'Only in MyGadgetRepairs',
    left_alone: 'Left alone',
  },
  columns: { name: 'Name', contact: 'Phone and e-mail', reference: 'Number', state: 'State', open: 'Open', changed: 'Changed' },
  open: (tickets: number, tasks: number) => {
    const parts = [];
    if (tickets > 0) parts.push(plural(tickets, { one: '{n} ticket', other: '{n} tickets' }));
    if (tasks > 0) parts.push(plural(tasks, { one: '{n} task', other: '{n} tasks' }));
    return parts.join(', ');
  },
  noName: '(no name)',
  empty: 'Nobody is here yet.',
  emptyText: 'As soon as both sides have been read, everybody is listed here.',
  emptyFound: 'Nobody fits.',
  emptyFoundText: 'Search by the beginning of a name, by phone, e-mail or number.',
  clear: 'Show everybody',
};
