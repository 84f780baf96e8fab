import { groupBy } from '../lib/group-by.js';
import type { FlagSet } from '../mail/flags.js';
import type { Database } from './database.js';

/** A message in a source. Keyword lists are joined by spaces. */
export interface CopyRow {
  readonly id: number;
  readonly sourceId: number;
  readonly messageId: number;
  readonly upstreamUid: number | null;
  readonly upstreamFlags: number;
  readonly upstreamKeywords: string;
  readonly flags: number;
  readonly keywords: string;
  readonly ownFlags: number;
  readonly ownKeywords: string;
  readonly leaving: number;
}

/** The flag columns of a copy. */
export type CopyFlags = Pick<
  CopyRow,
  'upstreamFlags' | 'upstreamKeywords' | 'flags' | 'keywords' | 'ownFlags' | 'ownKeywords'
>;

export const joinKeywords = (keywords: readonly string[]): string => keywords.join(' ');
export const splitKeywords = (text: string): string[] => (text === '' ? [] : text.split(' '));

/** Where a page of copies ends: its last. */
export type PageMark = Pick<CopyRow, 'id' | 'upstreamUid'>;

export interface CopyStore {
  /** A copy as the upstream lists it (flags equal upstream flags). */
  insertListed(sourceId: number, messageId: number, upstreamUid: number, flags: FlagSet): number;
  /** A copy a client made, not yet bound to an upstream uid. */
  insertUnbound(sourceId: number, messageId: number, flags: CopyFlags): number;
  get(id: number): CopyRow | undefined;
  byUid(sourceId: number, upstreamUid: number): CopyRow | undefined;
  /** Bound copies (leaving ones too), ascending by upstream uid. */
  bound(sourceId: number): { id: number; upstreamUid: number }[];
  /** Bound copies that are there upstream as far as we know. */
  countBound(sourceId: number): number;
  /** The bound copies with low ≤ upstreamUid ≤ high. */
  boundIn(sourceId: number, low: number, high: number): { id: number; upstreamUid: number }[];
  /** Upstream uids of the oldest, a middle and the newest bound copy, ascending. */
  sampleUids(sourceId: number): number[];
  /** The newest copy's id, 0 when there is none: what is found later has a higher one. */
  newestId(): number;
  /** The highest upstream uid bound, 0 when there is none. */
  highestUid(sourceId: number): number;
  unbound(sourceId: number): CopyRow[];
  ofMessage(messageId: number): CopyRow[];
  ofSource(sourceId: number): CopyRow[];
  /** At most `limit` copies of the source, behind those up to `after`: first those not bound, then by upstream uid. */
  page(sourceId: number, after: PageMark | undefined, limit: number): CopyRow[];
  /** Those bound copies some of whose flags are ours. */
  withOwnFlags(sourceId: number): CopyRow[];
  bind(id: number, upstreamUid: number, upstream: FlagSet): void;
  unbind(id: number): void;
  setUpstreamUid(id: number, upstreamUid: number): void;
  setFlags(id: number, flags: CopyFlags): void;
  /** Of many at once; most of them become the same. */
  setAllFlags(copies: readonly (CopyFlags & { readonly id: number })[]): void;
  setLeaving(id: number, leaving: boolean): void;
  /** Of many at once. */
  setAllLeaving(ids: readonly number[]): void;
  setMessage(id: number, messageId: number): void;
  /** Only of a copy that is bound to nothing, and shown nowhere or where the other source shows it too. */
  setSource(id: number, sourceId: number): void;
  remove(id: number): void;
}

type FlagColumns = readonly [number, string, number, string, number, string];

const flagColumns = (f: CopyFlags): FlagColumns => [
  f.upstreamFlags,
  f.upstreamKeywords,
  f.flags,
  f.keywords,
  f.ownFlags,
  f.ownKeywords,
];

