// What tells that an upstream message is one we know, whatever uid it has now (DESIGN §6, promise 1).
import { createHash } from 'node:crypto';
import type { Turns } from '../../lib/turns.js';
import { headerField } from '../../mail/header-block.js';
import type { WireText } from '../../mail/ids.js';
import type { Store } from '../../store/store.js';

/** Without angle brackets; '' where there is none. */
export const messageIdOf = (headers: WireText): string =>
  (headerField(headers, 'message-id') ?? '').trim().replace(/^<|>$/g, '');

/** What stands of a message, here or upstream. `headers` is undefined while only its date and size are known. */
export interface Known {
  readonly emailId: string | null | undefined;
  readonly internalDate: number;
  readonly sizeBytes: number;
  readonly headers: string | undefined;
}

/**
 * The kinds of keys, the most certain first: an id of the provider; Message-ID, date, size and headers; Message-ID and date
 * or size, for what a client of ours stored (a provider may rewrite it); date and size, for what has only been listed. Keys of a
 * less certain kind are compared only for what the more certain ones have not matched.
 */
const KINDS = ['id', 'all', 'date', 'size', 'bare'] as const;

/** Keys that are equal for one message on both sides, by kind. */
function keysOf({ emailId, internalDate, sizeBytes, headers }: Known): (string | undefined)[] {
  const id = emailId ? `${emailId}` : undefined;
  // What has headers is not taken for another by its date and size alone.
  if (headers === undefined) return [id, undefined, undefined, undefined, `${internalDate} ${sizeBytes}`];
  const messageId = messageIdOf(headers as WireText);
  const all = `${messageId} ${internalDate} ${sizeBytes} ${headers}`;
  const bare = `${internalDate} ${sizeBytes}`;
  if (messageId === '') return [id, all, undefined, undefined, bare];
  return [id, all, `${messageId} ${internalDate}`, `${messageId} ${sizeBytes}`, bare];
}

/** Whether two that stand under one uid are one message. */
export function isSame(known: Known, row: Known): boolean {
  const [ours, theirs] = [keysOf(known), keysOf(row)];
  const bare = KINDS.indexOf('bare');
  return ours.some((key, kind) => key !== undefined && key === theirs[kind] && (kind !== bare || !known.headers));
}

/** A key that no other message has; undefined where there is no Message-ID, or the headers are not here: nothing is certain then. */
export function certainKeyOf(known: Known): string | undefined {
  const hasId = known.headers !== undefined && messageIdOf(known.headers as WireText) !== '';
  return hasId ? keysOf(known)[KINDS.indexOf('all')] : undefined;
}

export function knownOf({ messages }: Store, messageId: number): Known | undefined {
  const message = messages.get(messageId);
  return message && { ...message, headers: messages.listing(messageId)?.headers };
}

/** A value, whether it has headers, and 96 bits of hash for each kind of key. */
const WIDTH = 2 + 2 * KINDS.length;
const HALF = 6;

