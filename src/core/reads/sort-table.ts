// What messages are sorted and threaded by, kept for the mailboxes that were sorted last: read once from the store, then
// only what is new.
import { createMutex, type Mutex } from '../../lib/mutex.js';
import type { Turns } from '../../lib/turns.js';
import { sortKeysOf } from '../../mail/sort-keys.js';
import type { SortColumn, SortRow } from '../../store/sort-keys.js';
import type { Store } from '../../store/store.js';
import type { MailboxId } from '../core.js';
import type { Snapshots } from './snapshots.js';
import { type Column, IdsColumn, NumberColumn, TextColumn } from './sort-columns.js';

/** A mailbox's columns as of a moment. */
export interface SortTable {
  /** Uids of the rows, ascending. */
  readonly uids: Uint32Array;
  numbers(column: 'arrival' | 'size' | 'date' | 'isReply'): NumberColumn;
  texts(column: Exclude<SortColumn, 'arrival' | 'size' | 'date' | 'isReply' | 'ids'>): TextColumn;
  ids(): IdsColumn;
}

export interface SortTables {
  /**
   * Runs with the columns filled in. One at a time for a mailbox: a table in use does not change.
   */
  use<T>(
    mailboxId: MailboxId,
    columns: readonly SortColumn[],
    turns: Turns,
    work: (table: SortTable) => Promise<T>,
  ): Promise<T>;
}

/** Rows read before others get their turn. */
const BATCH = 500;
/** Of all tables together, but for the one in use. */
const MAX_BYTES = 48_000_000;

export function createSortTables(store: Store, snapshots: Snapshots): SortTables {
  const tables = new Map<MailboxId, { table: Table; mutex: Mutex }>();
  const shrink = () => {
    let total = 0;
    for (const { table } of tables.values()) total += table.bytes;
    for (const [id, { table }] of tables) {
      if (total <= MAX_BYTES || tables.size === 1) return;
      total -= table.bytes;
      tables.delete(id);
    }
  };
  return {
    use: (mailboxId, columns, turns, work) => {
      const entry = tables.get(mailboxId) ?? { table: new Table(store, mailboxId), mutex: createMutex() };
      tables.delete(mailboxId);
      tables.set(mailboxId, entry);
      return entry.mutex.run(async () => {
        const { uids, uidValidity } = snapshots.snapshot(mailboxId);
        if (entry.table.isStale(uidValidity, uids.length)) entry.table = new Table(store, mailboxId);
        try {
          await entry.table.refresh(uids, uidValidity, columns, turns);
        } catch (error) {
          // Half filled in: the next one begins anew.
          tables.delete(mailboxId);
          throw error;
        }
        shrink();
        return work(entry.table);
      });
    },
  };
}

class Table implements SortTable {
  uids: Uint32Array = new Uint32Array(0);
  readonly #store: Store;
  readonly #mailboxId: MailboxId;
  readonly #columns = new Map<SortColumn, Column>();
  #uidValidity: number | undefined;
  #rowsRead = 0;
  /** Uids of messages whose header has not been fetched yet. */
  #incomplete: ReadonlySet<number> = new Set();

  constructor(store: Store, mailboxId: MailboxId) {
    this.#store = store;
    this.#mailboxId = mailboxId;
  }

