import type { Texts } from '../en';

export const activity: Texts['activity'] = {
  title: 'Verlauf',
};
