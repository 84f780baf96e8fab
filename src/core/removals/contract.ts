// What the front ends see of what was removed, and how it is brought back.

/** Who removes: one object for each client command, so that what one command removes is brought back together. */
export interface Remover {
  /** The device's name; '' where none has logged in. */
  readonly device: string;
}

/**
 * How a removed message comes back: `there` it stands where it was already · `calledOff` its removal has not reached the
 * upstream yet · `trash` moved back from the upstream's Trash · `copy` copied from another mailbox of the account ·
 * `cache` stored upstream anew from the bytes kept here · `recovered` put into the local mailbox `Recovered` ·
 * `undone` it was brought back before · `lost` it cannot be, see `reason`.
 */
export type UndoWay = 'there' | 'calledOff' | 'trash' | 'copy' | 'cache' | 'recovered' | 'undone' | 'lost';

export interface RemovedMessage {
  readonly account: string;
  /** As the client called it. */
  readonly mailbox: string;
  /** Decoded. */
  readonly subject: string;
  /** Unix time, seconds. */
  readonly internalDate: number;
  readonly sizeBytes: number;
  /** How it has come back, or would come back now. */
  readonly way: UndoWay;
  /** Why it is lost, in both languages (lib/languages.ts). */
  readonly reason?: string;
  /** Mailboxes that it was in too (labels) and that are gone, so that it does not come back there; as the client called them. */
  readonly without?: readonly string[];
  /** What went to Trash and was then removed there comes back once, to where it was before: this is the second removal. */
  readonly again?: true;
}

/** What one client command has removed. */
export interface RemovalBatch {
  /** Unix milliseconds. */
  readonly at: number;
  readonly device: string;
  readonly messages: readonly RemovedMessage[];
}

/** What a plain undo would go on to. */
export interface NextUndo {
  /** Unix milliseconds. */
  readonly at: number;
  readonly device: string;
  readonly mailboxes: readonly string[];
  /** How many are not back yet. */
  readonly messages: number;
}

export interface Removals {
  /** What was removed from `since` on (Unix milliseconds; default: as long as removals are kept), newest first. */
  list(since: number | undefined): Promise<readonly RemovalBatch[]>;
  /**
   * Brings back what was removed from `since` on; without it, by the latest command of which something is not back yet: each
   * undo goes one command further back. One that has been told to be lost is passed over. When all is back, the last command
   * is told as it is. What is done is durable, and nothing is brought back twice. `dryRun`: only tells what would be done.
   */
  undo(what: { readonly since: number | undefined; readonly dryRun: boolean }): Promise<readonly RemovalBatch[]>;
  /** What an undo without `since` would bring back now. */
  next(): Promise<NextUndo | undefined>;
}
