// What both servers are asked over SEARCHED_MAIL.

/** Texts are one char a byte; what is not ASCII goes as a literal. */
export interface Question {
  readonly command: 'SEARCH' | 'SORT' | 'THREAD';
  readonly text: string;
}

const utf8 = (text: string): string => Buffer.from(text).toString('latin1');

const KEYS = ['ARRIVAL', 'CC', 'DATE', 'FROM', 'SIZE', 'SUBJECT', 'TO', 'DISPLAYFROM', 'DISPLAYTO'] as const;
const CRITERIA: readonly string[] = [
  ...KEYS.flatMap((key) => [key, `REVERSE ${key}`]),
  'SUBJECT DATE',
  'REVERSE SUBJECT REVERSE DATE',
  'FROM SUBJECT REVERSE ARRIVAL',
  'DISPLAYFROM REVERSE SIZE',
  'TO CC FROM SUBJECT DATE',
];
const SORTS = CRITERIA.flatMap((criteria) => [`(${criteria}) UTF-8 ALL`, `(${criteria}) UTF-8 2:40 UNSEEN`]);

const THREADS = ['REFERENCES', 'ORDEREDSUBJECT', 'REFS'].flatMap((algorithm) => [
  `${algorithm} UTF-8 ALL`,
  `${algorithm} UTF-8 FROM thread@example.com`,
  `${algorithm} UTF-8 1:60`,
]);

