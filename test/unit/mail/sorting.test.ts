import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { threadText } from '../../../src/imap/search-return/thread-text.js';
import { baseSubject } from '../../../src/mail/base-subject.js';
import { casemap, compareOctets, looseMatch } from '../../../src/mail/collation.js';
import { idNumber, messageIdsIn, sortKeysOf } from '../../../src/mail/sort-keys.js';
import { sortedPositions } from '../../../src/mail/sort-order.js';
import { type ThreadAlgorithm, type ThreadMessages, threadsOf } from '../../../src/mail/threads.js';

function finish<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

describe('baseSubject', () => {
  it.each<[string, string, boolean]>([
    ['hello', 'hello', false],
    ['  hello \t world  ', 'hello world', false],
    ['Re: hello', 'hello', true],
    ['re:hello', 'hello', true],
    ['RE : FW: Fwd:  hello', 'hello', true],
    ['Re[2]: hello', 'hello', true],
    ['re [5] : hello', 'hello', true],
    ['[list] Re: hello', 'hello', true],
    ['[a] [b]re[c]: hello', 'hello', true],
    ['Re: [list] hello', 'hello', true],
    ['[list] hello', 'hello', false],
    ['[list]', '[list]', false],
    ['[a] [b]', '[b]', false],
    ['[a][b] hello', 'hello', false],
    ['[broken hello', '[broken hello', false],
    ['[a [b] hello', '[a [b] hello', false],
    ['hello (fwd)', 'hello', true],
    ['hello (FWD) (fwd)  ', 'hello', true],
    ['(fwd)', '', true],
    ['[fwd: hello]', 'hello', true],
    ['[Fwd: Re: [x] hello (fwd)]', 'hello', true],
    ['[fwd: [fwd: hello]]', 'hello', true],
    ['[fwd: hello] more', 'more', false],
    ['Re:', '', true],
    // Only SP and TAB are WSP.
    ['hello\u3000', 'hello\u3000', false],
    ['Re: hello\u00a0(fwd) ', 'hello\u00a0', true],
    ['', '', false],
    ['Fwdx: hello', 'Fwdx: hello', false],
    ['really: hello', 'really: hello', false],
    ['hello re: you', 'hello re: you', false],
  ])('%j → %j', (subject, text, isReply) => {
    expect(baseSubject(subject)).toEqual({ text, isReply });
  });

  it('takes time in proportion to the length', () => {
    const started = performance.now();
    for (const unit of ['[a]', 're:', '(fwd)', '[fwd:', ' ', '[', 're[a]']) baseSubject(`${unit.repeat(20_000)}x`);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('sort keys', () => {
  it('are taken from the header', () => {
    const block = [
      'From: =?utf-8?q?=C3=84dam?= <Beta@Example.com>, other@example.com',
      'To: x@example.com',
      'Cc: friends: one@example.com;',
      'Subject: =?utf-8?q?Re:_[l]_caf=C3=A9?=',
      'Date: Sun, 31 Dec 2000 16:01:33 -0800',
      'Message-ID: <"own"@example.com>',
      'References: <a@x> junk <b@x>',
      ' <c@x>',
      'In-Reply-To: <d@x>',
      '',
      '',
    ].join('\r\n');
    expect(sortKeysOf(block)).toEqual({
      sentDate: Date.UTC(2001, 0, 1, 0, 1, 33) / 1000,
      isReply: true,
      subject: 'CAFE\u0301',
      from: 'BETA',
      to: 'X',
      cc: 'FRIENDS',
      displayFrom: 'A\u0308DAM',
      displayTo: 'X@EXAMPLE.COM',
      threadIds: Float64Array.from(['own@example.com', 'a@x', 'b@x', 'c@x'].map(idNumber)),
    });
  });

  it('of an empty header are empty', () => {
    expect(sortKeysOf('\r\n')).toMatchObject({ sentDate: undefined, subject: '', from: '', displayFrom: '' });
  });

  it.each([
    [undefined, []],
    ['none', []],
    ['<a@b>', ['a@b']],
    ['<a@b> and <c@d>', ['a@b', 'c@d']],
    ['< "a\\"b"@c >', ['a"b@c']],
    ['<no-at>', []],
    ['<<a@b>', ['a@b']],
  ])('the message ids in %j are %j', (value, ids) => {
    expect(messageIdsIn(value)).toEqual(ids);
  });
});

describe('collation', () => {
  it.each([
    ['Straße', 'STRAßE'],
    ['ﬁ', 'fi'],
    ['é', 'E\u0301'],
    ['ǆ', casemap('Ǆ')],
    ['ＡＢ', 'AB'],
    ['σς', 'ΣΣ'],
  ])('casemap %s', (text, folded) => expect(casemap(text)).toBe(folded));

  it('compares by code points', () => {
    expect(compareOctets('\u{1f600}', '\uff00')).toBeGreaterThan(0);
    expect(compareOctets('a', 'b')).toBeLessThan(0);
    expect(compareOctets('a', 'a')).toBe(0);
  });

  it('scores what is closer higher', () => {
    expect(['a müller b', 'a muller b', 'B A Muller', 'x'].map(looseMatch('müller b'))).toEqual([100, 80, 50, 0]);
  });
});

describe('sortedPositions', () => {
  it('sorts as the plain comparison does', () => {
    const pass = fc.record({
      values: fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer(), fc.constant(2 ** 50)), {
        minLength: 20,
        maxLength: 20,
      }),
      reverse: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(pass, { minLength: 1, maxLength: 3 }), fc.nat(20), (passes, count) => {
        const expected = Array.from({ length: count }, (_, i) => i).sort((a, b) => {
          for (const { values, reverse } of passes) {
            const difference = (values[a] ?? 0) - (values[b] ?? 0);
            if (difference !== 0) return reverse ? -difference : difference;
          }
          return a - b;
        });
        expect([...finish(sortedPositions(count, passes))]).toEqual(expected);
      }),
    );
  });
});

interface Letter {
  id?: string;
  refs?: string[];
  date?: number;
  subject?: string;
  reply?: boolean;
}

function messagesOf(letters: readonly Letter[]): ThreadMessages {
  const ids = new Map<string, number>();
  const intern = (text: string) => {
    if (!ids.has(text)) ids.set(text, ids.size + 1);
    return ids.get(text) ?? 0;
  };
  const subjects = new Map([['', 0]]);
  const subjectOf = (text: string) => {
    if (!subjects.has(text)) subjects.set(text, subjects.size);
    return subjects.get(text) ?? 0;
  };
  const starts = [0];
  const references: number[] = [];
  for (const { refs = [] } of letters) {
    references.push(...refs.map(intern));
    starts.push(references.length);
  }
  return {
    count: letters.length,
    ownIds: Uint32Array.from(letters, ({ id }) => (id === undefined ? 0 : intern(id))),
    references: Uint32Array.from(references),
    referenceStarts: Uint32Array.from(starts),
    idCount: ids.size + 1,
    sent: letters.map(({ date }, i) => date ?? i),
    subjects: Uint32Array.from(letters, ({ subject }) => subjectOf(subject ?? '')),
    subjectCount: subjects.size,
    isReply: letters.map(({ reply }) => (reply ? 1 : 0)),
  };
}

const threaded = (letters: readonly Letter[], algorithm: ThreadAlgorithm = 'references'): string =>
  threadText(
    finish(threadsOf(algorithm, messagesOf(letters))),
    Uint32Array.from(letters, (_, i) => i + 1),
  );

describe('REFERENCES', () => {
  it.each<[string, Letter[], string]>([
    ['nothing', [], ''],
    ['alone', [{}, {}], '(1)(2)'],
    ['a chain', [{ id: 'a' }, { id: 'b', refs: ['a'] }, { id: 'c', refs: ['a', 'b'] }], '(1 2 3)'],
    ['the answer first', [{ id: 'b', refs: ['a'] }, { id: 'a' }], '(2 1)'],
    ['siblings by date', [{ id: 'a' }, { refs: ['a'], date: 9 }, { refs: ['a'], date: 5 }], '(1 (3)(2))'],
    ['the same date, by number', [{ id: 'a' }, { refs: ['a'], date: 5 }, { refs: ['a'], date: 5 }], '(1 (2)(3))'],
    ['a missing parent of one', [{ refs: ['x'] }, {}], '(1)(2)'],
    ['a missing parent of two', [{ refs: ['x'] }, {}, { refs: ['x'] }], '((1)(3))(2)'],
    ['missing ones in a row', [{ refs: ['x', 'y'] }, { refs: ['x', 'z'] }], '((1)(2))'],
    ['a missing one in the middle', [{ id: 'a' }, { refs: ['a', 'x'] }, { refs: ['a', 'x'] }], '(1 (2)(3))'],
    [
      'a loop of two',
      [
        { id: 'a', refs: ['b'] },
        { id: 'b', refs: ['a'] },
      ],
      '(2 1)',
    ],
    ['an own reference', [{ id: 'a', refs: ['a'] }], '(1)'],
    ['a reference twice', [{ id: 'a' }, { id: 'b', refs: ['a', 'a'] }], '(1 2)'],
    ['an id twice', [{ id: 'a' }, { id: 'a' }, { refs: ['a'] }], '(1 3)(2)'],
    [
      'a truncated list is put right by the message itself',
      [{ id: 'c', refs: ['a', 'b'] }, { id: 'a' }, { id: 'b', refs: ['x'] }],
      '(2)(3 1)',
    ],
    ['an answer by subject', [{ subject: 's' }, { subject: 's', reply: true }], '(1 2)'],
    ['the same subject, no answer', [{ subject: 's' }, { subject: 's' }], '((1)(2))'],
    ['the answer came first', [{ subject: 's', reply: true }, { subject: 's' }], '(2 1)'],
    [
      'two answers',
      [
        { subject: 's', reply: true },
        { subject: 's', reply: true },
      ],
      '((1)(2))',
    ],
    ['three of a subject', [{ subject: 's' }, { subject: 's' }, { subject: 's' }], '((1)(2)(3))'],
    ['no subject', [{}, { reply: true }], '(1)(2)'],
    ['a dummy takes in a message', [{ refs: ['x'], subject: 's' }, { refs: ['x'] }, { subject: 's' }], '((1)(2)(3))'],
    [
      'two dummies become one',
      [{ refs: ['x'], subject: 's' }, { refs: ['x'] }, { refs: ['y'], subject: 's' }, { refs: ['y'] }],
      '((1)(2)(3)(4))',
    ],
    [
      'a dummy stands where its first child does',
      [{ refs: ['x'], date: 9 }, { refs: ['x'], date: 1 }, { date: 5 }],
      '((2)(1))(3)',
    ],
  ])('%s', (_, letters, expected) => {
    expect(threaded(letters)).toBe(expected);
  });

  it('shows every message once, whatever refers to whatever', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const letter = fc.record(
      {
        id,
        refs: fc.array(id, { maxLength: 4 }),
        date: fc.nat(3),
        subject: fc.constantFrom('', 's', 't'),
        reply: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.array(letter, { maxLength: 8 }),
        fc.constantFrom<ThreadAlgorithm>('references', 'refs', 'orderedsubject'),
        (letters, algorithm) => {
          const text = threaded(letters, algorithm);
          const numbers = (text.match(/\d+/g) ?? []).map(Number).sort((a, b) => a - b);
          expect(numbers).toEqual(letters.map((_, i) => i + 1));
          // thread-list (RFC 5256 §5)
          let rest = text;
          for (let before = ''; before !== rest; ) {
            before = rest;
            rest = rest.replace(/\((?:\d+(?: \d+)*(?: TT+)?|TT+)\)/g, 'T');
          }
          expect(rest).toMatch(/^T*$/);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('goes as deep as the mailbox is long', () => {
    const letters = Array.from(
      { length: 60_000 },
      (_, i): Letter => ({ id: `${i}`, refs: i === 0 ? [] : [`${i - 1}`] }),
    );
    expect(threaded(letters).split(' ')).toHaveLength(60_000);
  });
});

it('ORDEREDSUBJECT has no grandchildren', () => {
  const letters = [{ subject: 's', date: 5 }, { subject: 't', date: 3 }, { subject: 's' }, { subject: 's', date: 9 }];
  expect(threaded(letters, 'orderedsubject')).toBe('(3 (1)(4))(2)');
});

it('REFS leaves subjects alone and puts the thread with the latest message last', () => {
  const letters = [{ id: 'a', subject: 's' }, { subject: 's' }, { refs: ['a'], subject: 's', date: 9 }, { date: 5 }];
  expect(threaded(letters, 'refs')).toBe('(2)(4)(1 3)');
});
