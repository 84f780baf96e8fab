// What a client believes of a mailbox is always true: several clients and the upstreams change one at random, and each
// one's picture, put together from the answers alone, is the server's at every rest (providers.md §13.7). One knows
// QRESYNC, one CONDSTORE, one IMAP4rev2, two NOTIFY, one nothing; whoever hangs up and comes back ends where those are who never left.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bookkeeper, type Kind, type Meanings } from '../support/bookkeeper.js';
import { flags } from '../support/fake-connector.js';
import { type Harness, startHarness } from '../support/harness.js';
import { messageBytes } from '../support/transcript.js';

const KINDS: readonly Kind[] = ['plain', 'condstore', 'qresync', 'qresync', 'rev2', 'notify', 'delayed'];
const SEED = Number(process.env.SEED ?? 20260101);
const RUNS = Number(process.env.RUNS ?? 25);

interface Stage {
  readonly harness: Harness;
  /** Makes every message another. */
  count: number;
}

type Act = (keeper: Bookkeeper, pick: number, stage: Stage) => Promise<unknown>;
const one = (size: number, pick: number) => (size === 0 ? 1 : (pick % size) + 1);
const some = (size: number, pick: number) => `${one(size, pick)}:${one(size, pick * 7 + 3)}`;
const says =
  (command: (size: number, pick: number) => string): Act =>
  (keeper, pick) =>
    keeper.do(command(keeper.uids.length, pick));

function append(keeper: Bookkeeper, stage: Stage): Promise<unknown> {
  const text = `Message-ID: <a${++stage.count}@x>\r\nSubject: new\r\n\r\n`;
  return keeper.do(`APPEND INBOX (\\Seen) {${text.length}+}\r\n${text}`);
}

/** Somebody else, at the upstream's own web page. What a client has done is carried out first: it would win. */
async function upstream({ harness }: Stage, change: (box: ReturnType<Harness['fake']>) => void, account: string) {
  await harness.settled();
  await harness.ringing('INBOX', () => change(harness.fake(account)));
}

const ofUpstream =
  (act: (fake: ReturnType<Harness['fake']>, uid: number | undefined, stage: Stage) => void, needsOne: boolean): Act =>
  async (_, pick, stage) => {
    const account = pick % 2 ? 'QQ' : 'Hotmail';
    await stage.harness.settled();
    const messages = stage.harness.fake(account).contents('INBOX');
    const uid = messages[pick % Math.max(1, messages.length)]?.uid;
    if (needsOne && uid === undefined) return;
    await upstream(stage, (fake) => act(fake, uid, stage), account);
  };

const WHATS: readonly Act[] = [
  says(() => 'NOOP'),
  says((size, pick) => `STORE ${one(size, pick)} +FLAGS (\\Flagged)`),
  says((size, pick) => `STORE ${some(size, pick)} FLAGS (\\Seen $K${pick % 3})`),
  says((_, pick) => `UID STORE ${(pick % 20) + 1}:* -FLAGS (\\Flagged \\Seen)`),
  async (keeper, pick) => {
    await keeper.do(`UID STORE ${(pick % 20) + 1}:* +FLAGS.SILENT ($Quiet${pick % 2})`);
    // What it has done itself without being told.
    return keeper.do('UID FETCH 1:* (FLAGS)');
  },
  says((size, pick) => `STORE ${one(size, pick)} +FLAGS (\\Deleted)`),
  says((size, pick) => `FETCH ${some(size, pick)} (FLAGS)`),
  says((size, pick) => `FETCH ${some(size, pick)} (UID FLAGS ENVELOPE)`),
  says((size, pick) => `FETCH ${one(size, pick)} BODY[TEXT]`),
  says(() => 'SEARCH UNSEEN'),
  says(() => 'UID SEARCH SEEN'),
  says(() => 'EXPUNGE'),
  says((_, pick) => `UID EXPUNGE ${(pick % 20) + 1}:*`),
  says((size, pick) => `COPY ${one(size, pick)} INBOX`),
  says((size, pick) => `MOVE ${one(size, pick)} INBOX`),
  says((_, pick) => `UID MOVE ${(pick % 20) + 1} Trash`),
  says(() => 'CHECK'),
  (keeper, _, stage) => append(keeper, stage),
  (keeper) => keeper.idle(),
  (keeper) => keeper.reopen(),
  (keeper) => keeper.comeBack(),
  (keeper) => keeper.look(),
  ofUpstream((fake, _, stage) => fake.deliver('INBOX', messageBytes(`up ${++stage.count}`)), false),
  ofUpstream((fake, uid) => {
    const message = fake.contents('INBOX').find((other) => other.uid === uid);
    fake.setFlags('INBOX', uid ?? 0, flags('$Up'), message?.flags.keywords.includes('$Up') ? 'remove' : 'add');
  }, true),
  ofUpstream((fake, uid) => fake.expunge('INBOX', uid ?? 0), true),
];

const acts = fc.array(fc.tuple(fc.nat(KINDS.length - 1), fc.nat(WHATS.length - 1), fc.nat(1_000)), {
  minLength: 5,
  maxLength: 50,
});

const fresh = (): Promise<Harness> =>
  startHarness({
    accounts: [{ name: 'QQ' }, { name: 'Hotmail' }],
    prepare: (fake) => {
      for (let i = 0; i < 4; i++) fake(i % 2 ? 'QQ' : 'Hotmail').deliver('INBOX', messageBytes(`m${i}`));
    },
  });

async function play(steps: readonly (readonly [number, number, number])[]): Promise<void> {
  await using harness = await fresh();
  const stage: Stage = { harness, count: 0 };
  const meanings: Meanings = new Map();
  const keepers: Bookkeeper[] = [];
  for (const kind of KINDS) {
    const keeper = new Bookkeeper(harness, kind, meanings);
    await keeper.open();
    keepers.push(keeper);
  }
  for (const [who, what, pick] of steps) {
    const keeper = keepers[who];
    if (!keeper) throw new Error('nobody');
    await WHATS[what]?.(keeper, pick, stage);
  }
  await harness.settled();
  const witness = new Bookkeeper(harness, 'plain', meanings);
  await witness.open();
  for (const keeper of keepers) {
    await keeper.look();
    await keeper.check();
    expect(keeper.picture, keeper.kind).toEqual(witness.picture);
  }
  // Whoever comes back now finds the same.
  for (const keeper of keepers) {
    await keeper.comeBack();
    expect(keeper.picture, `${keeper.kind}, come back`).toEqual(witness.picture);
  }
}

describe('every view of a mailbox', () => {
  it('is what the server has, at every rest', async () => {
    await fc.assert(fc.asyncProperty(acts, play), {
      seed: SEED,
      numRuns: RUNS,
      includeErrorInReport: true,
      interruptAfterTimeLimit: 60_000,
    });
  }, 120_000);
});
