import type { Texts } from '../en';

export const rules: Texts['rules'] = {
  title: 'Regeln',
};
