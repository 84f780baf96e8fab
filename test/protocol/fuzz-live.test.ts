// Live sessions, in every state, hear garbage, mutated dialogues (of the transcripts: a new command is in by itself) and
// truncations. Afterwards the server serves a fresh client, has let go of every connection, and holds no more memory.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Logger } from '../../src/lib/logger.js';
import { silentLogger } from '../../src/lib/logger.js';
import { dialogues } from '../fuzz/dialogues.js';
import { Chance, mutated } from '../fuzz/mutate.js';
import { type Harness, PASSWORD, startHarness, USER } from '../support/harness.js';
import type { ImapClient } from '../support/imap-client.js';
import { inTime } from '../support/in-time.js';
import { messageBytes } from '../support/transcript.js';

const SEED = Number(process.env.SEED ?? 20260101);
const ROUNDS = Number(process.env.ROUNDS ?? 25);

let harness: Harness;
let watcher: ImapClient;
/** What the server logged as an error: a bug of ours, whatever the client was told. */
const errors: string[] = [];

beforeAll(async () => {
  const logger = { ...silentLogger, error: (fields: object, text: string) => errors.push(`${text}: ${told(fields)}`) };
  const listening: Logger = Object.assign(Object.create(silentLogger) as Logger, logger, { child: () => listening });
  harness = await startHarness({
    accounts: [{ name: 'QQ' }, { name: 'Hotmail' }],
    logger: listening,
    // Wrong passwords are many here; how long they have to wait is another test's business.
    clock: { now: () => performance.now(), sleep: () => Promise.resolve() },
    prepare: (fake) => {
      for (const what of ['one', 'two', '@multipart.eml']) fake('QQ').deliver('INBOX', messageBytes(what));
      fake('Hotmail').create(['Work']);
    },
  });
  watcher = await harness.login();
  await watcher.ok('SELECT QQ/Sent');
});

afterAll(() => harness[Symbol.asyncDispose]());

const told = (fields: object): string => ('err' in fields ? String((fields.err as Error).stack ?? fields.err) : '');

/** One char a byte, of every kind. */
const garbage = (chance: Chance): string =>
  Array.from({ length: chance.below(400) }, () => String.fromCharCode(chance.below(256))).join('');

type Arrive = (client: ImapClient) => Promise<void>;
const greet: Arrive = async (client) => {
  await client.greeting();
};
const logIn: Arrive = async (client) => {
  await greet(client);
  await client.ok(`LOGIN ${USER} "${PASSWORD}"`);
};
const select: Arrive = async (client) => {
  await logIn(client);
  await client.ok('SELECT INBOX');
};
const after =
  (arrive: Arrive, bytes: string): Arrive =>
  async (client) => {
    await arrive(client);
    client.send(bytes);
  };

const STATES: Readonly<Record<string, Arrive>> = {
  'not authenticated': greet,
  authenticated: logIn,
  selected: select,
  'selected, with everything enabled': async (client) => {
    await logIn(client);
    await client.ok('ENABLE CONDSTORE QRESYNC UTF8=ACCEPT IMAP4rev2');
    await client.ok('SELECT INBOX');
  },
  idle: after(select, 'i1 IDLE\r\n'),
  'in a literal': after(logIn, 'l1 SELECT {30+}\r\nIN'),
  'in a message': after(logIn, 'l1 APPEND INBOX {3000+}\r\nSubject: '),
  'in AUTHENTICATE': after(greet, 's1 AUTHENTICATE PLAIN\r\n'),
  'after STARTTLS': async (client) => {
    await greet(client);
    await client.ok('STARTTLS');
    await client.startTls();
  },
  'in the handshake': async (client) => {
    await greet(client);
    await client.ok('STARTTLS');
  },
};

const words = [...new Set(dialogues.flat().flatMap((line) => line.split(' ')))];
const scripts = dialogues.map((lines) => lines.join('\r\n').concat('\r\n'));

function attack(chance: Chance): string {
  switch (chance.below(4)) {
    case 0:
      return garbage(chance);
    case 1:
      return `${garbage(chance)}\r\n${mutated(chance.of(scripts, ''), chance, words, scripts)}`;
    case 2:
      return chance.of(scripts, '').slice(0, chance.below(2_000));
    default:
      return mutated(chance.of(scripts, ''), chance, words, scripts);
  }
}

