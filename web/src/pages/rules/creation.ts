// The rules for creating records inside a rules document, read and changed as a table.
import { parse, stringify } from 'smol-toml';

export type CreateKind = 'all' | 'appointment' | 'tagged' | 'none';
export type Create = { kind: CreateKind; tag: string };
export type Creation = { highlevel: Create; mygadgetrepairs: Create };

function readOne(word: unknown): Create {
  if (typeof word === 'string' && word.startsWith('tagged:')) return { kind: 'tagged', tag: word.slice('tagged:'.length).trim() };
  return word === 'appointment' || word === 'none' ? { kind: word, tag: '' } : { kind: 'all', tag: '' };
}

function written(create: Create): string {
  return create.kind === 'tagged' ? `tagged:${create.tag.trim()}` : create.kind;
}

export function readCreation(toml: string): Creation {
  const create = (parse(toml) as { create?: Record<string, unknown> }).create ?? {};
  return { highlevel: readOne(create['highlevel']), mygadgetrepairs: readOne(create['mygadgetrepairs']) };
}

/** The document with these rules in it; everything else stays. */
export function withCreation(toml: string, creation: Creation): string {
  const document = parse(toml) as Record<string, unknown>;
  document['create'] = { highlevel: written(creation.highlevel), mygadgetrepairs: written(creation.mygadgetrepairs) };
  return stringify(document);
}

export function same(one: Creation, other: Creation): boolean {
  return written(one.highlevel) === written(other.highlevel) && written(one.mygadgetrepairs) === written(other.mygadgetrepairs);
}
