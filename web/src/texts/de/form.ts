import type { Mistake } from '../../parts/schema-form/model';
import type { Texts } from '../en';
import { plural } from './plural';

const wrong: Record<Mistake['code'], (what: string) => string> = {
  missing: () => 'Bitte ausfüllen',
  not_text: () => 'Hier gehört ein Text hin',
  not_number: () => 'Hier gehört eine Zahl hin',
  not_whole: () => 'Hier gehört eine ganze Zahl hin',
  too_small: (least) => `Mindestens ${least}`,
  too_large: (most) => `Höchstens ${most}`,
  not_choice: () => 'Bitte etwas aus der Liste wählen',
  not_list: () => 'Hier gehört eine Liste hin',
  not_object: () => 'Hier gehören eigene Felder hin',
  not_yes_no: () => 'Bitte Ja oder Nein wählen',
  unknown: (name) => `Ein Feld „${name}“ gibt es nicht; bitte weglassen`,
  not_email: () => 'Das ist keine E-Mail-Adresse',
  not_uri: () => 'Das ist keine Webadresse; sie beginnt mit https://',
  not_date: () => 'Datum bitte so schreiben: 2030-01-31',
  not_instant: () => 'Datum und Uhrzeit bitte so schreiben: 2030-01-31T09:00:00Z',
};

export const form: Texts['form'] = {
  more: (n: number) => plural(n, { one: '{n} weiteres Feld', other: '{n} weitere Felder' }),
  nothing: 'Es braucht keine Angaben.',
  optional: (label: string) => `${label} (freiwillig)`,
  add: (label: string) => `${label} hinzufügen`,
  remove: (label: string) => `${label} weglassen`,
  addItem: 'Hinzufügen',
  drop: 'Entfernen',
  item: (n: number) => `Nr. ${n}`,
  emptied: 'leeren, was dort steht',
  unsaid: '– keine Angabe –',
  yes: 'Ja',
  no: 'Nein',
  json: 'Als JSON geschrieben.',
  notJson: (why: string) => `Das ist noch kein JSON: ${why}`,
  wrong: (mistake: Mistake) => wrong[mistake.code](mistake.what ?? ''),
};
