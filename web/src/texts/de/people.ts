import type { Texts } from '../en';
import { plural } from './plural';

export const people: Texts['people'] = {
  title: 'Kunden',
  lede: 'Alle aus HighLevel und MyGadgetRepairs, ein verknüpftes Paar als eine Person.',
  search: 'Name, Telefon, E-Mail oder Nummer',
  state: 'Zustand',
  states: {
    '': 'Alle',
    in_step: 'Im Gleichstand',
    differs: 'Weicht ab',
    question: 'Wartet auf Sie',
    held: 'Zurückgehalten',
    alone_highlevel: 'Nur in HighLevel',
    alone_mygadgetrepairs: 'Nur in MyGadgetRepairs',
    left_alone: 'Ausgenommen',
  },
  columns: { name: 'Name', contact: 'Telefon und E-Mail', reference: 'Nummer', state: 'Zustand', open: 'Offen', changed: 'Geändert' },
  open: (tickets, tasks) => {
    const parts = [];
    if (tickets > 0) parts.push(plural(tickets, { one: '{n} Auftrag', other: '{n} Aufträge' }));
    if (tasks > 0) parts.push(plural(tasks, { one: '{n} Aufgabe', other: '{n} Aufgaben' }));
    return parts.join(', ');
  },
  noName: '(ohne Namen)',
  empty: 'Hier ist noch niemand.',
  emptyText: 'Sobald beide Seiten gelesen sind, stehen hier alle.',
  emptyFound: 'Niemand passt.',
  emptyFoundText: 'Suchen Sie nach dem Anfang eines Namens, nach Telefon, E-Mail oder Nummer.',
  clear: 'Alle zeigen',
};
