// What a client believes of a mailbox is always true: several clients change one at random, and each one's picture, put
// together from the answers alone, is the server's at every rest (providers.md §13.7).
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Harness, startHarness } from '../support/harness.js';
import type { Answer, ImapClient } from '../support/imap-client.js';
import { messageBytes } from '../support/transcript.js';

/** A client that keeps books: the uid of each sequence number, and the flags it has heard of. */
class Bookkeeper {
  readonly client: ImapClient;
  /** 0: a message it knows the number of only. */
  uids: number[] = [];
  flags = new Map<number, string>();

  constructor(client: ImapClient) {
    this.client = client;
  }

  async select(path: string): Promise<void> {
    await this.do(`SELECT "${path}"`);
    await this.look();
  }

  /** Sends it and takes in the answer; EXPUNGE only where it may come. */
  async do(command: string): Promise<Answer> {
    const answer = await this.client.command(command);
    const mayExpunge = !/^(FETCH|STORE|SEARCH)/.test(command);
    for (const line of answer.untagged) this.hear(line, mayExpunge);
    return answer;
  }

  hear(line: string, mayExpunge: boolean): void {
    const [, number = '', what = '', rest = ''] = /^\* (\d+) (EXISTS|EXPUNGE|FETCH) ?(.*)$/.exec(line) ?? [];
    const n = Number(number);
    if (what === 'EXISTS') {
      expect(n).toBeGreaterThanOrEqual(this.uids.length);
      while (this.uids.length < n) this.uids.push(0);
    } else if (what === 'EXPUNGE') {
      expect(mayExpunge, line).toBe(true);
      expect(n).toBeLessThanOrEqual(this.uids.length);
      const [gone = 0] = this.uids.splice(n - 1, 1);
      this.flags.delete(gone);
    } else if (what === 'FETCH') {
      expect(n).toBeLessThanOrEqual(this.uids.length);
      const uid = Number(/UID (\d+)/.exec(rest)?.[1] ?? 0);
      const known = this.uids[n - 1] ?? 0;
      if (uid > 0 && known > 0) expect(uid, line).toBe(known);
      if (uid > 0) this.uids[n - 1] = uid;
      const flags = /FLAGS \(([^)]*)\)/.exec(rest)?.[1];
      if (flags !== undefined && (uid || known) > 0) this.flags.set(uid || known, flags);
    }
  }

  /** Learns what it does not know yet. */
  async look(): Promise<void> {
    await this.do('NOOP');
    if (this.uids.includes(0)) await this.do(`FETCH ${this.uids.indexOf(0) + 1}:* (UID FLAGS)`);
  }

  get picture(): string[] {
    return this.uids.map((uid) => `${uid} ${this.flags.get(uid)}`);
  }
}

type Act = readonly [who: number, what: (size: number, pick: number) => string];
const one = (size: number, pick: number) => (size === 0 ? 1 : (pick % size) + 1);
const some = (size: number, pick: number) => `${one(size, pick)}:${one(size, pick * 7 + 3)}`;
const WHATS: readonly Act[1][] = [
  () => 'NOOP',
  (size, pick) => `STORE ${one(size, pick)} +FLAGS (\\Flagged)`,
  (size, pick) => `STORE ${some(size, pick)} FLAGS (\\Seen $K${pick % 3})`,
  (_, pick) => `UID STORE ${(pick % 20) + 1}:* -FLAGS (\\Flagged \\Seen)`,
  (size, pick) => `STORE ${one(size, pick)} +FLAGS (\\Deleted)`,
  (size, pick) => `FETCH ${some(size, pick)} (FLAGS)`,
  (size, pick) => `FETCH ${one(size, pick)} BODY[TEXT]`,
  () => 'SEARCH UNSEEN',
  () => 'UID SEARCH SEEN',
  () => 'EXPUNGE',
  (_, pick) => `UID EXPUNGE ${(pick % 20) + 1}:*`,
  (size, pick) => `COPY ${one(size, pick)} INBOX`,
  (size, pick) => `MOVE ${one(size, pick)} INBOX`,
  (_, pick) => `UID MOVE ${(pick % 20) + 1} Trash`,
  () => 'APPEND INBOX (\\Seen) {16+}\r\nSubject: new\r\n\r\n',
  () => 'CHECK',
];
const acts = fc.array(fc.tuple(fc.nat(2), fc.constantFrom(...WHATS), fc.nat(1_000)), { minLength: 5, maxLength: 40 });

async function fresh(): Promise<Harness> {
  return startHarness({
    accounts: [{ name: 'QQ' }, { name: 'Hotmail' }],
    prepare: (fake) => {
      for (let i = 0; i < 4; i++) fake(i % 2 ? 'QQ' : 'Hotmail').deliver('INBOX', messageBytes(`m${i}`));
    },
  });
}

describe('every view of a mailbox', () => {
  it('is what the server has, at every rest', async () => {
    await fc.assert(
      fc.asyncProperty(acts, async (steps) => {
        await using harness = await fresh();
        const keepers = [];
        for (let i = 0; i < 3; i++) {
          const keeper = new Bookkeeper(await harness.login());
          await keeper.select('INBOX');
          keepers.push(keeper);
        }
        for (const [who, what, pick] of steps) {
          const keeper = keepers[who];
          if (!keeper) throw new Error('nobody');
          await keeper.do(what(keeper.uids.length, pick));
        }
        const witness = new Bookkeeper(await harness.login());
        for (const keeper of keepers) await keeper.look();
        await harness.settled();
        for (const keeper of keepers) await keeper.look();
        await witness.select('INBOX');
        for (const keeper of keepers) expect(keeper.picture).toEqual(witness.picture);
      }),
      { numRuns: 25 },
    );
  });
});
