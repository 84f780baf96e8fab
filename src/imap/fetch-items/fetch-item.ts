// What a fetch item is. A file in this folder exports items; index.ts is the table. An extension's item costs its file
// and one line there (STYLE §3).
import type { FetchColumns, FetchRow } from '../../core/core.js';
import type { Decoder } from '../wire/decoder.js';
import type { OpenMessage } from './open-message.js';

interface Part {
  /** How the answer names it, in canonical spelling; a part asked for twice is answered once. */
  readonly label: string;
  /** Reading this sets \Seen (RFC 9051 §6.4.5). */
  readonly setsSeen: boolean;
  /** It answers for others of its label in one list. */
  readonly outranks?: boolean;
}

/** Answered from the index; must be quick, it runs for every message of a mailbox. */
export interface IndexPart extends Part {
  readonly kind: 'index';
  /** What the row must bring; undefined when uid and flags suffice, and then `row` is empty. */
  readonly columns: FetchColumns | undefined;
  /** The item with its name, WireText. `flags` is what stands between the parentheses of FLAGS; both are of one moment. */
  text(uid: number, flags: string, row: FetchRow, modseq: number): string;
}

/** What a section names: a range of the message's bytes, text made of them, or nothing (NIL). */
export type Cut =
  | { readonly kind: 'range'; readonly start: number; readonly end: number }
  | { readonly kind: 'text'; readonly text: string }
  /** May hold NULs, and then goes out as a literal8 (RFC 9051 §4.3.2). */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** No string: the value as it is. */
  | { readonly kind: 'value'; readonly value: string }
  | undefined;

/** Answered from the message's bytes. */
export interface BodyPart extends Part {
  readonly kind: 'body';
  /** `<start.length>`, in bytes of what the section names. */
  readonly partial: Partial | undefined;
  cut(message: OpenMessage): Cut | Promise<Cut>;
}

export interface Partial {
  readonly start: number;
  readonly length: number;
}

export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The piece of a range that a partial asks for, as far as it is there. */
export function clip({ start, end }: Range, partial: Partial | undefined): Range {
  if (!partial) return { start, end };
  const from = Math.min(end, start + partial.start);
  return { start: from, end: Math.min(end, from + partial.length) };
}

export type FetchPart = IndexPart | BodyPart;

export interface FetchItem {
  /** The words that begin it, upper case. */
  readonly names: readonly string[];
  /**
   * Reads what follows the word; most items are one part.
   * @throws {BadCommandError}
   */
  parse(word: string, decoder: Decoder): FetchPart;
}
