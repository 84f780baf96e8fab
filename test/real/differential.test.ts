// Our FETCH against Dovecot's: the same nasty messages, synchronised from that very Dovecot; every item, every part.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bodyOf, bodyStructureOf } from '../../src/mail/body-structure.js';
import { parseMime } from '../../src/mail/mime.js';
import { fetchAnswers, ResponseReader, type Value } from '../support/imap-grammar.js';
import { NASTY_MESSAGES } from '../support/nasty/index.js';
import type { PlainImap } from '../support/plain-imap.js';
import { type Compared, DIFFERENCES } from '../support/real/dovecot-differences.js';
import { partPaths, sectionItems } from '../support/real/section-list.js';
import { startTwin, type Twin } from '../support/real/twin.js';

let twin: Twin | undefined;
let theirs: PlainImap;
let ours: PlainImap;

beforeAll(async () => {
  twin = await startTwin(async (dovecot) => {
    for (const [, bytes] of NASTY_MESSAGES) await dovecot.ok('APPEND INBOX ', Buffer.from(bytes, 'latin1'));
  });
  ({ theirs, ours } = twin);
  for (const client of [theirs, ours]) await client.ok('EXAMINE INBOX');
}, 120_000);
afterAll(() => twin?.stop());

type Items = ReadonlyMap<string, Value>;
const NONE: Items = new Map();
/** More than these in one FETCH and a server may refuse. */
const ITEMS = 150;
const PARTS = 30;

async function fetched(client: PlainImap, set: string, items: string): Promise<ReadonlyMap<number, Items>> {
  const { untagged } = await client.ok(`FETCH ${set} ${items}`);
  return fetchAnswers(
    untagged
      .filter((line) => / FETCH /.test(line))
      .map((line) => `${line}\r\n`)
      .join(''),
  );
}

/** What both say to one question about a message, item by item. */
async function both(seq: number, items: readonly string[]): Promise<[Items, Items]> {
  const [a, b] = await Promise.all(
    [theirs, ours].map((client) =>
      fetched(client, `${seq}`, `(${items.join(' ')})`).then((all) => all.get(seq) ?? NONE),
    ),
  );
  return [a ?? NONE, b ?? NONE];
}

/** The structure we would tell if the upstream had told none. */
function ownStructure(whole: Value | undefined): Items {
  const bytes = Buffer.from(String(whole), 'latin1');
  const own = bodyStructureOf(bytes, parseMime(bytes));
  return new Map([
    ['BODYSTRUCTURE', new ResponseReader(own).value()],
    ['BODY', new ResponseReader(bodyOf(own)).value()],
  ]);
}

test("every answer is Dovecot's, or differs for a reason", async () => {
  const listing = '(RFC822.SIZE ENVELOPE BODYSTRUCTURE BODY)';
  const [listed, mine] = await Promise.all([fetched(theirs, '1:*', listing), fetched(ours, '1:*', listing)]);
  expect([listed.size, mine.size]).toEqual([NASTY_MESSAGES.length, NASTY_MESSAGES.length]);
  const met = new Map(DIFFERENCES.map(({ why }) => [why, 0]));
  const unexplained: Compared[] = [];
  let count = 0;
  const compare = (seq: number, a: Items, b: Items, prefix = '') => {
    const [name = '', bytes = ''] = NASTY_MESSAGES[seq - 1] ?? [];
    for (const item of new Set([...a.keys(), ...b.keys()])) {
      count += 1;
      const compared = {
        name,
        bytes,
        item: prefix + item,
        theirs: JSON.stringify(a.get(item)),
        ours: JSON.stringify(b.get(item)),
      };
      if (compared.theirs === compared.ours) continue;
      const reason = DIFFERENCES.find(({ is }) => is(compared));
      if (reason) met.set(reason.why, (met.get(reason.why) ?? 0) + 1);
      else unexplained.push(compared);
    }
  };
  for (const [seq, items] of listed) {
    compare(seq, items, mine.get(seq) ?? NONE);
    const questions = sectionItems(partPaths(items.get('BODYSTRUCTURE'), PARTS), Number(items.get('RFC822.SIZE')));
    for (let i = 0; i < questions.length; i += ITEMS) {
      const [a, b] = await both(seq, questions.slice(i, i + ITEMS));
      compare(seq, a, b);
      if (i > 0) continue;
      const own = ownStructure(a.get('BODY[]'));
      compare(seq, new Map([...own.keys()].map((item) => [item, items.get(item) ?? null])), own, 'own ');
    }
  }
  console.info(`${count} answers compared; differences by reason:`, Object.fromEntries(met));
  expect(count).toBeGreaterThan(20_000);
  expect(unexplained.map(({ bytes: _, ...rest }) => rest)).toEqual([]);
  expect([...met].filter(([, times]) => times === 0)).toEqual([]);
}, 120_000);
