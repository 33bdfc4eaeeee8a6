import type { Texts } from '../en';

export const keys: Texts['keys'] = {
  title: 'Tasten',
  help: 'Diese Tasten zeigen',
  search: 'Auf dieser Seite suchen',
  go: (page) => `Zu ${page}`,
  then: 'dann',
};
