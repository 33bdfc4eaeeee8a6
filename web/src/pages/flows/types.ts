// What the API tells of flows, their runs and recipes.
import type { Json } from '../../parts/schema-form/model';
import type { Flow } from './document';

export type FlowLine = {
  id: string;
  title: string;
  on: string;
  enabled: boolean;
  paused_why: string | null;
  deaf_why: string | null;
  version: number;
  draft: number | null;
  recipe: string | null;
  active_from: string;
  runs: Record<string, number>;
};

export type Run = {
  id: string;
  flow: string;
  version: number;
  mode: string;
  state: string;
  why: string | null;
  source: string;
  record: string;
  question: { question?: string; options?: string[] } | null;
  began_at: string;
  goes_on_at: string | null;
  ended_at: string | null;
};

export type StepStory = { step: string; input: Json; output: Json; outcome: string; at: string };

export type RunStory = Run & { occurrence: Json; call: Json; steps: StepStory[] };

export type Version = { version: number; at: string; document: Flow };

export type Act = { operation: string; input?: Json; [more: string]: unknown };

export type Comparison = {
  flow: string;
  live: number;
  draft: number;
  since: string | null;
  compared: number;
  same: number;
  under_way: number;
  only_live: number;
  only_draft: number;
  differences: {
    record: string;
    live_ended: string;
    draft_ended: string;
    acts: { difference: 'missing' | 'new' | 'changed'; act?: Act; operation?: string; input?: Json }[];
  }[];
};

export type AnswerKind =
  | 'number' | 'text' | 'yes_no' | 'choice' | 'tag' | 'status_group' | 'status' | 'calendar' | 'user' | 'pipeline' | 'stage'
  | 'custom_field' | 'issue_type' | 'customer_group';

export type Asked = {
  name: string;
  title: string;
  kind: AnswerKind;
  many?: boolean;
  options?: string[];
  default?: Json;
  optional?: boolean;
};

export type Question = Asked & {
  choices: { value: Json; label: string }[];
  unknown_why: string | null;
  proposed: Json;
};

export type RecipeLine = {
  id: string;
  need: string;
  title: string;
  help: string;
  guard: string;
  asks: Asked[];
  installed: boolean;
};

export type LastMonth = {
  since: string | null;
  started: Record<string, number>;
  ended: Record<string, number>;
  calls: Record<string, number>;
  runs: { flow: string; at: string; source: string; record: string; calls: string[]; ended: string }[];
  rules: Json;
};
