// The keys of SEARCH (RFC 9051 §6.4.4; RFC 3501's RECENT, NEW and OLD). One more key costs a line in KEYS.
import type { Day, DayRelation, SearchCriteria } from '../../mail/search-criteria.js';
import { SystemFlag } from '../../mail/flags.js';
import type { NumberRanges, SequenceSet } from '../../mail/sequence-set.js';
import type { Decoder } from '../wire/decoder.js';

/** What reading a key may need of the command around it. */
export interface KeyContext {
  /** Text of the command's charset → Unicode. @throws {MailboxError} BADCHARSET */
  decode(bytes: string): string;
}

/** A criterion whose sequence numbers are not resolved yet: that needs the session. */
export type ParsedCriteria =
  | SearchCriteria
  | { readonly key: 'set'; readonly set: SequenceSet; readonly uidForm: boolean }
  | { readonly key: 'parsedAnd'; readonly all: readonly ParsedCriteria[] }
  | { readonly key: 'parsedOr'; readonly either: readonly [ParsedCriteria, ParsedCriteria] }
  | { readonly key: 'parsedNot'; readonly not: ParsedCriteria };

type ReadKey = (decoder: Decoder, context: KeyContext) => ParsedCriteria;

const flag = (bit: number, present: boolean): ReadKey => () => ({ key: 'systemFlag', bit, present });
const text = (decoder: Decoder, context: KeyContext): string => {
  decoder.space();
  return context.decode(decoder.astring());
};
const header = (field: string): ReadKey => (decoder, context) => ({ key: 'header', field, text: text(decoder, context) });
const date = (key: 'internalDate' | 'sentDate', relation: DayRelation): ReadKey => (decoder) => {
  decoder.space();
  return { key, relation, day: dayOf(decoder) };
};
const size = (key: 'larger' | 'smaller'): ReadKey => (decoder) => {
  decoder.space();
  return { key, sizeBytes: decoder.number() };
};
const keyword = (present: boolean): ReadKey => (decoder) => {
  decoder.space();
  return { key: 'keyword', keyword: decoder.atom(), present };
};

const KEYS: Readonly<Record<string, ReadKey>> = {
  ALL: () => ({ key: 'all' }),
  ANSWERED: flag(SystemFlag.Answered, true),
  UNANSWERED: flag(SystemFlag.Answered, false),
  DELETED: flag(SystemFlag.Deleted, true),
  UNDELETED: flag(SystemFlag.Deleted, false),
  DRAFT: flag(SystemFlag.Draft, true),
  UNDRAFT: flag(SystemFlag.Draft, false),
  FLAGGED: flag(SystemFlag.Flagged, true),
  UNFLAGGED: flag(SystemFlag.Flagged, false),
  SEEN: flag(SystemFlag.Seen, true),
  UNSEEN: flag(SystemFlag.Seen, false),
  // No message is recent here (status.ts).
  RECENT: () => ({ key: 'none' }),
  NEW: () => ({ key: 'none' }),
  OLD: () => ({ key: 'all' }),
  KEYWORD: keyword(true),
  UNKEYWORD: keyword(false),
  BCC: header('bcc'),
  CC: header('cc'),
  FROM: header('from'),
  SUBJECT: header('subject'),
  TO: header('to'),
  HEADER: (decoder, context) => {
    decoder.space();
    const field = decoder.astring().toLowerCase();
    return { key: 'header', field, text: text(decoder, context) };
  },
  BODY: (decoder, context) => ({ key: 'body', text: text(decoder, context) }),
  TEXT: (decoder, context) => ({ key: 'text', text: text(decoder, context) }),
  BEFORE: date('internalDate', 'before'),
  ON: date('internalDate', 'on'),
  SINCE: date('internalDate', 'since'),
  SENTBEFORE: date('sentDate', 'before'),
  SENTON: date('sentDate', 'on'),
  SENTSINCE: date('sentDate', 'since'),
  LARGER: size('larger'),
  SMALLER: size('smaller'),
  UID: (decoder) => {
    decoder.space();
    return { key: 'set', set: decoder.sequenceSet(), uidForm: true };
  },
  NOT: (decoder, context) => {
    decoder.space();
    return { key: 'parsedNot', not: decoder.nested(() => parseKey(decoder, context)) };
  },
  OR: (decoder, context) => {
    decoder.space();
    return decoder.nested(() => {
      const first = parseKey(decoder, context);
      decoder.space();
      return { key: 'parsedOr', either: [first, parseKey(decoder, context)] };
    });
  },
};

export function parseKey(decoder: Decoder, context: KeyContext): ParsedCriteria {
  const next = decoder.peek();
  if (next === '(') {
    const all: ParsedCriteria[] = [];
    decoder.list(() => all.push(parseKey(decoder, context)));
    if (all.length === 0) throw decoder.error('expected a search key');
    return { key: 'parsedAnd', all };
  }
  if (/[0-9*]/.test(next)) return { key: 'set', set: decoder.sequenceSet(), uidForm: false };
  const name = decoder.keyword();
  const read = KEYS[name];
  if (!read) throw decoder.error(`unknown search key ${name}`);
  return read(decoder, context);
}

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec'.toLowerCase();

/** `1-Feb-2026`, quoted or not (RFC 9051 §9, date). */
function dayOf(decoder: Decoder): Day {
  const text = decoder.peek() === '"' ? decoder.string() : decoder.atom();
  const match = /^(\d{1,2})-([A-Za-z]{3})-(\d{4})$/.exec(text);
  const month = MONTHS.indexOf(match?.[2]?.toLowerCase() ?? '-') / 3 + 1;
  const day = Number(match?.[1]);
  if (!match || !Number.isInteger(month) || month < 1 || day < 1 || day > 31) throw decoder.error('expected a date');
  return { year: Number(match[3]), month, day };
}

/** Sequence sets become uids. */
export function resolveCriteria(criteria: ParsedCriteria, uidsOf: (set: SequenceSet, uidForm: boolean) => NumberRanges): SearchCriteria {
  const resolve = (part: ParsedCriteria): SearchCriteria => resolveCriteria(part, uidsOf);
  switch (criteria.key) {
    case 'set':
      return { key: 'uids', ranges: uidsOf(criteria.set, criteria.uidForm) };
    case 'parsedAnd':
      return { key: 'and', all: criteria.all.map(resolve) };
    case 'parsedOr':
      return { key: 'or', either: [resolve(criteria.either[0]), resolve(criteria.either[1])] };
    case 'parsedNot':
      return { key: 'not', not: resolve(criteria.not) };
    default:
      return criteria;
  }
}
