import { UpstreamError } from '../../mail/errors.js';
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

/**
 * What fails names its account: a mailbox may show several. By its address where the name cannot be written in the ASCII
 * that every client reads.
 */
export async function namingAccount<T>(
  account: { readonly name: string; readonly address: string } | undefined,
  work: Promise<T>,
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    // One of a class of its own is told apart by that, and is no fault of the account.
    if (!account || !(error instanceof UpstreamError) || error.constructor !== UpstreamError) throw error;
    const { kind, message, details } = error;
    const { name, address } = account;
    if (message.startsWith(`${name} `)) throw error;
    const { chinese } = details;
    throw new UpstreamError(
      kind,
      `account ${/^[\x20-\x7e]+$/.test(name) ? name : address}: ${message}`,
      { ...details, ...(chinese === undefined ? {} : { chinese: `账号“${name}”：${chinese}` }) },
      { cause: error },
    );
  }
}
