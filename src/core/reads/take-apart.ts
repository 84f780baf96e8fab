import { structureOf } from '../../mail/body-structure.js';
import { UpstreamError } from '../../mail/errors.js';
import { keptHeaders } from '../../mail/header-block.js';
import type { WireText } from '../../mail/ids.js';
import { type MessageBytes, messageBytes } from '../../mail/message-bytes.js';
import { splitMime } from '../../mail/mime.js';
import type { BodyFiles } from '../../store/body-files.js';
import type { Listing } from '../../store/messages.js';
import { listingOf } from '../sync/ingest.js';
import type { MessageBodies } from './bodies.js';

/** The listing of a message in bodies/, from its bytes. @throws {UpstreamError} when they cannot be read */
export type TakeApart = (bodyRef: string) => Promise<Listing>;

/** Larger ones are not read into memory. */
const LARGE_BYTES = 1024 * 1024;

export function createTakeApart(bodies: Pick<MessageBodies, 'read'>, files: BodyFiles): TakeApart {
  return async (bodyRef) => {
    const sizeBytes = (await files.sizeOf(bodyRef)) ?? 0;
    if (sizeBytes <= LARGE_BYTES) return listingIn(messageBytes(await bodies.read(bodyRef)));
    try {
      return files.look(bodyRef, listingIn);
    } catch (error) {
      throw new UpstreamError('transient', 'the cached message cannot be read', {}, { cause: error });
    }
  };
}

function listingIn(bytes: MessageBytes): Listing {
  const root = splitMime(bytes);
  const headers = keptHeaders(bytes.latin1(root.headerStart, root.headerEnd) as WireText);
  return listingOf(headers, structureOf(bytes, root));
}
