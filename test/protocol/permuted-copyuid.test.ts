// Yahoo tells COPYUID in another order than that of the messages: what a client moves must stay what it is, uid by uid.
import { afterEach, expect, test } from 'vitest';
import { atRest, startBehindProxies } from '../support/behind-proxies.js';
import type { ImapClient } from '../support/imap-client.js';

const COUNT = 300;
const tokenAt = (i: number) => `t${1000 + i}`;
/** Flags by which each is known from its neighbours. */
const flagsAt = (i: number) => ['\\Flagged', '\\Answered', '\\Seen', '$Forwarded'].filter((_, bit) => (i >> bit) & 1);

const closing: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

/** [token in ENVELOPE, token in the body, flags] by uid; the gateway's own keywords are left out. */
async function shown(client: ImapClient, path: string): Promise<Map<number, string>> {
  await client.ok(`EXAMINE ${path}`);
  const lines = await client.ok('UID FETCH 1:* (FLAGS ENVELOPE BODY.PEEK[TEXT])');
  const text = lines.join('\n');
  const found = new Map<number, string>();
  for (const part of text.split(/^\* \d+ FETCH /m).slice(1)) {
    const uid = Number(/UID (\d+)/.exec(part)?.[1]);
    const flags = (/FLAGS \(([^)]*)\)/.exec(part)?.[1] ?? '')
      .split(' ')
      .filter((flag) => !flag.startsWith('$acct_') && flag !== '\\Recent' && flag !== '');
    const tokens = [/ENVELOPE \((?:NIL|"[^"]*") "(t\d+)"/.exec(part)?.[1], /this is (t\d+)/.exec(part)?.[1]];
    found.set(uid, `${tokens.join()} ${flags.sort().join()}`);
  }
  return found;
}

test.each([
  ['yahoo', 'as it is', {}],
  ['generic', 'with that fault, known by their dates alone', { permutedCopyuid: true }],
  ['generic', 'with that fault, known by their sizes alone', { permutedCopyuid: true }],
] as const)(
  '%s %s: 300 messages in one MOVE, each under its uid with its flags',
  { timeout: 60_000 },
  async (personality, what, quirks) => {
    const upstreams = await startBehindProxies([{ name: 'Y', personality, quirks, commandTimeoutMs: 10_000 }]);
    closing.push(upstreams);
    const y = upstreams.upstream('Y');
    const inbox = personality === 'yahoo' ? 'Inbox' : 'INBOX';
    const isDated = what.endsWith('dates alone');
    for (let i = 0; i < COUNT; i++) {
      const token = tokenAt(i);
      await y.direct.deliver(
        [inbox],
        `From: a@b.example\r\nSubject: ${token}\r\n\r\nthis is ${token} ${isDated ? '' : 'x'.repeat(i % 60)}\r\n`,
        { flags: flagsAt(i), internalDate: isDated ? 1_700_000_000 + i * 60 : 1_700_000_000 },
      );
    }
    const gateway = await upstreams.gateway();
    closing.push(gateway);
    await atRest(gateway);
    const client = await gateway.login();
    const want = [...(await shown(client, 'Y/INBOX')).values()];
    expect(want).toEqual(
      Array.from({ length: COUNT }, (_, i) => `${tokenAt(i)},${tokenAt(i)} ${flagsAt(i).sort().join()}`),
    );
    await client.ok('SELECT Y/INBOX');
    const watcher = await gateway.login();
    await client.ok('UID MOVE 1:* Y/Archive');
    const before = await shown(watcher, 'Y/Archive');
    await atRest(gateway);
    const after = await shown(watcher, 'Y/Archive');
    expect([...after.values()]).toEqual(want);
    expect([...after.keys()]).toEqual([...before.keys()]);
    // And upstream, by what each is there.
    const there = await y.direct.messages(['Archive']);
    expect(
      there
        .map(
          ({ body, flags }) =>
            `${/this is (t\d+)/.exec(body)?.[1]} ${flags
              .filter((flag) => flag !== '\\Recent')
              .sort()
              .join()}`,
        )
        .sort(),
    ).toEqual(Array.from({ length: COUNT }, (_, i) => `${tokenAt(i)} ${flagsAt(i).sort().join()}`).sort());
    // A change here reaches the one it was made to.
    const [uid] = [...after].find(([, line]) => line.startsWith(tokenAt(137))) ?? [0];
    await watcher.ok('SELECT Y/Archive');
    await watcher.ok(`UID STORE ${uid} +FLAGS (\\Draft)`);
    await atRest(gateway);
    expect(
      (await y.direct.messages(['Archive'])).flatMap(({ body, flags }) =>
        flags.includes('\\Draft') ? [/t\d+/.exec(body)?.[0]] : [],
      ),
    ).toEqual([tokenAt(137)]);
  },
);
