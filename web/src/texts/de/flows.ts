import type { Texts } from '../en';

export const flows: Texts['flows'] = {
  title: 'Abläufe',
};
