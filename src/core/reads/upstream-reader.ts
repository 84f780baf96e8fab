import type { UpstreamSession } from '../../upstream/connector.js';

export interface ReadOptions {
  /** Gives way to everything else (prefetch). */
  readonly leisurely?: boolean;
  /** The connection's view of the mailbox must be as of now: SEARCH finds only what the session has been told of. */
  readonly fresh?: boolean;
  /** The highest uid that will be asked for. */
  readonly upTo?: number;
}

/** How reads reach an upstream; the accounts' actors implement it. */
export interface UpstreamReader {
  /**
   * Runs on a connection with the source selected and its uids known to be those of our index.
   * @throws {UpstreamError} when the account cannot be reached now
   */
  read<T>(sourceId: number, how: ReadOptions, work: (session: UpstreamSession) => Promise<T>): Promise<T>;
}
