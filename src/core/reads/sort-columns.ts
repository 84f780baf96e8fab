// The columns of a sort table: one value for each message of a mailbox, in typed arrays.
import { gatherFloats, gatherInts } from '../../lib/gather.js';
import type { Turns } from '../../lib/turns.js';
import { compareOctets } from '../../mail/collation.js';

/** Values by row; rows are the messages of the mailbox, in order. */
export interface Column {
  /** The row's value as the store gives it. */
  put(row: number, value: unknown): void;
  /** Row i is now what was row `from[i]` (-1: a new one). */
  rearrange(from: Int32Array): void;
  /** Roughly what it holds in memory. */
  readonly bytes: number;
}

export class NumberColumn implements Column {
  values = new Float64Array(0);

  put(row: number, value: unknown): void {
    this.values[row] = Number(value);
  }

  rearrange(from: Int32Array): void {
    this.values = gatherFloats(this.values, from);
  }

  get bytes(): number {
    return this.values.byteLength;
  }
}

/** Texts, each kept once; 0 is the empty one. */
export class TextColumn implements Column {
  ids = new Uint32Array(0);
  readonly #texts: string[] = [''];
  readonly #idOf = new Map<string, number>([['', 0]]);
  #chars = 0;
  /** Ids in the order of their texts, as far as they are sorted. */
  #sorted: number[] = [];

  put(row: number, value: unknown): void {
    const text = String(value);
    let id = this.#idOf.get(text);
    if (id === undefined) {
      id = this.#texts.push(text) - 1;
      this.#idOf.set(text, id);
      this.#chars += text.length;
    }
    this.ids[row] = id;
  }

  rearrange(from: Int32Array): void {
    this.ids = gatherInts(this.ids, from);
  }

  get count(): number {
    return this.#texts.length;
  }

  get bytes(): number {
    return this.ids.byteLength + this.#chars * 2 + this.#texts.length * 100;
  }

  /** The place of each text among all. */
  async ranks(turns: Turns): Promise<Uint32Array> {
    const texts = this.#texts;
    const compare = (a: number, b: number) => compareOctets(texts[a] ?? '', texts[b] ?? '');
    for (let start = this.#sorted.length; start < texts.length; start += RUN) {
      const end = Math.min(texts.length, start + RUN);
      // Sorted runs, one behind the other: the last sort finds them and only merges.
      this.#sorted.push(...Array.from({ length: end - start }, (_, i) => start + i).sort(compare));
      await turns.pause();
    }
    this.#sorted.sort(compare);
    const ranks = new Uint32Array(texts.length);
    for (let rank = 0; rank < this.#sorted.length; rank++) ranks[this.#sorted[rank] ?? 0] = rank;
    return ranks;
  }
}

/** Texts sorted in one go. */
const RUN = 2_000;

/** Message ids as small numbers from 1 on: own id (0: none), and references. */
export class IdsColumn implements Column {
  own = new Uint32Array(0);
  starts = new Uint32Array(0);
  lengths = new Uint32Array(0);
  /** References of all rows; what rearranging leaves behind stays until the table is made anew. */
  pool = new Uint32Array(1024);
  #used = 0;
  readonly #known = new Map<number, number>();

  put(row: number, value: unknown): void {
    const bytes = value instanceof Uint8Array ? value : new Uint8Array(8);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const count = Math.max(0, (bytes.byteLength >> 3) - 1);
    this.own[row] = this.#intern(view.getFloat64(0, true));
    this.starts[row] = this.#used;
    this.lengths[row] = count;
    if (this.#used + count > this.pool.length) {
      const larger = new Uint32Array(Math.max(this.pool.length * 2, this.#used + count));
      larger.set(this.pool);
      this.pool = larger;
    }
    for (let i = 1; i <= count; i++) this.pool[this.#used++] = this.#intern(view.getFloat64(i * 8, true));
  }

  #intern(number: number): number {
    if (number === 0) return 0;
    let id = this.#known.get(number);
    if (id === undefined) {
      id = this.#known.size + 1;
      this.#known.set(number, id);
    }
    return id;
  }

  get count(): number {
    return this.#known.size + 1;
  }

  rearrange(from: Int32Array): void {
    this.own = gatherInts(this.own, from);
    this.starts = gatherInts(this.starts, from);
    this.lengths = gatherInts(this.lengths, from);
  }

  get bytes(): number {
    return this.own.byteLength * 3 + this.pool.byteLength + this.#known.size * 40;
  }
}
