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
  words: string;
  [more: string]: unknown;
}

export interface Status {
  shop: string;
  health: Health;
  reasons: string[];
  lag_seconds: Sides<number | null>;
  backlog: number;
  budget: {
    highlevel: { window_left: number | null; day_left: number | null };
    mygadgetrepairs: { window_left: number | null; blocked_until: string | null };
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
