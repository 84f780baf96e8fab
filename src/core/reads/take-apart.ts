import { createMutex } from '../../lib/mutex.js';
import { bodyStructureOf } from '../../mail/body-structure.js';
import { keptHeaders } from '../../mail/header-block.js';
import { wireText } from '../../mail/ids.js';
import { parseMime } from '../../mail/mime.js';
import type { Listing } from '../../store/messages.js';
import { listingOf } from '../sync/ingest.js';
import type { MessageBodies } from './bodies.js';

/** The listing of a message in bodies/, from its bytes. @throws {UpstreamError} when they cannot be read */
export type TakeApart = (bodyRef: string) => Promise<Listing>;

/** One at a time: however many large messages are stored at once, one is in memory. */
export function createTakeApart(bodies: Pick<MessageBodies, 'read'>): TakeApart {
  const mutex = createMutex();
  return (bodyRef) =>
    mutex.run(async () => {
      const bytes = await bodies.read(bodyRef);
      const root = parseMime(bytes);
      const headers = keptHeaders(wireText(bytes.subarray(root.headerStart, root.headerEnd)));
      return listingOf(headers, bodyStructureOf(bytes, root));
    });
}
