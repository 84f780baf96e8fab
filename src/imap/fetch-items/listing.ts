// The items a client lists a mailbox with: all from the index (DESIGN §8).
import type { FetchColumns } from '../../core/core.js';
import { formatInternalDate } from '../../mail/dates.js';
import type { FetchItem, IndexPart } from './fetch-item.js';

// An empty column would break the grammar of the whole answer; this is at least an envelope.
const NO_ENVELOPE = '(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)';

const part = (label: string, columns: FetchColumns | undefined, text: IndexPart['text']): IndexPart => ({
  kind: 'index',
  label,
  setsSeen: false,
  columns,
  text,
});

export const UID_PART = part('UID', undefined, (uid) => `UID ${uid}`);
export const FLAGS_PART = part('FLAGS', undefined, (_, flags) => `FLAGS (${flags})`);

export const MODSEQ_PART = part('MODSEQ', undefined, (_, __, ___, modseq) => `MODSEQ (${modseq})`);

const PARTS: readonly IndexPart[] = [
  UID_PART,
  FLAGS_PART,
  MODSEQ_PART,
  part('INTERNALDATE', {}, (_, __, row) => `INTERNALDATE ${formatInternalDate(row.internalDate)}`),
  part(
    'SAVEDATE',
    { saveDate: true },
    (_, __, row) => `SAVEDATE ${row.saveDate == null ? 'NIL' : formatInternalDate(row.saveDate)}`,
  ),
  part('RFC822.SIZE', {}, (_, __, row) => `RFC822.SIZE ${row.sizeBytes}`),
  part('ENVELOPE', { envelope: true }, (_, __, row) => `ENVELOPE ${row.envelope || NO_ENVELOPE}`),
];

/** FLAGS, UID, INTERNALDATE, RFC822.SIZE, ENVELOPE (RFC 9051 §6.4.5), MODSEQ (RFC 7162 §3.1.4.2), SAVEDATE (RFC 8514 §4.2). */
export const listingItems: readonly FetchItem[] = PARTS.map((made) => ({ names: [made.label], parse: () => made }));

/** The macros (RFC 9051 §6.4.5; FULL is RFC 3501's); they stand alone, never in a list. */
export const MACROS: ReadonlyMap<string, readonly string[]> = new Map([
  ['FAST', ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE']],
  ['ALL', ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE']],
  ['FULL', ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE', 'BODY']],
]);
