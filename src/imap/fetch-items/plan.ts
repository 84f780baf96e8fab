// What a FETCH asks for, worked out once: which reads it needs and how a message's line is put together.
import type { FetchColumns, FetchRow } from '../../core/core.js';
import type { FetchPart, IndexPart } from './fetch-item.js';
import { FLAGS_PART, UID_PART } from './listing.js';

export interface FetchPlan {
  readonly parts: readonly FetchPart[];
  /** Undefined when no rows are needed: flags and uids are in the snapshot. */
  readonly columns: FetchColumns | undefined;
  readonly needsBodies: boolean;
  readonly setsSeen: boolean;
}

/** Stands for the row where no part reads it. */
export const NO_ROW: FetchRow = {
  uid: 0,
  internalDate: 0,
  sizeBytes: 0,
  modseq: 0,
  envelope: '',
  bodyStructure: '',
  headers: '',
};

/** `uid`: the UID form, whose answers always hold the UID (RFC 9051 §6.4.9). */
export function planFetch(asked: readonly FetchPart[], uid: boolean): FetchPlan {
  const parts = uid && !asked.some(({ label }) => label === 'UID') ? [UID_PART, ...asked] : asked;
  let columns: FetchColumns | undefined;
  for (const part of parts) if (part.kind === 'index' && part.columns) columns = { ...columns, ...part.columns };
  return {
    parts,
    columns,
    needsBodies: parts.some(({ kind }) => kind === 'body'),
    setsSeen: parts.some(({ setsSeen }) => setsSeen),
  };
}

/** The parts with FLAGS among them, for a message whose \Seen the FETCH has just set (RFC 9051 §6.4.5). */
export function withFlags(parts: readonly FetchPart[]): readonly FetchPart[] {
  if (parts.some(({ label }) => label === 'FLAGS')) return parts;
  return parts[0]?.label === 'UID' ? [parts[0], FLAGS_PART, ...parts.slice(1)] : [FLAGS_PART, ...parts];
}

/** What stands between the parentheses of one message's line. */
export type LineText = IndexPart['text'];

/** One function for the whole list: nothing is decided again for each message. */
export function compileLine(parts: readonly IndexPart[]): LineText {
  const [first, second, ...rest] = parts.map((part) => part.text);
  if (!first) return () => '';
  if (!second) return first;
  const pair: LineText = (uid, flags, row, modseq) =>
    `${first(uid, flags, row, modseq)} ${second(uid, flags, row, modseq)}`;
  if (rest.length === 0) return pair;
  return (uid, flags, row, modseq) => {
    let text = pair(uid, flags, row, modseq);
    for (const next of rest) text += ` ${next(uid, flags, row, modseq)}`;
    return text;
  };
}

export const isIndexPart = (part: FetchPart): part is IndexPart => part.kind === 'index';
