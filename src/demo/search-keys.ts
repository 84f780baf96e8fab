// The keys of SEARCH (RFC 3501 §6.4.4), read into tests of a message, with the provider's quirks.
import type { Decoder } from '../imap/wire/decoder.js';
import { casemap } from '../mail/collation.js';
import { dayOf, parseDateHeader, parseSearchDay } from '../mail/dates.js';
import { decodedBodyText, decodeHeaderText } from '../mail/decoded-text.js';
import { SystemFlag } from '../mail/flags.js';
import { headerFields } from '../mail/header-block.js';
import type { Day } from '../mail/search-criteria.js';
import { bad } from './command.js';
import { readTargets } from './commands/sets.js';
import { findLabel } from './labels.js';
import type { DemoSession } from './session.js';
import { DemoRefusal } from './store/account.js';
import { flagsOfEntry, type Mail } from './store/mailbox.js';
import type { Target } from './view.js';

export type Test = (target: Target) => boolean;

interface Reader {
  readonly session: DemoSession;
  readonly decoder: Decoder;
  /** Of the key that is being read: an astring as text. */
  text(): string;
  contains(haystack: string, needle: string): boolean;
}

/** All keys to the end of the command. */
export function readCriteria(session: DemoSession, decoder: Decoder): Test {
  const { searchWholeWords } = session.account.personality.quirks;
  const reader: Reader = {
    session,
    decoder,
    text: () => {
      decoder.space();
      return Buffer.from(decoder.astring(), 'latin1').toString('utf8');
    },
    contains: searchWholeWords ? containsWords : (haystack, needle) => casemap(haystack).includes(casemap(needle)),
  };
  const tests = [readKey(reader)];
  while (!decoder.atEnd()) {
    decoder.space();
    if (!decoder.atEnd()) tests.push(readKey(reader));
  }
  return every(tests);
}

const every =
  (tests: readonly Test[]): Test =>
  (target) =>
    tests.every((test) => test(target));

/** Gmail: `ell` does not find hello. Chinese has no spaces: any run of it is a word. */
function containsWords(haystack: string, needle: string): boolean {
  const text = casemap(haystack);
  const wanted = casemap(needle);
  for (let at = text.indexOf(wanted); at >= 0 && wanted !== ''; at = text.indexOf(wanted, at + 1)) {
    const before = text[at - 1] ?? ' ';
    const after = text[at + wanted.length] ?? ' ';
    if (!/[a-z0-9]/i.test(before) && !/[a-z0-9]/i.test(after)) return true;
  }
  return wanted === '';
}

function readKey(reader: Reader): Test {
  const { decoder, session } = reader;
  const { searchBad, searchIgnoresGroups } = session.account.personality.quirks;
  if (decoder.peek() === '(') {
    const tests: Test[] = [];
    decoder.list(() => tests.push(readKey(reader)));
    return searchIgnoresGroups ? () => true : every(tests);
  }
  if (/^[0-9*]/.test(decoder.peek())) return isAmong(readTargets(session, decoder, false));
  const name = decoder.keyword();
  if (searchBad?.keys.includes(name))
    throw searchBad.status === 'NO' ? new DemoRefusal(searchBad.text) : bad(searchBad.text);
  const read = KEYS[name];
  if (!read) throw decoder.error(`unknown search key ${name}`);
  return read(reader);
}

const isAmong = (targets: readonly Target[]): Test => {
  const entries = new Set(targets.map(({ entry }) => entry));
  return ({ entry }) => entries.has(entry);
};

const always = (test: Test) => () => test;
const flag = (bit: number, isSet: boolean) =>
  always(({ entry }) => ((flagsOfEntry(entry).system & bit) !== 0) === isSet);

const keyword =
  (isSet: boolean) =>
  (reader: Reader): Test => {
    const wanted = reader.text().toLowerCase();
    return ({ entry }) => entry.mail.flags.keywords.some((word) => word.toLowerCase() === wanted) === isSet;
  };

/** A text key; QQ: it is read and means nothing. */
const texts =
  (make: (reader: Reader) => Test) =>
  (reader: Reader): Test => {
    const test = make(reader);
    return reader.session.account.personality.quirks.searchIgnoresTexts ? () => true : test;
  };

const header = (field: string) =>
  texts((reader) => {
    const wanted = reader.text();
    return ({ entry }) => hasField(entry.mail, field, wanted, reader);
  });

const hasField = ({ header: block }: Mail, field: string, wanted: string, { contains }: Reader): boolean =>
  headerFields(block, field).some((value) => wanted === '' || contains(decodeHeaderText(value), wanted));

const inBody = ({ bytes, root }: Mail, wanted: string, { contains }: Reader): boolean =>
  contains(decodedBodyText(bytes, root), wanted);

