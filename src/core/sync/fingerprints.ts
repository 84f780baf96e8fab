// What tells that an upstream message is one we know, whatever uid it has now (DESIGN §6, promise 1).
import { createHash } from 'node:crypto';
import type { WireText } from '../../mail/ids.js';
import type { CopyRow } from '../../store/copies.js';
import type { Store } from '../../store/store.js';
import { messageIdOf } from './ingest.js';

/** What stands of a message, here or upstream. `headers` is undefined while only its date and size are known. */
interface Known {
  readonly emailId: string | null | undefined;
  readonly internalDate: number;
  readonly sizeBytes: number;
  readonly headers: string | undefined;
}

/**
 * Keys that are equal for one message on both sides, the most certain first: an id of the provider; Message-ID, date, size
 * and headers; Message-ID and date or size, for what a client of ours stored (a provider may rewrite it); date and size, for
 * what has only been listed.
 */
export function fingerprintsOf({ emailId, internalDate, sizeBytes, headers }: Known): string[] {
  const keys = emailId ? [`id ${emailId}`] : [];
  if (headers !== undefined) {
    const messageId = messageIdOf(headers as WireText);
    keys.push(`all ${messageId} ${internalDate} ${sizeBytes} ${hash(headers)}`);
    if (messageId !== '') keys.push(`date ${messageId} ${internalDate}`, `size ${messageId} ${sizeBytes}`);
  }
  keys.push(`bare ${internalDate} ${sizeBytes}`);
  return keys;
}

const hash = (text: string): string => createHash('sha1').update(text, 'latin1').digest('base64');

export function fingerprintsOfCopy({ messages }: Store, copy: CopyRow): string[] {
  const message = messages.get(copy.messageId);
  if (!message) return [];
  return fingerprintsOf({ ...message, headers: messages.listing(copy.messageId)?.headers });
}

const hasHeaders = (keys: readonly string[]): boolean => keys.some((key) => key.startsWith('all '));

/** How sure a key is; keys of a less certain kind are compared only for what the more certain ones have not matched. */
const KINDS = ['id', 'all', 'date', 'size', 'bare'] as const;

/** Keys of something, by its copy id or uid. */
export type Keyed = readonly (readonly [value: number, keys: readonly string[]])[];

/**
 * Pairs of copy id → uid, of copies and rows in order of uid. A kind at a time, where a key stands once on both sides. The
 * same mail delivered twice is paired in order: nothing tells one from the other. What has headers here is not taken for
 * another by its date and size alone.
 */
export function matched(copies: Keyed, rows: Keyed): Map<number, number> {
  const pairs = new Map<number, number>();
  const used = new Set<number>();
  for (const kind of KINDS) {
    const isOpen = (id: number, keys: readonly string[]) => !pairs.has(id) && (kind !== 'bare' || !hasHeaders(keys));
    const ours = byKey(copies, kind, isOpen);
    const theirs = byKey(rows, kind, (uid) => !used.has(uid));
    for (const [key, ids] of ours) {
      const uids = theirs.get(key) ?? [];
      if (kind !== 'all' && (ids.length !== 1 || uids.length !== 1)) continue;
      ids.slice(0, uids.length).forEach((id, i) => {
        const uid = uids[i] ?? 0;
        pairs.set(id, uid);
        used.add(uid);
      });
    }
  }
  return pairs;
}

function byKey(
  keyed: Keyed,
  kind: string,
  isOpen: (value: number, keys: readonly string[]) => boolean,
): Map<string, number[]> {
  const map = new Map<string, number[]>();
  for (const [value, keys] of keyed) {
    const key = keys.find((candidate) => candidate.startsWith(`${kind} `));
    if (key === undefined || !isOpen(value, keys)) continue;
    const values = map.get(key);
    if (values) values.push(value);
    else map.set(key, [value]);
  }
  return map;
}
