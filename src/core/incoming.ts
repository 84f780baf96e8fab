// What front ends hand over: a part of their interface (core.ts).
import type { FlagSet } from '../mail/flags.js';
import type { Uid } from '../mail/ids.js';

/** Where the bytes of an APPEND (or a submission) go while they arrive. */
export interface SpoolWriter {
  /** Resolves when more may be written. @throws {MailboxError} UNAVAILABLE when the disk refuses. */
  write(chunk: Uint8Array): Promise<void>;
  /** All is written: safe on disk, no file is kept open; `finish` or `abort` is still to come. @throws {MailboxError} */
  seal(): Promise<void>;
  /** Fsynced and immutable from here on. */
  finish(): Promise<Spooled>;
  abort(): Promise<void>;
}

export interface Spooled {
  readonly bodyRef: string;
  readonly sizeBytes: number;
}

/** A message to be stored. */
export interface AppendMessage {
  readonly spool: SpoolWriter;
  readonly flags: FlagSet;
  /** Unix time, seconds; undefined for now. */
  readonly internalDate: number | undefined;
  /** It came as literal8: what no other literal can hold may be in it (RFC 3516). */
  readonly isBinary: boolean;
}

/** Where appended messages stand: a uid each, in their order. */
export interface Appended {
  readonly uidValidity: number;
  readonly uids: readonly Uid[];
}
