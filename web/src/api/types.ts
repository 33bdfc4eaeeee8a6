// The answers by their names. Taken out of the generated schema as soon as that is there.

export type Permission = 'read' | 'operate' | 'admin';
export type SideName = 'highlevel' | 'mygadgetrepairs';
export type Sides<T> = Record<SideName, T>;

export interface Me {
  kind: 'user' | 'token' | 'anybody';
  name: string | null;
  role: 'owner' | 'staff' | 'read_only' | null;
  may: Permission[];
}

export type Health = 'ok' | 'attention' | 'stopped';

export interface Cost {
  highlevel: number;
  mygadgetrepairs: number;
  seconds: number;
  finish_at: string;
  words: string;
}

export interface Status {
  shop: string;
  health: Health;
  reasons: string[];
  lag_seconds: Sides<number | null>;
  backlog: number;
  budget: {
    highlevel: { window_left: number | null; window?: number | null; day_left: number | null; day?: number | null };
    mygadgetrepairs: { window_left: number | null; window?: number | null; blocked_until: string | null };
  };
  agreement: { fields: number; agree: number };
  review: number;
  conflicts: number;
  held: number;
  failed: number;
  webhooks: { received: number; lost_rate: number; last_at: Sides<string | null> };
  linked: Record<string, number>;
  records: Record<string, number>;
  last_run: { started_at: string; finished_at: string | null; phase: string } | null;
  remaining: Cost | null;
}

export interface Progress {
  phase: 'idle' | 'reading' | 'deciding' | 'writing' | 'reading_back';
  read: number[];
  waiting: number[];
  written: number[];
  note: string | null;
}

export interface ShopOverview {
  name: string;
  paused: boolean;
  approved: boolean;
  status: Status;
  progress: Progress;
  created: { contact: number; task: number; appointment: number };
}

export interface Overview {
  version: string;
  warnings: string[];
  shops: ShopOverview[];
}

export interface Job {
  id: string;
  shop: string;
  kind: string;
  state: 'waiting' | 'running' | 'done' | 'failed';
  [more: string]: unknown;
}

/** A line of the journal: references, no names and no values. */
export interface LogLine {
  id: number;
  at: string;
  event: string;
  side: SideName | null;
  kind: Kind | null;
  record: string | null;
  counterpart: string | null;
  text: string;
}

export type Kind = 'contact' | 'task' | 'appointment' | 'note';

export interface Lines {
  lines: LogLine[];
  /** What `before` is for the next page. */
  next: number | null;
}

export interface Activity {
  buckets: Bucket[];
}

export interface Bucket {
  at: string;
  written: Sides<number>;
  seen: Sides<number>;
  failed: number;
}
