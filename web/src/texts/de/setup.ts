import type { Texts } from '../en';

export const setup: Texts['setup'] = {
  title: 'Einrichtung',
};
