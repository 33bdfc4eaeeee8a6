// What the people's answers hold, until the API's document has them.
import type { LogLine, Question, RecordCard } from '../../api/types';

export type PersonState =
  | 'in_step'
  | 'differs'
  | 'alone_highlevel'
  | 'alone_mygadgetrepairs'
  | 'question'
  | 'held'
  | 'left_alone';

export interface PersonLine {
  record: string;
  name: string | null;
  state: PersonState;
  highlevel: { id: string; name: string | null; phone: string | null; email: string | null } | null;
  mygadgetrepairs: { id: string; reference: string | null; name: string | null; phone: string | null; email: string | null } | null;
  tickets_open: number;
  tasks_open: number;
  questions: number;
  changed_at: string | null;
}

export interface People {
  people: PersonLine[];
  next: string | null;
}

export interface Pair {
  highlevel: RecordCard | null;
  mygadgetrepairs: RecordCard | null;
  state: string;
}

export interface Person {
  record: string;
  name: string | null;
  state: PersonState;
  says: string | null;
  tasks: Pair[];
  appointments: Pair[];
  notes: Pair[];
  questions: Question[];
  lines: LogLine[];
}
