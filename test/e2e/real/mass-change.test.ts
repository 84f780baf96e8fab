// A hundred thousand messages of which, at the provider itself, half get a flag, the whole is renamed, a fifth is expunged,
// and all get other uids. Two clients that watch must end up with exactly what is there, from what they were told alone.
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type GatewayProcess, startGatewayProcess } from '../../support/gateway-process.js';
import { PlainImap } from '../../support/plain-imap.js';
import { type Dovecot, startDovecot } from '../../support/real/dovecot.js';
import { type MassWatcher, watchMass } from '../../support/real/mass-watcher.js';
import { PASSWORD } from '../../support/real/server.js';

const USER = 'many@example.org';
const COUNT = 100_000;
const SLOW = 600_000;

let dovecot: Dovecot;
let gateway: GatewayProcess;
let direct: PlainImap;
let watchers: MassWatcher[] = [];
let bystander: Bystander;

const message = (i: number): Buffer =>
  Buffer.from(
    `Message-ID: <m${i}@example.org>\r\nSubject: m${i}\r\nFrom: a@example.org\r\n` +
      `Date: Thu, 1 Jan 2026 00:00:00 +0000\r\n\r\nbody of m${i}\r\n`,
  );

async function seed(): Promise<void> {
  await direct.ok('CREATE Big');
  for (let start = 0; start < COUNT; start += 500) {
    const parts = ['APPEND Big'];
    for (let i = start; i < start + 500; i++) {
      const bytes = message(i);
      parts.push(` () {${bytes.length}+}\r\n${bytes.toString('latin1')}`);
    }
    await direct.ok(parts.join(''));
  }
}

beforeAll(async () => {
  dovecot = await startDovecot({ users: [USER], storage: 'mdbox' });
  direct = await PlainImap.login({
    host: dovecot.host,
    port: dovecot.port,
    user: USER,
    password: PASSWORD,
    timeoutMs: SLOW,
  });
  await seed();
  gateway = await startGatewayProcess({
    accounts: [
      {
        name: 'Many',
        address: USER,
        provider: 'generic',
        imap: { host: dovecot.host, port: dovecot.port, tls: 'none' },
        smtp: { host: dovecot.host, port: dovecot.port, tls: 'none' },
        auth: { user: USER, password: PASSWORD },
      },
    ],
  });
  await gateway.synced();
  bystander = watchBystander(await gateway.login());
  watchers = [
    await watchMass(await gateway.login(), 'Many/Big', false),
    await watchMass(await gateway.login(), 'Many/Big', true),
  ];
}, SLOW);
afterEach(() => bystander?.tell());
afterAll(async () => {
  await bystander?.stop();
  for (const watcher of watchers) watcher.close();
  direct?.close();
  await gateway?.remove();
  await dovecot?.stop();
});

/** What is there, by the upstream's own word: subject → flags. */
async function truth(mailbox: string): Promise<Map<string, string>> {
  await direct.ok(`EXAMINE ${mailbox}`);
  const { untagged } = await direct.ok('FETCH 1:* (UID FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])');
  await direct.ok('CLOSE');
  const rows = untagged.flatMap((line): [string, string][] => {
    const subject = /Subject: (\S+)/i.exec(line)?.[1];
    const flags = /FLAGS \(([^)]*)\)/.exec(line)?.[1]?.split(' ') ?? [];
    return subject
      ? [
          [
            subject,
            flags
              .filter((flag) => flag && flag !== '\\Recent')
              .sort()
              .join(' '),
          ],
        ]
      : [];
  });
  return new Map(rows);
}

async function agree(mailbox: string): Promise<void> {
  await gateway.run('sync', 'Many');
  const there = await truth(mailbox);
  for (const [i, watcher] of watchers.entries()) {
    const seen = await watcher.picture();
    const wrong = [...new Set([...there.keys(), ...seen.keys()])].filter((key) => there.get(key) !== seen.get(key));
    const shown = wrong.slice(0, 5).map((key) => `${key}: there ${there.get(key)}, seen ${seen.get(key)}`);
    expect(shown, `watcher ${i}: ${wrong.length} differ`).toEqual([]);
    expect(seen.size).toBe(there.size);
  }
}

