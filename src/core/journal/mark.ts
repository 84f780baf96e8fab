import type { SourceRow } from '../../store/sources.js';
import type { UpstreamSession } from '../../upstream/connector.js';

/** Where a source stood just before a command was sent: what came of it has uids from here on. */
export interface Mark {
  readonly uidNext: number;
  /** Undefined when the server does not say. */
  readonly uidValidity: number | undefined;
}

/** @throws {UpstreamError} */
export async function markOf(session: UpstreamSession, { path }: SourceRow): Promise<Mark> {
  const { uidNext, uidValidity } = await session.status(path);
  return { uidNext: uidNext ?? 1, uidValidity };
}

/** The mark as the last look at the source left it: lower at most, so that nothing is missed; no round trip. */
export const lastKnownMark = ({ uidNext, uidValidity }: SourceRow): Mark | undefined =>
  uidNext === undefined ? undefined : { uidNext, uidValidity };

/** The first uid that can have come since; all if the mailbox has been numbered anew. */
export const firstSince = ({ uidNext, uidValidity }: Mark, source: SourceRow): number =>
  uidValidity === undefined || uidValidity === source.uidValidity ? uidNext : 1;
