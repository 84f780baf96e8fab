import { UpstreamError } from '../../mail/errors.js';
import type { SourceRow } from '../../store/sources.js';
import type { LaneSession } from '../sync/lane.js';

/** A question about a message that has been taken: whatever is said to it, the message has not been refused. @throws {UpstreamError} never permanent */
export async function askOfTaken<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.kind !== 'permanent') throw error;
    throw new UpstreamError('transient', error.message, error.details, { cause: error });
  }
}

/** The provider's own id of it. @throws {UpstreamError} never permanent */
export const emailIdOf = (
  lane: LaneSession,
  source: SourceRow,
  { uid }: { readonly uid: number },
): Promise<string | undefined> =>
  askOfTaken(async () => {
    await lane.selectKnown(source, { upTo: uid });
    let emailId: string | undefined;
    await lane.session.fetchListing([[uid, uid]], (rows) => {
      emailId = rows.find((row) => row.uid === uid)?.emailId;
    });
    return emailId;
  });
