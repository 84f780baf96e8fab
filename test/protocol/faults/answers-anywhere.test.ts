// One answer of the upstream, any of them, is not what it should be: a refusal, a farewell, nonsense, or none at all. Afterwards
// both sides agree and nothing is missing; what was not refused is carried out once.
import { afterEach, describe, expect, it } from 'vitest';
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

interface WrongAnswer {
  readonly is: string;
  /** The server says that it has not done it, and that for good. */
  readonly isRefusal: boolean;
  /** In place of the tagged answer to a command that was carried out. */
  answer(tag: string): string;
}

const WRONG: readonly WrongAnswer[] = [
  { is: 'NO', isRefusal: true, answer: (tag) => `${tag} NO something is wrong\r\n` },
  { is: 'NO with a code that may pass', isRefusal: false, answer: (tag) => `${tag} NO [UNAVAILABLE] later\r\n` },
  { is: 'BAD', isRefusal: true, answer: (tag) => `${tag} BAD something is wrong\r\n` },
  { is: 'BYE', isRefusal: false, answer: () => '* BYE going down\r\n' },
  { is: 'garbage', isRefusal: false, answer: () => '\u0000\u00ff(((} *\r\n' },
  { is: 'another tag', isRefusal: false, answer: () => 'ZZZZ OK done\r\n' },
  { is: 'nothing', isRefusal: false, answer: () => '' },
];

let rig: BehindProxies | undefined;
afterEach(async () => {
  await rig?.[Symbol.asyncDispose]();
  rig = undefined;
});

describe.each(WRONG)('$is', ({ answer, isRefusal }) => {
  it('in place of any answer to a push loses nothing and does nothing twice', async () => {
    rig = await startBehindProxies([{ name: 'A', personality: 'qq', commandTimeoutMs: 250 }]);
    const upstream = rig.upstream('A');
    await upstream.direct.deliver(['INBOX'], mail('flagged'));
    await using gateway = await rig.gateway();
    const client = await gateway.login();
    const tokens: string[] = [];
    for (let round = 0, isOver = false; !isOver; round++) {
      await deliver(gateway, upstream, `moved${round}`);
      const wrong = replaceAnswer(upstream, round, answer);
      await act(client, round, round % 2 === 0 ? '+' : '-');
      const owed = () => gateway.core.overview.accounts()[0]?.journalDepth;
      await waitUntil('the wrong answer, or the end', () => wrong.isGiven() || owed() === 0);
      isOver = !wrong.isGiven();
      upstream.proxy.calm();
      await atRest(gateway);
      tokens.push(`moved${round}`, `appended${round}`);
      const [inbox, trash] = [
        await upstreamLines(upstream, ['INBOX']),
        await upstreamLines(upstream, ['Deleted Messages']),
      ];
      const why = `after answer ${round}`;
      expect(await shownLines(gateway, 'A/INBOX'), why).toEqual(inbox);
      expect(await shownLines(gateway, 'Trash'), why).toEqual(trash);
      const there = [...inbox, ...trash].map((line) => line.split(' ')[0] ?? '').sort();
      expect(there, why).toEqual([...tokens, 'flagged'].sort());
      if (isRefusal) continue;
      expect(trash, why).toEqual(tokens.filter((token) => token.startsWith('moved')).sort());
      expect(inbox, why).toContain(`flagged${round % 2 === 0 ? ' \\Flagged' : ''}`);
    }
    // Each of the three had at least its own.
    expect(tokens.length).toBeGreaterThanOrEqual(2 * 4);
  });
});

/** The n-th tagged answer from now on, of whatever connection. */
function replaceAnswer({ proxy }: Upstream, n: number, answer: (tag: string) => string): { isGiven(): boolean } {
  let left = n;
  let isGiven = false;
  proxy.rewrite = (response) => {
    const tag = /^([A-Za-z0-9]+) OK /.exec(response)?.[1];
    if (tag === undefined || isGiven || left-- > 0) return response;
    isGiven = true;
    return answer(tag);
  };
  return { isGiven: () => isGiven };
}

async function act(client: ImapClient, round: number, sign: string): Promise<void> {
  await client.ok('SELECT A/INBOX');
  const uidOf = async (token: string) =>
    Number(/^\* SEARCH (\d+)/.exec((await client.ok(`UID SEARCH HEADER Message-ID <${token}@test>`))[0] ?? '')?.[1]);
  await client.ok(`UID STORE ${await uidOf('flagged')} ${sign}FLAGS (\\Flagged)`);
  await client.ok(`UID MOVE ${await uidOf(`moved${round}`)} Trash`);
  const text = mail(`appended${round}`);
  client.send(`a APPEND A/INBOX (\\Seen) {${text.length}+}\r\n${text}\r\n`);
  await client.finish('a');
}

async function deliver(gateway: Harness, { direct }: Upstream, token: string): Promise<void> {
  await direct.deliver(['INBOX'], mail(token));
  do await atRest(gateway);
  while (!(await shownLines(gateway, 'A/INBOX')).includes(token));
}
