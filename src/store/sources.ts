import type { Role } from '../mail/roles.js';
import type { Database } from './database.js';

/** What a source that is no upstream mailbox keeps: messages no upstream has, or the gateway's own. */
export type LocalKind = 'recovered' | 'notice';

/** One upstream mailbox as last seen. */
export interface SourceRow {
  readonly id: number;
  readonly accountId: number;
  readonly path: readonly string[];
  readonly role: Role | undefined;
  readonly selectable: boolean;
  /** False while its CREATE is still owed to the upstream. */
  readonly present: boolean;
  /** Every message it had at first sight has a copy row. */
  readonly listed: boolean;
  readonly uidValidity: number | undefined;
  readonly uidNext: number | undefined;
  readonly highestModseq: bigint | undefined;
  /** Bit mask of the system flags the upstream keeps. */
  readonly keptSystemFlags: number;
  readonly keepsNewKeywords: boolean;
  /** Lower case. */
  readonly keepsKeywords: readonly string[];
  readonly lastFullCheck: number;
  readonly uidSamples: readonly UidSample[];
  /** Kept here alone: nothing of it ever goes upstream. */
  readonly local: LocalKind | undefined;
}

/** [upstream uid, internal date (Unix time, seconds), bytes], as the source listed it. */
export type UidSample = readonly [number, number, number];

interface RawSource {
  id: number;
  accountId: number;
  path: string;
  role: string | null;
  selectable: number;
  present: number;
  listed: number;
  uidValidity: number | null;
  uidNext: number | null;
  highestModseq: string | null;
  keptSystemFlags: number;
  keepsNewKeywords: number;
  keepsKeywords: string;
  lastFullCheck: number;
  uidSamples: string;
  local: string | null;
}

const fromRaw = (raw: RawSource): SourceRow => ({
  id: raw.id,
  accountId: raw.accountId,
  path: JSON.parse(raw.path) as string[],
  role: (raw.role ?? undefined) as Role | undefined,
  selectable: raw.selectable === 1,
  present: raw.present === 1,
  listed: raw.listed === 1,
  uidValidity: raw.uidValidity ?? undefined,
  uidNext: raw.uidNext ?? undefined,
  highestModseq: raw.highestModseq === null ? undefined : BigInt(raw.highestModseq),
  keptSystemFlags: raw.keptSystemFlags,
  keepsNewKeywords: raw.keepsNewKeywords === 1,
  keepsKeywords: raw.keepsKeywords === '' ? [] : raw.keepsKeywords.split(' '),
  lastFullCheck: raw.lastFullCheck,
  uidSamples: JSON.parse(raw.uidSamples) as UidSample[],
  local: (raw.local ?? undefined) as LocalKind | undefined,
});

/** What a SELECT told of a source. */
export interface SourceState {
  readonly uidValidity: number;
  readonly uidNext: number | undefined;
  readonly highestModseq: bigint | undefined;
}

/** What flags a source's upstream keeps. */
export type FlagSupport = Pick<SourceRow, 'keptSystemFlags' | 'keepsNewKeywords' | 'keepsKeywords'>;

export interface SourceStore {
  insert(source: {
    accountId: number;
    path: readonly string[];
    role: Role | undefined;
    selectable: boolean;
    present: boolean;
  }): SourceRow;
  get(id: number): SourceRow | undefined;
  /** The account's place for what is kept here alone, made if there is none: listed, never present upstream. */
  localOf(accountId: number, local: LocalKind, path: readonly string[]): SourceRow;
  ofAccount(accountId: number): SourceRow[];
  byPath(accountId: number, path: readonly string[]): SourceRow | undefined;
  setSeen(id: number, seen: { role: Role | undefined; selectable: boolean }): void;
  setPresent(id: number): void;
  setPath(id: number, path: readonly string[]): void;
  setListed(id: number): void;
  setState(id: number, state: SourceState): void;
  setFlagSupport(id: number, support: FlagSupport): void;
  setFullCheck(id: number, at: number): void;
  setUidSamples(id: number, samples: readonly UidSample[]): void;
  remove(id: number): void;
  /** Rows were changed by other means, or a transaction was rolled back. */
  forget(): void;
}