export function createCopyStore({ sqlite }: Database): CopyStore {
  const insertListed = sqlite.prepare(
    `INSERT INTO copies (sourceId, messageId, upstreamUid, upstreamFlags, upstreamKeywords, flags, keywords)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertUnbound = sqlite.prepare(
    `INSERT INTO copies (sourceId, messageId, upstreamFlags, upstreamKeywords, flags, keywords, ownFlags, ownKeywords)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const get = sqlite.prepare('SELECT * FROM copies WHERE id = ?');
  const byUid = sqlite.prepare('SELECT * FROM copies WHERE sourceId = ? AND upstreamUid = ?');
  const bound = sqlite.prepare(
    'SELECT id, upstreamUid FROM copies WHERE sourceId = ? AND upstreamUid IS NOT NULL ORDER BY upstreamUid',
  );
  const countBound = sqlite
    .prepare('SELECT count(*) FROM copies WHERE sourceId = ? AND upstreamUid IS NOT NULL')
    .pluck();
  const boundIn = sqlite.prepare(
    'SELECT id, upstreamUid FROM copies WHERE sourceId = ? AND upstreamUid BETWEEN ? AND ?',
  );
  const highestUid = sqlite
    .prepare('SELECT ifnull(max(upstreamUid), 0) FROM copies WHERE sourceId = ? AND upstreamUid IS NOT NULL')
    .pluck();
  const newestId = sqlite.prepare('SELECT ifnull(max(id), 0) FROM copies').pluck();
  const setSource = sqlite.prepare('UPDATE copies SET sourceId = ? WHERE id = ?');
  const lowestUid = sqlite
    .prepare(
      'SELECT upstreamUid FROM copies WHERE sourceId = ? AND upstreamUid IS NOT NULL ORDER BY upstreamUid LIMIT 1',
    )
    .pluck();
  const nextUid = sqlite
    .prepare('SELECT upstreamUid FROM copies WHERE sourceId = ? AND upstreamUid >= ? ORDER BY upstreamUid LIMIT 1')
    .pluck();
  const unbound = sqlite.prepare('SELECT * FROM copies WHERE sourceId = ? AND upstreamUid IS NULL');
  const ofMessage = sqlite.prepare('SELECT * FROM copies WHERE messageId = ?');
  const ofSource = sqlite.prepare('SELECT * FROM copies WHERE sourceId = ?');
  const pageUnbound = sqlite.prepare(
    'SELECT * FROM copies WHERE sourceId = ? AND upstreamUid IS NULL AND id > ? ORDER BY id LIMIT ?',
  );
  const pageBound = sqlite.prepare(
    'SELECT * FROM copies WHERE sourceId = ? AND upstreamUid > ? ORDER BY upstreamUid LIMIT ?',
  );
  const withOwnFlags = sqlite.prepare(
    `SELECT * FROM copies WHERE sourceId = ? AND upstreamUid IS NOT NULL AND (ownFlags <> 0 OR ownKeywords <> '')`,
  );
  const bind = sqlite.prepare(
    'UPDATE copies SET upstreamUid = ?, upstreamFlags = ?, upstreamKeywords = ? WHERE id = ?',
  );
  const unbind = sqlite.prepare('UPDATE copies SET upstreamUid = NULL WHERE id = ?');
  const setUid = sqlite.prepare('UPDATE copies SET upstreamUid = ? WHERE id = ?');
  const setFlags = sqlite.prepare(
    `UPDATE copies SET upstreamFlags = ?, upstreamKeywords = ?, flags = ?, keywords = ?, ownFlags = ?, ownKeywords = ?
     WHERE id = ?`,
  );
  const setFlagsOfMany = sqlite.prepare(
    `UPDATE copies SET upstreamFlags = ?, upstreamKeywords = ?, flags = ?, keywords = ?, ownFlags = ?, ownKeywords = ?
     WHERE id IN (SELECT value FROM json_each(?))`,
  );
  const setLeaving = sqlite.prepare('UPDATE copies SET leaving = ? WHERE id = ?');
  const setAllLeaving = sqlite.prepare('UPDATE copies SET leaving = 1 WHERE id IN (SELECT value FROM json_each(?))');
  const setMessage = sqlite.prepare('UPDATE copies SET messageId = ? WHERE id = ?');
  const remove = sqlite.prepare('DELETE FROM copies WHERE id = ?');
  return {
    insertListed: (sourceId, messageId, uid, flags) => {
      const words = joinKeywords(flags.keywords);
      return Number(
        insertListed.run(sourceId, messageId, uid, flags.system, words, flags.system, words).lastInsertRowid,
      );
    },
    insertUnbound: (sourceId, messageId, f) =>
      Number(insertUnbound.run(sourceId, messageId, ...flagColumns(f)).lastInsertRowid),
    get: (id) => get.get(id) as CopyRow | undefined,
    byUid: (sourceId, uid) => byUid.get(sourceId, uid) as CopyRow | undefined,
    bound: (sourceId) => bound.all(sourceId) as { id: number; upstreamUid: number }[],
    countBound: (sourceId) => countBound.get(sourceId) as number,
    boundIn: (sourceId, low, high) => boundIn.all(sourceId, low, high) as { id: number; upstreamUid: number }[],
    sampleUids: (sourceId) => {
      const low = lowestUid.get(sourceId) as number | undefined;
      if (low === undefined) return [];
      const high = highestUid.get(sourceId) as number;
      const middle = nextUid.get(sourceId, Math.ceil((low + high) / 2)) as number;
      return [...new Set([low, middle, high])];
    },
    highestUid: (sourceId) => highestUid.get(sourceId) as number,
    newestId: () => newestId.get() as number,
    unbound: (sourceId) => unbound.all(sourceId) as CopyRow[],
    ofMessage: (messageId) => ofMessage.all(messageId) as CopyRow[],
    withOwnFlags: (sourceId) => withOwnFlags.all(sourceId) as CopyRow[],
    ofSource: (sourceId) => ofSource.all(sourceId) as CopyRow[],
    page: (sourceId, after, limit) => {
      const unbound = after && after.upstreamUid !== null ? [] : pageUnbound.all(sourceId, after?.id ?? 0, limit);
      return (unbound.length > 0 ? unbound : pageBound.all(sourceId, after?.upstreamUid ?? 0, limit)) as CopyRow[];
    },
    bind: (id, uid, upstream) => void bind.run(uid, upstream.system, joinKeywords(upstream.keywords), id),
    unbind: (id) => void unbind.run(id),
    setUpstreamUid: (id, uid) => void setUid.run(uid, id),
    setFlags: (id, f) => void setFlags.run(...flagColumns(f), id),
    setAllFlags: (changed) => {
      const groups = groupBy(changed, (copy) => JSON.stringify(flagColumns(copy)));
      for (const [columns, group] of groups)
        setFlagsOfMany.run(...(JSON.parse(columns) as FlagColumns), JSON.stringify(group.map(({ id }) => id)));
    },
    setLeaving: (id, leaving) => void setLeaving.run(leaving ? 1 : 0, id),
    setSource: (id, sourceId) => void setSource.run(sourceId, id),
    setAllLeaving: (ids) => void setAllLeaving.run(JSON.stringify(ids)),
    setMessage: (id, messageId) => void setMessage.run(messageId, id),
    remove: (id) => void remove.run(id),
  };
}
