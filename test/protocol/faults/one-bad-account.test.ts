// One account is in trouble, of every kind: the client of another goes on as if nothing were the matter, and the first one
// recovers by itself, with everything that was done meanwhile.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BAD_UPSTREAMS } from '../../support/bad-upstreams.js';
import {
  atRest,
  type BehindProxies,
  shownLines,
  startBehindProxies,
  type Upstream,
  upstreamLines,
} from '../../support/behind-proxies.js';
import { mail } from '../../support/core-mail.js';
import type { Harness } from '../../support/harness.js';
import type { ImapClient } from '../../support/imap-client.js';
import { waitUntil } from '../../support/wait-until.js';

let rig: BehindProxies;
let gateway: Harness;
let [bad, good]: Upstream[] = [];

beforeAll(async () => {
  rig = await startBehindProxies([
    { name: 'Bad', personality: 'generic', commandTimeoutMs: 1_000 },
    { name: 'Good', personality: 'generic' },
  ]);
  [bad, good] = ['Bad', 'Good'].map(rig.upstream);
  for (const { direct } of [there(bad), there(good)]) {
    await direct.deliver(['INBOX'], mail('first'));
    await direct.deliver(['INBOX'], mail('second'));
  }
  gateway = await rig.gateway();
  await atRest(gateway);
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await rig[Symbol.asyncDispose]();
});

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('not started');
  return value;
}
const owedTo = (name: string) =>
  gateway.core.overview.accounts().find((account) => account.name === name)?.journalDepth ?? 0;
const journalOf = (name: string) => waitUntil(`nothing is owed to ${name}`, () => owedTo(name) === 0, { ms: 30_000 });

let round = 0;
describe.each(BAD_UPSTREAMS)('while one account $is', ({ make, isStuck, isLocked }) => {
  it('another is served, and the first recovers', async () => {
    const token = `round${++round}`;
    const [badProxy, badDirect] = [there(bad).proxy, there(bad).direct];
    make(badProxy);
    // Something for it to do.
    const client = await gateway.login();
    await actOn(client, 'Bad', token);
    const latencies = await dayOf(client, token);
    expect(await upstreamLines(there(good), ['INBOX'])).toContain(`${token} \\Seen`);
    if (isStuck)
      expect(owedTo('Bad'), `the fault is over before the end of ${latencies.join(', ')}`).toBeGreaterThan(0);
    badProxy.calm();
    await badDirect.deliver(['INBOX'], mail(`${token}-new`));
    // The pause after a refused login is for the tests of the gate.
    if (isLocked) await gateway.core.overview.syncNow(undefined, { force: true });
    await journalOf('Bad');
    await waitUntil('new mail of it', async () => (await shownLines(gateway, 'Bad/INBOX')).includes(`${token}-new`), {
      ms: 30_000,
    });
    await atRest(gateway);
    for (const name of ['Bad', 'Good']) {
      const lines = await upstreamLines(rig.upstream(name), ['INBOX']);
      expect(lines).toContain(`${token} \\Seen`);
      expect(lines.filter((line) => line.startsWith(`${token} `))).toHaveLength(1);
      expect(await shownLines(gateway, `${name}/INBOX`)).toEqual(lines);
    }
    client.destroy();
  });
});

/** A flag is changed and a message stored. */
async function actOn(client: ImapClient, account: string, token: string): Promise<void> {
  await client.ok(`SELECT ${account}/INBOX`);
  await client.ok('UID STORE 1 +FLAGS (\\Flagged)');
  await client.ok('UID STORE 2 -FLAGS (\\Flagged)');
  await append(client, `${account}/INBOX`, token);
}

async function append(client: ImapClient, path: string, token: string): Promise<void> {
  const text = mail(token);
  client.send(`a APPEND ${path} (\\Seen) {${text.length}+}\r\n${text}\r\n`);
  const { status } = await client.finish('a');
  expect(status).toMatch(/^OK /);
}

