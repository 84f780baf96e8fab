// What FETCH can be asked for. An item says where its data comes from and writes itself; one more item costs its file
// and one line in `index.ts`.
import type { FetchColumns, FetchRow, InternedFlags } from '../../core/core.js';
import type { MimePart } from '../../mail/mime.js';

/** From the index; needs no body. */
export interface IndexItem {
  readonly kind: 'index';
  readonly columns: FetchColumns;
  /** `rows` are asked for; else flags and uid are enough. */
  readonly needsRow: boolean;
  write(row: FetchRow, flags: InternedFlags): string;
}

/** A message taken apart. */
export interface OpenedBody {
  readonly bytes: Uint8Array;
  readonly root: MimePart;
}

/** Bytes [start, end) of the message; undefined for a part that does not exist (NIL). */
export type ByteRange = { readonly start: number; readonly end: number };

/** Needs the message's bytes. */
export interface BodyItem {
  readonly kind: 'body';
  /** What stands before the value, e.g. `BODY[1]<0>`. */
  readonly label: string;
  readonly setsSeen: boolean;
  /** The whole message, or a part of it that is known without taking it apart: can be streamed. */
  readonly streamed: ((sizeBytes: number) => ByteRange) | undefined;
  /** Bytes of the opened message; undefined: NIL. */
  slice(body: OpenedBody): Uint8Array | undefined;
}

export type FetchItem = IndexItem | BodyItem;
