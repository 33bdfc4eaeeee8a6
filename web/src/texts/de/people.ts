import type { Texts } from '../en';

export const people: Texts['people'] = {
  title: 'Kunden',
};