export const SEARCHES: readonly string[] = [
  ...['ALL', 'SEEN', 'UNSEEN', 'ANSWERED', 'UNANSWERED', 'DELETED', 'UNDELETED', 'DRAFT', 'UNDRAFT', 'FLAGGED'],
  ...['UNFLAGGED', 'KEYWORD $Label1', 'KEYWORD $LABEL1', 'UNKEYWORD $Label1', 'KEYWORD none', 'UNKEYWORD none'],
  ...['1', '*', '5:3', '1,3,5:7', '*:150', '150:*', '1:*', '999:*', 'NOT 2:*', 'UID 1:5', 'UID 999:*', 'UID *'],
  ...['NOT SEEN', 'NOT NOT SEEN', 'OR SEEN FLAGGED', 'OR (SEEN) (NOT FLAGGED 1:100)', '(1:10 (UNSEEN))', 'NOT (1:10)'],
  ...['OR OR SEEN FLAGGED OR DRAFT DELETED', 'OR NOT 1:50 NOT 40:200', '1:100 SUBJECT apple NOT FROM sender1'],
  ...['BEFORE 10-Jan-2026', 'ON 10-Jan-2026', 'SINCE 10-Jan-2026', 'ON "8-Jan-2026"', 'BEFORE 01-Jan-2026'],
  ...['SENTBEFORE 2-Feb-2026', 'SENTON 2-Feb-2026', 'SENTSINCE 2-Feb-2026', 'SENTON 1-Feb-2026', 'SENTON 3-Feb-2026'],
  ...['SENTBEFORE 1-Jan-1971', 'SENTBEFORE 1-Jan-2020', 'NOT SENTSINCE 1-Jan-2026', 'SENTON 10-Mar-2026'],
  ...['LARGER 100', 'SMALLER 100', 'LARGER 0', 'SMALLER 0', 'LARGER 4294967295', 'LARGER 50000', 'SMALLER 123'],
  ...['SUBJECT apple', 'SUBJECT APPLE', 'SUBJECT "re: "', 'SUBJECT "[list]"', 'SUBJECT ""', 'SUBJECT "a b c"'],
  ...[
    'SUBJECT "folded subject"',
    'SUBJECT "second subject"',
    'SUBJECT =?',
    'SUBJECT utf-8',
    `SUBJECT ${utf8('épome')}`,
  ],
  ...[
    `SUBJECT ${utf8('ÉPOME')}`,
    `SUBJECT ${utf8('äpfel')}`,
    `SUBJECT ${utf8('ÄPFEL UND')}`,
    `SUBJECT ${utf8('好苹果')}`,
  ],
  ...[
    `SUBJECT ${utf8('日本')}`,
    `SUBJECT ${utf8('splité word')}`,
    'SUBJECT epome',
    `CHARSET ISO-8859-1 SUBJECT \xc9pome`,
  ],
  ...[`CHARSET UTF-8 SUBJECT ${utf8('épome')}`, 'CHARSET US-ASCII SUBJECT apple'],
  ...['FROM alice', 'FROM ALICE', 'FROM "alice <zoe"', 'FROM zoe@example', 'FROM "<zoe"', 'FROM "Quoted, Name"'],
  ...['FROM "\\"Alice\\""', 'FROM robert', 'FROM "(Robert)"', 'FROM undisclosed', 'FROM friends', 'FROM dave@example'],
  ...[
    `FROM ${utf8('älice')}`,
    'FROM bob',
    'FROM comment',
    'FROM "escaped"',
    'FROM "esc\\"aped"',
    'FROM "a b"',
    'FROM route',
  ],
  ...[
    'FROM ""',
    'FROM @',
    'FROM "alice@example.com"',
    'FROM "Alice <"',
    'FROM "dave@example.com, erin"',
    `FROM ${utf8('ünal')}`,
  ],
  ...['TO alice', 'TO ""', 'CC alice', 'CC ""', 'BCC hidden', 'BCC ""', 'NOT TO ""', 'TO "John Q. Public <jqp"'],
  ...['HEADER X-Custom ""', 'HEADER x-custom two', 'HEADER X-CUSTOM "two words"', 'HEADER X-Custom "onetwo"'],
  ...[
    `HEADER X-Custom ${utf8('café')}`,
    'HEADER X-Custom "folded value"',
    'HEADER X-None ""',
    'HEADER X-Custom =?utf-8',
  ],
  ...[
    'HEADER Subject apple',
    'HEADER From alice',
    'HEADER From ""',
    'HEADER Message-ID <a1@x>',
    'HEADER References a2@x',
  ],
  ...['HEADER Date "Feb 2026"', 'HEADER Sender sender', 'HEADER Reply-To "Answer Me"', 'HEADER List-Id "a list"'],
  ...['HEADER Comments "(comment)"', 'HEADER Content-Type charset', 'HEADER Date ""', 'NOT HEADER Subject ""'],
  ...['HEADER References "<a1@x> <a2@x> <a3@x>"', 'HEADER "X-Custom" one', 'HEADER From "alice <zoe@example.com>"'],
  ...[
    'BODY needle',
    'BODY NEEDLE',
    'BODY "needle in"',
    `BODY ${utf8('grüne nadel')}`,
    `BODY ${utf8('好苹果')}`,
    'BODY ""',
  ],
  ...[
    'BODY "preamble"',
    'BODY epilogue',
    `BODY ${utf8('日本')}`,
    'TEXT "folded subject"',
    `CHARSET ISO-2022-JP SUBJECT "\x1b$BF|K\\\\\x1b(B"`,
    'BODY "needle haystack"',
    'BODY "<b>"',
    'BODY "needle and haystack & more"',
  ],
  ...['BODY "inner needle"', 'BODY "inner body"', 'BODY partneedle', 'BODY needle.txt', 'BODY "broken across"'],
  ...['BODY "spaced out"', 'BODY "X-Number"', 'BODY inner@example.com', 'BODY "first part" BODY "second part"'],
  ...[
    'TEXT needle',
    'TEXT apple',
    'TEXT X-Number',
    'TEXT ""',
    `TEXT ${utf8('épome')}`,
    'TEXT "subject: apple"',
    'TEXT partneedle',
  ],
  ...['TEXT "inner needle"', 'TEXT "Subject: a body"', `TEXT ${utf8('café')}`, 'TEXT alice@example.com', 'NOT TEXT e'],
  ...['OLDER 1', 'YOUNGER 1000000000', 'YOUNGER 100', 'NOT OLDER 100', 'MODSEQ 1', 'SMALLER 200 LARGER 100 UNSEEN'],
];

/** SORT and THREAD. */
export const QUESTIONS: readonly Question[] = [
  ...SORTS.map((text): Question => ({ command: 'SORT', text })),
  ...THREADS.map((text): Question => ({ command: 'THREAD', text })),
];
