// Where our SEARCH, SORT and THREAD answer otherwise than Dovecot's, on purpose, and why. Each reason must be met at
// least once: none outlives its cause.
import type { SearchedMail } from './search-mail.js';
import type { Question } from './search-questions.js';

/** A message that only one of the two found. */
export interface Finding {
  readonly question: Question;
  readonly mail: SearchedMail;
  readonly seq: number;
  readonly finder: 'theirs' | 'ours';
}

export interface FindingDifference {
  readonly why: string;
  readonly is: (finding: Finding) => boolean;
}

/** Messages that stand elsewhere in sorted lists and threads, whatever the criteria; without them both are the same. */
export interface PlacedOtherwise {
  readonly why: string;
  readonly is: (mail: SearchedMail) => boolean;
}

const has =
  (pattern: RegExp) =>
  ({ bytes }: SearchedMail): boolean =>
    pattern.test(bytes);

const hasUnknownCharset = has(/^Subject: =\?x-unknown/m);
const isBefore1970 = has(/^Date: .* 1960 /m);
const hasTimelessDate = has(/^Date: (Mon, 2 Feb 2026\r|Monday, |.* 2[45]:00:00 )/m);
const hasDate = has(/^Date: (?!.*(32 Feb|Foo)).*\d{1,2}[ -][A-Z][a-z]{2}/m);
const asksSentDate = ({ text }: Question): boolean => text.includes('SENT');
const asks = ({ question }: Finding, ...texts: string[]): boolean => texts.includes(question.text);

const RAW_BYTES = 'bytes of a header that are no UTF-8 and have no charset are guessed (windows-1252), not thrown away';
const hasRawBytes = has(/^Subject: \u00e9pomes raw/m);

export const PLACED_OTHERWISE: readonly PlacedOtherwise[] = [
  { why: RAW_BYTES, is: hasRawBytes },
  {
    why: 'a word in a charset nobody knows is read as well as may be; Dovecot leaves it encoded',
    is: hasUnknownCharset,
  },
  { why: 'before 1970 is earlier than after; Dovecot has it last', is: isBefore1970 },
  {
    why: 'RFC 5256 §2.2: where the time is none it is 00:00:00; RFC 5322 §4.3: years of two digits; Dovecot gives up',
    is: hasTimelessDate,
  },
  { why: 'of << and >> the inner ones enclose a message id that is valid', is: has(/^References: .*<</m) },
];

export const FOUND_OTHERWISE: readonly FindingDifference[] = [
  {
    why: 'a word in a charset nobody knows is read as well as may be',
    is: ({ mail, finder }) => finder === 'ours' && hasUnknownCharset(mail),
  },
  {
    why: RAW_BYTES,
    is: ({ mail, finder }) => finder === 'ours' && hasRawBytes(mail),
  },
  {
    why: 'a sent date that Dovecot cannot read',
    is: ({ question, mail }) => asksSentDate(question) && (isBefore1970(mail) || hasTimelessDate(mail)),
  },
  {
    why: 'RFC 3501 §6.4.4: SENTBEFORE is about the Date header; where there is none, Dovecot has it be 1970',
    is: ({ question, mail, finder }) => finder === 'theirs' && asksSentDate(question) && !hasDate(mail),
  },
  {
    why: 'RFC 9051 §9, sequence-set: * is the last message, so 999:* holds it; Dovecot does so for UIDs only',
    is: (finding) => finding.finder === 'ours' && asks(finding, '999:*'),
  },
  {
    why: 'a character that is cut between two encoded-words is put together',
    is: ({ mail, finder }) => finder === 'ours' && has(/^Subject: .*=C3\?= =\?/m)(mail),
  },
  {
    why: 'an address list is searched as it is shown and also as it is written, with quotes, comments and all',
    is: (finding) =>
      finding.finder === 'ours' &&
      asks(
        finding,
        ...['FROM "\\"Alice\\""', 'FROM "(Robert)"', 'FROM comment', 'FROM "esc\\"aped"'],
        ...['FROM "dave@example.com, erin"', 'TO "John Q. Public <jqp"'],
      ),
  },
  {
    why: 'where a domain is missing there is no @ but the one Dovecot puts there',
    is: (finding) => finding.finder === 'theirs' && asks(finding, 'FROM @'),
  },
  {
    why: 'what is said to be encoded in a way nobody knows is searched as it is',
    is: ({ mail, finder }) => finder === 'ours' && has(/x-uuencode/)(mail),
  },
];
