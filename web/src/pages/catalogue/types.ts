// What the API tells of operations.
import type { Json, Schema } from '../../parts/schema-form/model';
import type { SideName } from '../../api/types';
import type { Danger } from './calls';

export type Availability = { state: 'available' | 'unknown' | 'missing'; words?: string | null };

export type OperationLine = {
  id: string;
  reference: string | null;
  side: SideName;
  kind: 'action' | 'trigger';
  title: string;
  danger: Danger;
  cost: number;
  scopes: string[];
  deprecated: boolean;
  availability?: Availability;
};

export type Operation = OperationLine & {
  core: boolean;
  help: string;
  input: Schema;
  output: Schema;
  needs: { evidence?: 'A' | 'B' | 'C' | 'D'; source?: 'webhook' | 'poll' | 'difference' | 'clock' | 'absence'; agency?: boolean };
  example: Json;
  method?: string;
  path?: string;
  version?: string | null;
  recovery?: { way: 'repeat' | 'look' | 'ask_person'; why?: string };
};

export type CallReport = {
  operation: string;
  title: string;
  danger: Danger;
  outcome: 'planned' | 'done' | 'unknown';
  code?: string;
  message?: string;
  request: { method: string; path: string; [more: string]: Json };
  answer: { status: number; milliseconds: number; body: Json; [more: string]: Json } | null;
};
