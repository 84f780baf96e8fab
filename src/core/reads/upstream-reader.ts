import type { UpstreamSession } from '../../upstream/connector.js';

/** How reads reach an upstream; the accounts' actors implement it. */
export interface UpstreamReader {
  /**
   * Runs on a connection with the source selected and its uids known to be those of our index.
   * `leisurely` work gives way to everything else. @throws {UpstreamError} when the account cannot be reached now
   */
  read<T>(sourceId: number, leisurely: boolean, work: (session: UpstreamSession) => Promise<T>): Promise<T>;
  /** Just runs; a seam for prefetch to be throttled. */
  atLeisure(work: () => Promise<void>): Promise<void>;
}