export function createSourceStore({ sqlite }: Database): SourceStore {
  const insert = sqlite.prepare(
    'INSERT INTO sources (accountId, path, role, selectable, present) VALUES (?, ?, ?, ?, ?) RETURNING *',
  );
  const insertLocal = sqlite.prepare(
    'INSERT INTO sources (accountId, path, present, listed, local) VALUES (?, ?, 0, 1, ?) RETURNING *',
  );
  const localOf = sqlite.prepare('SELECT * FROM sources WHERE accountId = ? AND local = ?');
  const get = sqlite.prepare('SELECT * FROM sources WHERE id = ?');
  const ofAccount = sqlite.prepare('SELECT * FROM sources WHERE accountId = ? ORDER BY id');
  const byPath = sqlite.prepare('SELECT * FROM sources WHERE accountId = ? AND path = ?');
  const setSeen = sqlite.prepare('UPDATE sources SET role = ?, selectable = ?, present = 1 WHERE id = ?');
  const setPresent = sqlite.prepare('UPDATE sources SET present = 1 WHERE id = ?');
  const setPath = sqlite.prepare('UPDATE sources SET path = ? WHERE id = ?');
  const setListed = sqlite.prepare('UPDATE sources SET listed = 1 WHERE id = ?');
  const setState = sqlite.prepare('UPDATE sources SET uidValidity = ?, uidNext = ?, highestModseq = ? WHERE id = ?');
  const setSupport = sqlite.prepare(
    'UPDATE sources SET keptSystemFlags = ?, keepsNewKeywords = ?, keepsKeywords = ? WHERE id = ?',
  );
  const setUidSamples = sqlite.prepare('UPDATE sources SET uidSamples = ? WHERE id = ?');
  const setFullCheck = sqlite.prepare('UPDATE sources SET lastFullCheck = ? WHERE id = ?');
  const remove = sqlite.prepare('DELETE FROM sources WHERE id = ?');
  const one = (raw: unknown) => (raw === undefined ? undefined : fromRaw(raw as RawSource));
  // Asked for with every message and changed rarely: rows are kept until the next change of any of them.
  const cache = new Map<number, SourceRow>();
  const changing =
    <Args extends unknown[]>(change: (...args: Args) => unknown) =>
    (...args: Args): void => {
      cache.clear();
      change(...args);
    };
  const cached = (id: number): SourceRow | undefined => {
    const known = cache.get(id);
    if (known) return known;
    const row = one(get.get(id));
    if (row) cache.set(id, row);
    return row;
  };
  return {
    insert: ({ accountId, path, role, selectable, present }) =>
      fromRaw(
        insert.get(accountId, JSON.stringify(path), role ?? null, selectable ? 1 : 0, present ? 1 : 0) as RawSource,
      ),
    get: cached,
    localOf: (accountId, local, path) =>
      fromRaw((localOf.get(accountId, local) ?? insertLocal.get(accountId, JSON.stringify(path), local)) as RawSource),
    ofAccount: (accountId) => (ofAccount.all(accountId) as RawSource[]).map(fromRaw),
    byPath: (accountId, path) => one(byPath.get(accountId, JSON.stringify(path))),
    setSeen: changing((id, { role, selectable }) => setSeen.run(role ?? null, selectable ? 1 : 0, id)),
    setPresent: changing((id) => setPresent.run(id)),
    setPath: changing((id, path) => setPath.run(JSON.stringify(path), id)),
    setListed: changing((id) => setListed.run(id)),
    setState: changing((id, { uidValidity, uidNext, highestModseq }) =>
      setState.run(uidValidity, uidNext ?? null, highestModseq?.toString() ?? null, id),
    ),
    setFlagSupport: changing((id, { keptSystemFlags, keepsNewKeywords, keepsKeywords }) =>
      setSupport.run(keptSystemFlags, keepsNewKeywords ? 1 : 0, keepsKeywords.join(' '), id),
    ),
    setUidSamples: changing((id, samples) => setUidSamples.run(JSON.stringify(samples), id)),
    setFullCheck: changing((id, at) => setFullCheck.run(at, id)),
    remove: changing((id) => remove.run(id)),
    forget: () => cache.clear(),
  };
}
