// Beginnings of messages' texts (RFC 8970): made when first asked for, and kept in the index.
import { parseMime } from '../../mail/mime.js';
import { previewOf } from '../../mail/preview.js';
import { wireString } from '../../mail/wire-strings.js';
import type { ListingReadRow } from '../../store/listing-reads.js';
import type { Store } from '../../store/store.js';
import type { FetchColumns, MailboxId, MessageBody, Reads } from '../core.js';

export interface PreviewsOptions {
  readonly store: Store;
  readonly bodies: { readonly bodies: Reads['bodies'] };
}

export interface PreviewRequest {
  readonly mailboxId: MailboxId;
  readonly wanted: NonNullable<FetchColumns['preview']>;
  readonly signal: AbortSignal;
  /** Called with what kept a body from being had; its row is left out. */
  failed(error: unknown): void;
}

/** Of larger messages the beginning is enough, unless attachments come first. */
const HEAD_BYTES = 512 * 1024;

/** The rows with the previews that can be had: `lazy` from the bodies here, else from those of the upstream too. */
export type FillPreviews = (rows: ListingReadRow[], request: PreviewRequest) => Promise<ListingReadRow[]>;

export function createPreviews({ store, bodies }: PreviewsOptions): FillPreviews {
  return async (rows, { mailboxId, wanted, signal, failed }) => {
    const unknown = rows.filter((row) => row.preview === null && (wanted === 'made' || row.hasBody === 1));
    if (unknown.length === 0) return rows;
    const made = new Map<number, string>();
    const missing = new Set<number>();
    const uids = Uint32Array.from(unknown, ({ uid }) => uid);
    for await (const { uid, body, error } of bodies.bodies(mailboxId, uids, signal)) {
      try {
        if (error !== undefined) throw error;
        // Gone, or not given (Outlook's broken items): nothing is known of it, now.
        if (body) made.set(uid, await readPreview(body));
      } catch (reason) {
        // One that is only asked for lazily stays unknown.
        if (wanted === 'lazy') continue;
        missing.add(uid);
        failed(reason);
      }
    }
    store.database.batch(() => {
      for (const { uid, messageId } of unknown) {
        const text = made.get(uid);
        if (text !== undefined && messageId !== undefined) store.previews.set(messageId, text);
      }
    });
    const known = rows.filter(({ uid }) => !missing.has(uid));
    return known.map((row) => ({ ...row, preview: made.get(row.uid) ?? row.preview ?? null }));
  };
}

/** Wire-ready. @throws {UpstreamError} */
async function readPreview(body: MessageBody): Promise<string> {
  const isLarge = body.sizeBytes > HEAD_BYTES;
  const text = (isLarge && previewIn(await headOf(body))) || previewIn(await body.bytes());
  return wireString(Buffer.from(text, 'utf8').toString('latin1'));
}

const previewIn = (bytes: Uint8Array): string => previewOf(bytes, parseMime(bytes));

async function headOf(body: MessageBody): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body.stream(0, HEAD_BYTES)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