/** What a client does with the good account, new mail and all; how long each took, for whoever reads a failure. */
async function dayOf(client: ImapClient, token: string): Promise<string[]> {
  const latencies: string[] = [];
  const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    latencies.push(`${what} ${Math.round(performance.now() - start)} ms`);
    return result;
  };
  await timed('APPEND', () => append(client, 'Good/INBOX', token));
  await timed('carried out', () => journalOf('Good'));
  await timed('new mail', async () => {
    await there(good).direct.deliver(['INBOX'], mail(`${token}-good`));
    await waitUntil('new mail', async () => (await shownLines(gateway, 'Good/INBOX')).includes(`${token}-good`));
  });
  for (const command of [
    'LIST "" *',
    'STATUS INBOX (MESSAGES UNSEEN)',
    'SELECT INBOX',
    'FETCH 1:* (FLAGS ENVELOPE BODYSTRUCTURE)',
    'SEARCH SUBJECT second',
    'SELECT Good/INBOX',
    'FETCH 1:* (UID BODY.PEEK[])',
    'UID STORE 1 +FLAGS (\\Answered)',
    'UID STORE 1 -FLAGS (\\Answered)',
    'UID COPY 2 Good/Drafts',
    'SEARCH TEXT second',
    'NOOP',
    'UNSELECT',
  ])
    await timed(command, () => client.ok(command));
  await timed('carried out', () => journalOf('Good'));
  return latencies;
}

it('a command of one account that is never answered holds up nobody but whoever waits for it', async () => {
  await using slow = await startBehindProxies([
    { name: 'Bad', personality: 'generic', commandTimeoutMs: 600_000 },
    { name: 'Good', personality: 'generic' },
  ]);
  // Old enough not to be read ahead.
  for (const name of ['Bad', 'Good'])
    await slow.upstream(name).direct.deliver(['INBOX'], mail('first'), { internalDate: 1_700_000_000 });
  const { proxy } = slow.upstream('Bad');
  await using there = await slow.gateway();
  await atRest(there);
  proxy.hang();
  const [waiting, working] = [await there.login(), await there.login()];
  await waiting.ok('SELECT Bad/INBOX');
  // A change to carry out, a body to fetch: each on a connection that hangs.
  await waiting.ok('UID STORE 1 +FLAGS (\\Flagged)');
  const hung = waiting.start('FETCH 1 BODY.PEEK[]');
  let isAnswered = false;
  const answer = waiting.finish(hung).finally(() => {
    isAnswered = true;
  });
  answer.catch(() => undefined);
  await working.ok('SELECT INBOX');
  await working.ok('FETCH 1:* (FLAGS ENVELOPE)');
  await working.ok('SELECT Good/INBOX');
  expect((await working.ok('FETCH 1 BODY.PEEK[]')).join('\n')).toContain('This is first.');
  await working.ok('UID STORE 1 +FLAGS (\\Flagged)');
  await append(working, 'Good/INBOX', 'stored');
  await waitUntil('it is upstream', async () =>
    (await upstreamLines(slow.upstream('Good'), ['INBOX'])).join() === 'first \\Flagged,stored \\Seen'
      ? true
      : undefined,
  );
  expect(isAnswered).toBe(false);
  proxy.calm();
  await answer;
  await atRest(there);
  expect(await upstreamLines(slow.upstream('Bad'), ['INBOX'])).toEqual(['first \\Flagged']);
});

it('a gateway that starts while an account does not answer serves the others', async () => {
  await using slow = await startBehindProxies([
    { name: 'Bad', personality: 'generic', commandTimeoutMs: 600_000 },
    { name: 'Good', personality: 'generic' },
  ]);
  await slow.upstream('Good').direct.deliver(['INBOX'], mail('first'));
  const { proxy } = slow.upstream('Bad');
  proxy.hang();
  await using there = await slow.gateway({ awaited: 'Good' });
  expect(await shownLines(there, 'Good/INBOX')).toEqual(['first']);
  proxy.calm();
  await atRest(there);
  expect(await shownLines(there, 'INBOX')).toEqual(['first']);
});
