import type { Texts } from '../en';

export const catalogue: Texts['catalogue'] = {
  title: 'Katalog',
};
