// What the API tells of checks and previews.
import type { Cost } from '../../api/types';

export type CheckLine = { what: string; verdict: 'passed' | 'warned' | 'failed'; says: string; mend?: string | null };
export type CheckFound = { at: string; failed: boolean; lines: CheckLine[] };

type PerSide = { highlevel: Record<string, number>; mygadgetrepairs: Record<string, number> };

export type PreviewFound = {
  at: string;
  would_message: number;
  words: string[];
  created: PerSide;
  updated: PerSide;
  deleted: PerSide;
  linked: Record<string, number>;
  review: number;
  cost: Cost;
  examples: string[];
};