/** Says it, in two packets, hangs up in one of three ways, and waits until the server has let go. */
async function visit(arrive: Arrive, chance: Chance): Promise<string> {
  const said = attack(chance);
  const client = await harness.connect();
  try {
    await arrive(client);
    const cut = chance.below(said.length + 1);
    client.send(said.slice(0, cut));
    await new Promise<void>((done) => setImmediate(done));
    client.send(said.slice(cut));
    if (chance.below(3) > 0) client.socket.end();
    else await new Promise<void>((done) => setImmediate(done));
  } catch (error) {
    // The server may say goodbye at any time.
    if (!client.ended) throw error;
  }
  if (chance.below(2) === 0)
    await inTime(drained(client), `no end after ${JSON.stringify(said.slice(0, 300))}`, 20_000);
  client.destroy();
  return said;
}

/** Reads to the end; a client that has not closed its side says goodbye first. */
async function drained(client: ImapClient): Promise<void> {
  client.socket.end();
  while (!client.ended) {
    if ((await client.line(20_000)) === undefined) return;
  }
}

/** Only the watcher is left. */
async function letGo(): Promise<void> {
  const wait = async () => {
    while (harness.server.connections().length > 1) await new Promise<void>((done) => setImmediate(done));
  };
  await inTime(wait(), `still ${harness.server.connections().length} connections`, 20_000);
}

async function servesAFreshClient(): Promise<void> {
  const client = await harness.login();
  await client.ok('SELECT "QQ/Sent"');
  await client.ok('FETCH 1:* FLAGS').catch(() => undefined);
  expect((await client.command('NOOP')).status).toMatch(/^OK/);
  await client.command('LOGOUT');
  client.destroy();
  expect(await watcher.ok('NOOP')).toBeDefined();
}

describe.each(Object.keys(STATES))('%s', (state) => {
  it('bears whatever is said', async () => {
    const chance = new Chance(SEED + state.length);
    for (let round = 0; round < ROUNDS; round++) {
      const said = await visit(STATES[state] ?? greet, chance);
      expect(errors, `seed ${SEED}, round ${round}: ${JSON.stringify(said)}`).toEqual([]);
    }
    await letGo();
    await servesAFreshClient();
    await letGo();
  }, 60_000);
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('after all that', () => {
  it('nothing is left behind: no sockets, no memory', async () => {
    const handles = () => process.getActiveResourcesInfo().filter((kind) => /TCPSocketWrap|TLSWrap/.test(kind)).length;
    const chance = new Chance(SEED);
    const storm = async () => {
      for (let i = 0; i < 40; i++) await visit(STATES['not authenticated'] ?? greet, chance);
      await letGo();
      for (let i = 0; i < 20; i++) await new Promise<void>((done) => setImmediate(done));
      collectGarbage();
    };
    await storm();
    const before = { heap: process.memoryUsage().heapUsed, handles: handles() };
    for (let i = 0; i < 4; i++) await storm();
    expect(process.memoryUsage().heapUsed - before.heap).toBeLessThan(8_000_000);
    const settled = async () => {
      while (handles() > before.handles + 4) await new Promise<void>((done) => setTimeout(done, 20));
    };
    await inTime(settled(), `sockets are left: ${handles()}, before ${before.handles}`, 10_000);
  }, 60_000);

  it('a socket that is held, and an error that is logged, would be seen', async () => {
    const held = await harness.connect();
    await held.greeting();
    expect(harness.server.connections()).toHaveLength(2);
    held.destroy();
    await letGo();
    expect(errors).toEqual([]);
    const original = harness.core.mailboxes.find;
    harness.core.mailboxes.find = () => {
      throw new TypeError('of null');
    };
    const client = await harness.login();
    expect((await client.command('SELECT INBOX')).status).toMatch(/^NO \[SERVERBUG\]/);
    harness.core.mailboxes.find = original;
    client.destroy();
    expect(errors.splice(0).join()).toContain('of null');
  });
});