interface Bystander {
  tell(): void;
  stop(): Promise<void>;
}

/** Another client, that goes on with its own affairs; with MASS_FIGURES set, how long it waited is printed at each step's end. */
function watchBystander(client: PlainImap): Bystander {
  let going = true;
  const waited: number[] = [];
  const life = (async () => {
    await client.ok('SELECT INBOX');
    while (going) {
      const since = performance.now();
      await client.ok('STATUS Drafts (MESSAGES UIDNEXT)');
      waited.push(performance.now() - since);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  const tell = () => {
    const sorted = waited.splice(0).sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor(sorted.length * share)]?.toFixed(1);
    const name = expect.getState().currentTestName ?? 'the end';
    if (process.env.MASS_FIGURES)
      process.stderr.write(
        `${name}: ${sorted.length} commands, p50 ${at(0.5)}, p99 ${at(0.99)}, max ${sorted.at(-1)?.toFixed(1)} ms; peak ${peakMb().toFixed(0)} MB\n`,
      );
  };
  return {
    tell,
    stop: async () => {
      going = false;
      await life;
      client.close();
    },
  };
}

/** Peak resident memory since its start, MB. */
const peakMb = () =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${gateway.pid}/status`, 'latin1'))?.[1]) / 1024;

test('all of it is there', () => agree('Big'), SLOW);

test(
  '50,000 get a flag upstream',
  async () => {
    await direct.ok('SELECT Big');
    await direct.ok('STORE 1:50000 +FLAGS.SILENT (\\Flagged)');
    await direct.ok('STORE 25001:26000 +FLAGS.SILENT ($Work)');
    await direct.ok('CLOSE');
    await agree('Big');
  },
  SLOW,
);

test(
  'the folder is renamed upstream: no uid changes',
  async () => {
    const before = watchers.map(({ uidValidity }) => uidValidity);
    await direct.ok('RENAME Big Huge');
    await agree('Huge');
    const { untagged } = await (await gateway.login()).ok('LIST "" "Many/*" RETURN (STATUS (MESSAGES UIDVALIDITY))');
    const told = untagged.filter((line) => /STATUS "?Many\/(Big|Huge)/.test(line)).join();
    expect(told).toBe(`* STATUS "Many/Huge" (MESSAGES ${COUNT} UIDVALIDITY ${before[0]})`);
  },
  SLOW,
);

test(
  '20,000 are expunged upstream',
  async () => {
    await direct.ok('SELECT Huge');
    await direct.ok('STORE 30001:50000 +FLAGS.SILENT (\\Deleted)');
    await direct.ok('EXPUNGE');
    await direct.ok('CLOSE');
    await agree('Huge');
  },
  SLOW,
);

test(
  'all get other uids: the clients see nothing of it, and read bodies stay here',
  async () => {
    const reader = await gateway.login();
    await reader.ok('SELECT Many/Huge');
    const bodies = async () =>
      (await reader.ok('FETCH 100:120 (UID BODY.PEEK[])')).untagged.filter((line) => line.includes('BODY[]')).sort();
    const before = await bodies();
    expect(before).toHaveLength(21);
    const uids = watchers.map(({ meanings }) => new Map(meanings));
    await direct.ok('SELECT Huge');
    await direct.ok('CREATE Other');
    // Newest first, so that every message has another place too.
    await direct.ok('COPY 40001:80000 Other');
    await direct.ok('COPY 1:40000 Other');
    await direct.ok('CLOSE');
    direct.send('X1 DELETE Huge\r\nX2 RENAME Other Huge');
    await direct.readUntil(/^X2 OK/);
    await agree('Huge');
    expect(watchers.map(({ meanings }) => [...meanings])).toEqual(uids.map((each) => [...each]));
    await dovecot.pause();
    expect(await bodies()).toEqual(before);
    await dovecot.resume();
  },
  SLOW,
);

test('in bounded memory', () => {
  // 100,000 messages and three large sessions; a picture of all rows as objects would be several hundred more.
  expect(peakMb()).toBeLessThan(420);
});
