// Which of the messages that have come to a mailbox is the one we put there. A second mail may bear the same Message-ID (to the
// reader and to a list): never is one taken for the other while anything better tells.
import { eachField, unfold } from '../../mail/header-block.js';
import type { MessageRow } from '../../store/messages.js';
import type { HeaderRow } from '../../upstream/connector.js';
import { messageIdOf } from '../sync/fingerprints.js';
import { LINE_END_BYTES } from '../sync/ingest.js';

/** What is known of a message here; `headers` is undefined while only its date and size are. */
export type Wanted = Pick<MessageRow, 'emailId' | 'internalDate' | 'sizeBytes' | 'messageIdHeader'> & {
  readonly headers: string | undefined;
};

/**
 * How much a message may have been changed on its way. `moved`: by nothing, the upstream had it already · `stored`: a server
 * may rebuild what it is given, but says that it is of the same date or size · `taken`: it has been given, and taken; only its name
 * may be left of it (providers.md §4).
 */
export type Way = 'moved' | 'stored' | 'taken';

interface Facts {
  readonly emailId: string | null | undefined;
  readonly date: number;
  readonly sizes: readonly number[];
  readonly header: string | undefined;
  readonly names: readonly string[];
}

/** Every kind of key, the most certain first; two messages are alike by a kind when they have a key of it in common. */
const KINDS: readonly { readonly ways: readonly Way[]; readonly keys: (facts: Facts) => readonly string[] }[] = [
  { ways: ['moved', 'stored', 'taken'], keys: ({ emailId }) => (emailId ? [emailId] : []) },
  {
    ways: ['moved', 'stored', 'taken'],
    keys: ({ date, sizes, header }) => (header === undefined ? [] : sizes.map((size) => `${date} ${size} ${header}`)),
  },
  {
    ways: ['moved', 'stored', 'taken'],
    keys: ({ sizes, header }) => (header === undefined ? [] : sizes.map((size) => `${size} ${header}`)),
  },
  {
    ways: ['moved', 'stored', 'taken'],
    keys: ({ sizes, names }) => names.flatMap((name) => sizes.map((size) => `${size} ${name}`)),
  },
  { ways: ['stored', 'taken'], keys: ({ date, names }) => names.map((name) => `${date} ${name}`) },
  { ways: ['taken'], keys: ({ names }) => names },
];
/** Of what has only been listed here, and has no name therefore. */
const listedKeys = ({ date, sizes }: Facts): string[] => sizes.map((size) => `${date} ${size}`);

/** Pairs each of the wanted (by any key) with at most one of the rows; what is like two of them is the first in the rows' order. */
export function lookAlikes<K>(wanted: ReadonlyMap<K, Wanted>, rows: readonly HeaderRow[], way: Way): Map<K, HeaderRow> {
  const ours = [...wanted].map(([key, message]) => ({ key, facts: factsOf(message) }));
  const theirs = rows.map((row) => ({ row, facts: factsOfRow(row) }));
  const found = new Map<K, HeaderRow>();
  const used = new Set<HeaderRow>();
  const pair = (keysOf: (facts: Facts) => readonly string[], isMeant: (facts: Facts) => boolean = () => true) => {
    const open = ours.filter(({ key, facts }) => !found.has(key) && isMeant(facts));
    if (open.length === 0) return;
    const byKey = new Map<string, HeaderRow[]>();
    for (const { row, facts } of theirs) {
      for (const key of keysOf(facts)) byKey.set(key, [...(byKey.get(key) ?? []), row]);
    }
    for (const { key, facts } of open) {
      const row = keysOf(facts)
        .flatMap((each) => byKey.get(each) ?? [])
        .find((each) => !used.has(each));
      if (!row) continue;
      found.set(key, row);
      used.add(row);
    }
  };
  for (const { ways, keys } of KINDS) if (ways.includes(way)) pair(keys);
  pair(listedKeys, ({ header }) => header === undefined);
  return found;
}

/**
 * Whether the row is the wanted message by all that is known of it, so that the other may be taken away for it. What has no
 * Message-ID never is, unless the provider says so: two reports of a second may differ in nothing but their text.
 */
export function isSame(wanted: Wanted, row: HeaderRow): boolean {
  if (wanted.headers === undefined) return false;
  const [ours, theirs] = [factsOf(wanted), factsOfRow(row)];
  if (ours.emailId && theirs.emailId) return ours.emailId === theirs.emailId;
  if (ours.names.length === 0) return false;
  return ours.date === theirs.date && row.sizeBytes === wanted.sizeBytes && ours.header === theirs.header;
}

export const wantedOf = ({ emailId, internalDate, sizeBytes, headers }: HeaderRow): Wanted => ({
  emailId: emailId ?? null,
  internalDate,
  sizeBytes,
  messageIdHeader: messageIdOf(headers),
  headers,
});

const factsOf = ({ emailId, internalDate, sizeBytes, messageIdHeader, headers }: Wanted): Facts => ({
  emailId,
  date: internalDate,
  sizes: [sizeBytes, sizeBytes + LINE_END_BYTES],
  header: headers === undefined ? undefined : headerKey(headers),
  names: messageIdHeader ? [messageIdHeader] : [],
});

const factsOfRow = (row: HeaderRow): Facts => ({
  emailId: row.emailId,
  date: row.internalDate,
  sizes: [row.sizeBytes],
  header: headerKey(row.headers),
  names: namesOf(row),
});

/** Every Message-ID it has, or had when it was submitted. */
export const namesOf = (row: HeaderRow): string[] =>
  [messageIdOf(row.headers), original(row)].filter((name) => name !== '');

/** Whatever the order and the folding of its fields. */
function headerKey(block: string): string {
  const fields: string[] = [];
  eachField(block, (name, _, valueStart, end) => {
    if (name !== '') fields.push(`${name}:${unfold(block.slice(valueStart, end))}`);
  });
  return fields.sort().join('\n');
}

/** Quirk(hotmail): submission replaces Message-ID and keeps the client's in a field of its own (providers.md §4). */
const original = (row: HeaderRow): string => {
  const match = /^x-microsoft-original-message-id:\s*<?([^>\s]+)/im.exec(row.headers);
  return match?.[1] ?? '';
};
