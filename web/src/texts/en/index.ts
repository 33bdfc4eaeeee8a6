import { shell } from './shell';
import { keys } from './keys';
import { fields } from './fields';
import { shops } from './shops';
import { home } from './home';
import { people } from './people';
import { person } from './person';
import { review } from './review';
import { activity } from './activity';
import { setup } from './setup';
import { flows } from './flows';
import { catalogue } from './catalogue';
import { rules } from './rules';
import { settings } from './settings';
import { form } from './form';

export const texts = {
  shell,
  keys,
  fields,
  shops,
  home,
  people,
  person,
  review,
  activity,
  setup,
  flows,
  catalogue,
  rules,
  settings,
  form,
};

export type Texts = typeof texts;
