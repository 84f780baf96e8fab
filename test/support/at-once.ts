// Several clients of one upstream account that act at once, as they please: two gateways, and a plain client of the upstream's.
// What each does is picked at random; what must hold in the end does not depend on who was first.
import { expect } from 'vitest';
import type { Direct } from '../contract/contract-support.js';
import { atRest, linesOf, shownLines } from './behind-proxies.js';
import { mail } from './core-mail.js';
import type { Harness } from './harness.js';
import type { PlainImap } from './plain-imap.js';
import { waitUntil } from './wait-until.js';

export const BOXES = ['INBOX', 'Archive', 'Drafts', 'Trash'] as const;

/** Somebody who acts; a command that is refused (the message has just gone) is no matter. */
interface Hand {
  readonly name: string;
  /** Before the upstream's name of a mailbox. */
  readonly prefix: string;
  ok(command: string): Promise<readonly string[]>;
  append(path: string, text: string): Promise<void>;
}

export interface AtOnce {
  readonly direct: Direct;
  /** A client of the upstream's. */
  readonly plain: PlainImap;
  /** Whose account is called A. */
  readonly gateways: readonly Harness[];
  readonly random: () => number;
  readonly steps: number;
}

/** Everybody acts; resolves when both gateways show exactly what the upstream has, and nothing is missing or there twice. */
export async function actAtOnce({ direct, plain, gateways, random, steps }: AtOnce): Promise<void> {
  const alive = new Set<string>();
  const deleted = new Set<string>();
  for (let i = 0; i < 8; i++) {
    alive.add(`seed${i}`);
    await direct.deliver(['INBOX'], mail(`seed${i}`));
  }
  for (const gateway of gateways) await atRest(gateway);
  const hands = [plainHand(plain), ...(await Promise.all(gateways.map(gatewayHand)))];
  await Promise.all(hands.map((hand) => act(hand, { alive, deleted, random, steps })));
  const upstream = async () => {
    const boxes: Record<string, string[]> = {};
    for (const box of BOXES) boxes[box] = linesOf(await direct.messages([box]));
    return boxes;
  };
  const shown = async (gateway: Harness) => {
    const boxes: Record<string, string[]> = {};
    for (const box of BOXES) boxes[box] = await shownLines(gateway, `A/${box}`);
    return boxes;
  };
  let last = '';
  await waitUntil(
    'all are at one',
    async () => {
      for (const gateway of gateways) await untilStill(gateway);
      const there = JSON.stringify(await upstream());
      // A mailbox that loses a message while it is read is not at rest.
      const here = await Promise.all(gateways.map((gateway) => shown(gateway).then(JSON.stringify, String)));
      last = [there, ...here].join('\n');
      return here.every((boxes) => boxes === there);
    },
    { ms: 30_000, everyMs: 50, explain: () => last },
  );
  for (const gateway of gateways) await atRest(gateway);
  const tokens = Object.values(await upstream()).flatMap((lines) => lines.map((line) => line.split(' ')[0] ?? ''));
  const kept = tokens.filter((token) => !deleted.has(token)).sort();
  expect(kept).toEqual([...alive].filter((token) => !deleted.has(token)).sort());
  // Whatever has been deleted is there once at most: in a Trash that it followed into.
  expect(new Set(tokens).size).toBe(tokens.length);
}

/**
 * Until nothing moves any more. What is still owed then is owed for messages that somebody has deleted (strays), and for what
 * was to come of them: time passes, and it is given up.
 */
async function untilStill({ core, store }: Harness): Promise<void> {
  const { sqlite } = store.database;
  const owed = sqlite.prepare('SELECT group_concat(id) FROM journal').pluck();
  for (let last: unknown, same = 0; same < 3; ) {
    await core.overview.syncNow(undefined);
    const now = owed.get();
    same = now === last ? same + 1 : 0;
    last = now;
  }
  sqlite.prepare('UPDATE journal SET createdAt = 0').run();
}

const plainHand = (client: PlainImap): Hand => ({
  name: 'plain',
  prefix: '',
  ok: async (command) => (await client.command(command)).untagged,
  append: async (path, text) => void (await client.append(path, Buffer.from(text), ['\\Seen'])),
});

async function gatewayHand(gateway: Harness, index: number): Promise<Hand> {
  const client = await gateway.login();
  return {
    name: `gateway${index}`,
    prefix: 'A/',
    ok: async (command) => (await client.command(command)).untagged,
    append: async (path, text) => {
      client.send(`a APPEND ${path} (\\Seen) {${text.length}+}\r\n${text}\r\n`);
      expect((await client.finish('a')).status).toMatch(/^OK/);
    },
  };
}

interface Play {
  readonly alive: Set<string>;
  readonly deleted: Set<string>;
  readonly random: () => number;
  readonly steps: number;
}

async function act(hand: Hand, { alive, deleted, random, steps }: Play): Promise<void> {
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  for (let step = 0; step < steps; step++) {
    const box = pick(BOXES) ?? 'INBOX';
    if (random() < 0.2) {
      const token = `${hand.name}-${step}`;
      alive.add(token);
      await hand.append(hand.prefix + box, mail(token));
      continue;
    }
    await hand.ok(`SELECT ${hand.prefix}${box}`);
    const found = (await hand.ok('UID SEARCH ALL')).find((line) => /^\* SEARCH/i.test(line)) ?? '';
    const uid = pick(found.split(' ').slice(2).filter(Boolean));
    if (uid === undefined) continue;
    const header = (await hand.ok(`UID FETCH ${uid} BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]`)).join('\n');
    const token = /<([^@>]*)@test>/.exec(header)?.[1];
    // It has gone, this moment.
    if (token === undefined) continue;
    const kind = random();
    if (kind < 0.4)
      await hand.ok(`UID STORE ${uid} ${random() < 0.5 ? '+' : '-'}FLAGS (${pick(['\\Seen', '\\Flagged'])})`);
    else if (kind < 0.85)
      await hand.ok(`UID MOVE ${uid} ${hand.prefix}${pick(BOXES.filter((other) => other !== box))}`);
    else {
      deleted.add(token);
      await hand.ok(`UID STORE ${uid} +FLAGS (\\Deleted)`);
      await hand.ok(`UID EXPUNGE ${uid}`);
    }
  }
}