/** Keys of many messages, by a number (a copy's id, a uid): about 100 bytes a message, however long its headers are. */
export class KeyTable {
  #cells = new Float64Array(WIDTH * 256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(value: number, known: Known): void {
    const start = this.#length++ * WIDTH;
    if (start >= this.#cells.length) {
      const grown = new Float64Array(this.#cells.length * 2);
      grown.set(this.#cells);
      this.#cells = grown;
    }
    this.#cells[start] = value;
    this.#cells[start + 1] = known.headers === undefined ? 0 : 1;
    for (const [kind, key] of keysOf(known).entries()) {
      if (key === undefined) continue;
      const hash = createHash('sha1').update(key, 'latin1').digest();
      this.#cells[start + 2 + 2 * kind] = hash.readUIntBE(0, HALF);
      this.#cells[start + 3 + 2 * kind] = hash.readUIntBE(HALF, HALF);
    }
  }

  value(row: number): number {
    return this.#cells[row * WIDTH] ?? 0;
  }

  hasHeaders(row: number): boolean {
    return this.#cells[row * WIDTH + 1] === 1;
  }

  /** The halves of a key; 0, 0 where there is none. */
  key(row: number, kind: number): readonly [number, number] {
    const at = row * WIDTH + 2 + 2 * kind;
    return [this.#cells[at] ?? 0, this.#cells[at + 1] ?? 0];
  }

  /** Puts the rows in order of a number of theirs. */
  sortBy(rank: (value: number) => number): void {
    const order = Array.from({ length: this.#length }, (_, row) => row);
    const ranks = order.map((row) => rank(this.value(row)));
    order.sort((a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0));
    const sorted = new Float64Array(this.#length * WIDTH);
    order.forEach((row, i) => {
      sorted.set(this.#cells.subarray(row * WIDTH, (row + 1) * WIDTH), i * WIDTH);
    });
    this.#cells = sorted;
  }
}

/** How many rows are looked at before others may have their turn. */
const STRIDE = 500;

/**
 * Pairs of copy id → uid, of copies and rows in order of uid. A kind at a time, where a key stands once on both sides. The
 * same mail delivered twice is paired in order: nothing tells one from the other. Where there are fewer of them than of ours, one
 * that is to stay is there rather than one that is to go: else what is left would be deleted in place of what is gone.
 */
export async function matched(
  copies: KeyTable,
  rows: KeyTable,
  turns: Turns,
  isLeaving: (copyId: number) => boolean = () => false,
): Promise<Map<number, number>> {
  const pairs = new Map<number, number>();
  const used = new Set<number>();
  const all = KINDS.indexOf('all');
  const bare = KINDS.indexOf('bare');
  for (const kind of KINDS.keys()) {
    const isOpen = (row: number) => !pairs.has(copies.value(row)) && (kind !== bare || !copies.hasHeaders(row));
    const ours = await rowsByKey(copies, kind, isOpen, turns);
    if (ours.size === 0) continue;
    const theirs = await rowsByKey(rows, kind, (row) => !used.has(rows.value(row)), turns);
    let done = 0;
    for (const [key, mine] of ours) {
      const found = theirs.get(key);
      if (++done % STRIDE === 0) await turns.pause();
      if (found === undefined) continue;
      const [ids, uids] = [listOf(mine), listOf(found)];
      if (kind !== all && (ids.length !== 1 || uids.length !== 1)) continue;
      for (const [i, row] of stayingFirst(ids, uids.length, (id) => isLeaving(copies.value(id))).entries()) {
        const other = uids[i] ?? 0;
        if (copies.key(row, kind)[1] !== rows.key(other, kind)[1]) continue;
        pairs.set(copies.value(row), rows.value(other));
        used.add(rows.value(other));
      }
    }
  }
  return pairs;
}

/** At most `count` of the rows, in their order. */
function stayingFirst(ids: readonly number[], count: number, isLeaving: (row: number) => boolean): readonly number[] {
  if (ids.length <= count) return ids;
  const taken = new Set([...ids.filter((row) => !isLeaving(row)), ...ids.filter(isLeaving)].slice(0, count));
  return ids.filter((row) => taken.has(row));
}

/** One row for nearly every key: a list only where there are several. */
type Rows = number | number[];
const listOf = (rows: Rows): number[] => (typeof rows === 'number' ? [rows] : rows);

async function rowsByKey(
  table: KeyTable,
  kind: number,
  isOpen: (row: number) => boolean,
  turns: Turns,
): Promise<Map<number, Rows>> {
  const map = new Map<number, Rows>();
  for (let row = 0; row < table.length; row++) {
    if (row % STRIDE === 0) await turns.pause();
    const [high, low] = table.key(row, kind);
    if ((high === 0 && low === 0) || !isOpen(row)) continue;
    const known = map.get(high);
    map.set(high, known === undefined ? row : [...listOf(known), row]);
  }
  return map;
}