  get bytes(): number {
    return [...this.#columns.values()].reduce((sum, { bytes }) => sum + bytes, this.uids.byteLength);
  }

  /** Renumbered; or so much has come and gone that what is left over from it counts. */
  isStale(uidValidity: number, count: number): boolean {
    if (this.#uidValidity === undefined) return false;
    return this.#uidValidity !== uidValidity || this.#rowsRead > 2 * count * (this.#columns.size + 1) + 20_000;
  }

  numbers(column: 'arrival' | 'size' | 'date' | 'isReply'): NumberColumn {
    return this.#column(column, NumberColumn);
  }

  texts(column: Exclude<SortColumn, 'arrival' | 'size' | 'date' | 'isReply' | 'ids'>): TextColumn {
    return this.#column(column, TextColumn);
  }

  ids(): IdsColumn {
    return this.#column('ids', IdsColumn);
  }

  #column<T extends Column>(name: SortColumn, kind: new () => T): T {
    const column = this.#columns.get(name);
    if (!(column instanceof kind)) throw new Error(`the column ${name} has not been read`);
    return column;
  }

  async refresh(uids: Uint32Array, uidValidity: number, columns: readonly SortColumn[], turns: Turns): Promise<void> {
    this.#uidValidity = uidValidity;
    if (uids !== this.uids || this.#incomplete.size > 0) {
      const from = this.#rearrange(uids);
      const isUnread = (row: number) => (from[row] ?? -1) < 0 || this.#incomplete.has(uids[row] ?? 0);
      const unread = upTo(uids.length).filter(isUnread);
      const known = [...this.#columns.keys()];
      if (known.length > 0 && unread.length > 0) await this.#read(unread, known, turns);
    }
    const missing = columns.filter((column) => !this.#columns.has(column));
    if (missing.length === 0) return;
    const identity = upTo(uids.length);
    for (const column of missing) this.#columns.set(column, emptyColumn(column, identity));
    await this.#read(identity, missing, turns);
  }

  /** Rows of messages that are still there move to their new place. */
  #rearrange(uids: Uint32Array): Int32Array {
    const old = this.uids;
    let at = 0;
    const from = new Int32Array(uids.length);
    for (let row = 0; row < uids.length; row++) {
      const uid = uids[row] ?? 0;
      while ((old[at] ?? uid) < uid) at++;
      from[row] = old[at] === uid ? at : -1;
    }
    for (const column of this.#columns.values()) column.rearrange(from);
    this.uids = uids;
    return from;
  }

  /** Fills columns of the given rows (ascending); makes keys that are not there yet from the kept header. */
  async #read(rows: Int32Array, columns: readonly SortColumn[], turns: Turns): Promise<void> {
    const incomplete = new Set(columns.length < this.#columns.size ? this.#incomplete : []);
    this.#rowsRead += rows.length * columns.length;
    for (let start = 0; start < rows.length; ) {
      const [first = 0, last = 0, end] = spanFrom(rows, start);
      const span = { low: this.uids[first] ?? 0, high: this.uids[last] ?? 0, limit: last - first + 1 };
      let found = this.#store.sortKeys.range(this.#mailboxId, span, columns);
      if (this.#makeKeys(found)) found = this.#store.sortKeys.range(this.#mailboxId, span, columns);
      this.#fill(found, first, columns, incomplete);
      start = end;
      await turns.pause();
    }
    this.#incomplete = incomplete;
  }

  #fill(found: readonly SortRow[], first: number, columns: readonly SortColumn[], incomplete: Set<number>): void {
    let row = first;
    const targets = columns.map((name) => this.#columns.get(name));
    for (const values of found) {
      const uid = values[0];
      while ((this.uids[row] ?? uid) < uid) row++;
      if (this.uids[row] !== uid) continue;
      if (values[2] === 1) incomplete.add(uid);
      for (let i = 0; i < targets.length; i++) targets[i]?.put(row, values[i + 3]);
    }
  }

  /** For listings that were fetched by an older version; true if there were any. */
  #makeKeys(found: readonly SortRow[]): boolean {
    const without = found.filter(([, , isMissing]) => isMissing === 1);
    if (without.length === 0) return false;
    let made = 0;
    this.#store.database.batch(() => {
      for (const [, messageId] of without) {
        const headers = this.#store.sortKeys.headers(messageId);
        if (headers === undefined) continue;
        this.#store.sortKeys.set(messageId, sortKeysOf(headers));
        made++;
      }
    });
    return made > 0;
  }
}

/** A run of at most BATCH neighbouring rows: first, last, and where the next run starts in `rows`. */
function spanFrom(rows: Int32Array, start: number): [number, number, number] {
  let end = start + 1;
  while (end < rows.length && end - start < BATCH && (rows[end] ?? 0) === (rows[end - 1] ?? 0) + 1) end++;
  return [rows[start] ?? 0, rows[end - 1] ?? 0, end];
}

function emptyColumn(name: SortColumn, rows: Int32Array): Column {
  const column = columnOf(name);
  column.rearrange(rows.map(() => -1));
  return column;
}

function columnOf(name: SortColumn): Column {
  switch (name) {
    case 'arrival':
    case 'size':
    case 'date':
    case 'isReply':
      return new NumberColumn();
    case 'ids':
      return new IdsColumn();
    default:
      return new TextColumn();
  }
}

function upTo(count: number): Int32Array {
  const rows = new Int32Array(count);
  for (let row = 0; row < count; row++) rows[row] = row;
  return rows;
}
