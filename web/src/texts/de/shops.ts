import type { Texts } from '../en';

export const shops: Texts['shops'] = {
  title: 'Läden',
};
