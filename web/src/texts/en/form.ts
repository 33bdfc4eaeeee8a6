import type { Mistake } from '../../parts/schema-form/model';
import { plural } from './plural';

const wrong: Record<Mistake['code'], (what: string) => string> = {
  missing: () => 'Fill this in',
  not_text: () => 'This has to be a text',
  not_number: () => 'This has to be a number',
  not_whole: () => 'This has to be a whole number',
  too_small: (least) => `This has to be ${least} or more`,
  too_large: (most) => `This has to be ${most} or less`,
  not_choice: () => 'Choose one of the list',
  not_list: () => 'This has to be a list',
  not_object: () => 'This has to have fields of its own',
  not_yes_no: () => 'Choose yes or no',
  unknown: (name) => `There is no field “${name}”; take it out`,
  not_email: () => 'This is no e-mail address',
  not_uri: () => 'This is no web address; it begins with https://',
  not_date: () => 'Write a date as 2030-01-31',
  not_instant: () => 'Write a date and a time, such as 2030-01-31T09:00:00Z',
};

export const form = {
  more: (n: number) => plural(n, { one: '{n} more field', other: '{n} more fields' }),
  nothing: 'It takes nothing.',
  optional: (label: string) => `${label} (optional)`,
  add: (label: string) => `Add ${label.toLowerCase()}`,
  remove: (label: string) => `Leave out ${label.toLowerCase()}`,
  addItem: 'Add one',
  drop: 'Remove',
  item: (n: number) => `No. ${n}`,
  emptied: 'empty what is there',
  unsaid: '– not said –',
  yes: 'Yes',
  no: 'No',
  json: 'Written as JSON.',
  notJson: (why: string) => `This is no JSON yet: ${why}`,
  wrong: (mistake: Mistake) => wrong[mistake.code](mistake.what ?? ''),
};