const number = ({ decoder }: Reader): number => {
  decoder.space();
  return decoder.number();
};

const date =
  (kind: 'arrived' | 'sent', relation: (difference: number) => boolean) =>
  (reader: Reader): Test => {
    const day = parseSearchDay(reader.text());
    if (!day) throw reader.decoder.error('expected a date');
    return ({ entry: { mail } }) => {
      const sent = parseDateHeader(headerFields(mail.header, 'date')[0] ?? '');
      if (kind === 'sent' && !sent) return false;
      const actual =
        kind === 'sent' && sent ? dayOf(sent.unixSeconds, sent.offsetMinutes) : dayOf(mail.internalDate, 0);
      return relation(ordinal(actual) - ordinal(day));
    };
  };
const ordinal = ({ year, month, day }: Day): number => year * 400 + month * 32 + day;
const isBefore = (difference: number) => difference < 0;
const isOn = (difference: number) => difference === 0;
const isSince = (difference: number) => difference >= 0;

const isRecent =
  ({ session }: Reader, isNew = false): Test =>
  ({ entry }) =>
    session.view?.isRecent(entry) === true && !(isNew && entry.mail.flags.system & SystemFlag.Seen);

const anyText = (reader: Reader): Test => {
  const wanted = reader.text();
  return ({ entry: { mail } }) =>
    reader.contains(decodeHeaderText(mail.header), wanted) || inBody(mail, wanted, reader);
};

function next(reader: Reader): Test {
  reader.decoder.space();
  return reader.decoder.nested(() => readKey(reader));
}

const gmailNumber =
  (of: (mail: Mail) => bigint) =>
  (reader: Reader): Test => {
    const wanted = reader.text();
    return ({ entry }) => `${of(entry.mail)}` === wanted;
  };

const KEYS: Readonly<Record<string, (reader: Reader) => Test>> = {
  ALL: always(() => true),
  ANSWERED: flag(SystemFlag.Answered, true),
  DELETED: flag(SystemFlag.Deleted, true),
  DRAFT: flag(SystemFlag.Draft, true),
  FLAGGED: flag(SystemFlag.Flagged, true),
  SEEN: flag(SystemFlag.Seen, true),
  UNANSWERED: flag(SystemFlag.Answered, false),
  UNDELETED: flag(SystemFlag.Deleted, false),
  UNDRAFT: flag(SystemFlag.Draft, false),
  UNFLAGGED: flag(SystemFlag.Flagged, false),
  UNSEEN: flag(SystemFlag.Seen, false),
  KEYWORD: keyword(true),
  UNKEYWORD: keyword(false),
  RECENT: (reader) => isRecent(reader),
  NEW: (reader) => isRecent(reader, true),
  OLD: (reader) => {
    const recent = isRecent(reader);
    return (target) => !recent(target);
  },
  BCC: header('bcc'),
  CC: header('cc'),
  FROM: header('from'),
  SUBJECT: header('subject'),
  TO: header('to'),
  HEADER: texts((reader) => {
    const field = reader.text().toLowerCase();
    const wanted = reader.text();
    return ({ entry }) => hasField(entry.mail, field, wanted, reader);
  }),
  BODY: texts((reader) => {
    const wanted = reader.text();
    return ({ entry }) => inBody(entry.mail, wanted, reader);
  }),
  TEXT: texts(anyText),
  'X-GM-RAW': texts(anyText),
  'X-GM-MSGID': gmailNumber(({ emailId }) => emailId),
  'X-GM-THRID': gmailNumber(({ threadId }) => threadId),
  'X-GM-LABELS': (reader) => {
    const label = findLabel(reader.session.account, reader.text());
    return ({ entry }) => label !== undefined && entry.mail.places.has(label);
  },
  LARGER: (reader) => {
    const size = number(reader);
    return ({ entry }) => entry.mail.bytes.byteLength > size;
  },
  SMALLER: (reader) => {
    const size = number(reader);
    return ({ entry }) => entry.mail.bytes.byteLength < size;
  },
  BEFORE: date('arrived', isBefore),
  ON: date('arrived', isOn),
  SINCE: date('arrived', isSince),
  SENTBEFORE: date('sent', isBefore),
  SENTON: date('sent', isOn),
  SENTSINCE: date('sent', isSince),
  MODSEQ: (reader) => {
    const modseq = number(reader);
    return ({ entry }) => entry.modseq >= modseq;
  },
  NOT: (reader) => {
    const test = next(reader);
    return (target) => !test(target);
  },
  OR: (reader) => {
    const [a, b] = [next(reader), next(reader)];
    return (target) => a(target) || b(target);
  },
  UID: (reader) => {
    reader.decoder.space();
    return isAmong(readTargets(reader.session, reader.decoder, true));
  },
};
