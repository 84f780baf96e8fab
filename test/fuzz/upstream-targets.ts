// What an upstream sends: a server may be broken, or mean harm (providers.md §13.31).

import { formatRanges } from '../../src/mail/sequence-set.js';
import { writeBodyStructure } from '../../src/upstream/imap/body-structure-writer.js';
import { refusal } from '../../src/upstream/imap/errors.js';
import { parseFetchLine } from '../../src/upstream/imap/fetch-line.js';
import { expandSet, rangesFrom, splitSet } from '../../src/upstream/imap/sets.js';
import { numberOf } from '../../src/upstream/imap/tokens.js';
import { retryAfterOf } from '../../src/upstream/providers/index.js';
import { ResponseReader } from '../support/imap-grammar.js';
import { type FuzzTarget, holds } from './target.js';

const STRUCTURE = '("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 12 1 NIL NIL NIL NIL)';

const fetchLines: FuzzTarget = {
  name: 'upstream-fetch',
  tokens: [
    '* 1 FETCH (',
    '(',
    ')',
    ' ',
    'UID 1',
    'FLAGS (\\Seen)',
    'BODY[',
    ']',
    '<0>',
    'NIL',
    '"',
    '\\',
    '{3}\r\n',
    '-1',
    'BODYSTRUCTURE ',
    STRUCTURE,
    '"message" "rfc822"',
  ],
  seeds: [
    '* 1 FETCH (UID 1 FLAGS (\\Seen $x) INTERNALDATE "01-Feb-2026 12:00:00 +0000" RFC822.SIZE 12)',
    `* 2 FETCH (UID 2 BODYSTRUCTURE ${STRUCTURE})`,
    `* 3 FETCH (BODYSTRUCTURE (${STRUCTURE}${STRUCTURE} "mixed" ("boundary" "b") NIL NIL NIL))`,
    '* 4 FETCH (UID 4 BODY[HEADER.FIELDS (FROM)] {3}\r\n MODSEQ (12))',
  ],
  run: (input) => {
    const line = parseFetchLine({ payload: Buffer.from(input, 'latin1'), literals: [Buffer.from('abc')] });
    for (const item of line?.items ?? []) {
      const number = numberOf(Array.isArray(item) ? undefined : item);
      holds(number === undefined || (number >= 0 && Number.isSafeInteger(number)), `number ${number}`);
      const structure = writeBodyStructure(item);
      if (structure === undefined || structure.length > 20_000) continue;
      // What is passed on can be read.
      const reader = new ResponseReader(structure);
      reader.value();
      holds(reader.atEnd, 'something stands behind the structure');
    }
  },
};

const upstreamSets: FuzzTarget = {
  name: 'upstream-sets',
  tokens: ['1', ':', ',', '4294967295', '0', '9:7', '99999999999'],
  seeds: ['1,3:5', '9:7', '1:4294967295'],
  run: (input) => {
    const numbers = expandSet(input, 1_000);
    holds(numbers === undefined || numbers.length <= 1_000, 'more numbers than may be');
    const ranges = rangesFrom(input);
    const pieces = splitSet(ranges, 40, { maxCommandBytes: 200 });
    holds(
      pieces.every(({ text }) => text.length <= 200),
      'a piece is too long',
    );
    holds(
      formatRanges(pieces.flatMap((piece) => [...piece.ranges])) === formatRanges(ranges),
      'the pieces are not the set',
    );
  },
};

const serverTexts: FuzzTarget = {
  name: 'upstream-texts',
  tokens: [
    'Suggested Backoff Time: ',
    '300000',
    ' milliseconds',
    'try again in ',
    '5 minutes',
    ' ',
    '9'.repeat(30),
    'exceeded ',
    'limit',
    '\r\n',
    '\0',
  ],
  seeds: [
    'Request is throttled. Suggested Backoff Time: 299961 milliseconds',
    'Too many login, try again in 5 minutes',
  ],
  run: (input) => {
    const ms = retryAfterOf(input);
    holds(ms === undefined || (ms >= 0 && ms <= 24 * 3_600_000), `to wait ${ms} ms`);
    holds(!/[\r\n\0]/.test(refusal('FETCH', { code: undefined, text: input }).message), 'more than a line');
  },
};

export const upstreamTargets: readonly FuzzTarget[] = [fetchLines, upstreamSets, serverTexts];
