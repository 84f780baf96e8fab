// The same against a real Dovecot: two gateways and a plain client at once on one account, behind the proxy that cuts.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/lib/logger.js';
import { createImapConnector } from '../../../src/upstream/imap/connector.js';
import { GENERIC_TRAITS } from '../../../src/upstream/providers/index.js';
import { createRandom } from '../../bench/random.js';
import { actAtOnce, BOXES } from '../../support/at-once.js';
import { atRest, linesOf, shownLines } from '../../support/behind-proxies.js';
import { mail } from '../../support/core-mail.js';
import { startHarness } from '../../support/harness.js';
import { plainDirect } from '../../support/plain-direct.js';
import { PlainImap } from '../../support/plain-imap.js';
import { type Dovecot, startDovecot, WITHOUT_CONDSTORE } from '../../support/real/dovecot.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

const USER = 'shared';

describe.each([
  ['all it can do', undefined],
  ['no CONDSTORE', WITHOUT_CONDSTORE],
])('Dovecot with %s', (_, capability) => {
  let server: Dovecot;
  let proxy: TcpProxy;
  beforeAll(async () => {
    server = await startDovecot({ users: [USER], ...(capability === undefined ? {} : { capability }) });
    proxy = await TcpProxy.start(server.port);
    for (const box of BOXES.filter((name) => name !== 'INBOX')) await direct().create([box]);
  });
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await server.stop();
  });

  const direct = () =>
    plainDirect({
      host: server.host,
      port: server.port,
      user: USER,
      password: server.password,
      delimiter: '/',
      prefix: '',
    });
  const gateway = () => {
    const connector = createImapConnector({
      account: 'A',
      host: '127.0.0.1',
      port: proxy.port,
      tls: 'none',
      user: USER,
      password: () => server.password,
      traits: GENERIC_TRAITS,
      logger: silentLogger,
      commandTimeoutMs: 5_000,
    });
    return startHarness({ accounts: [{ name: 'A', isDefault: true, connector }] });
  };

  it('two gateways and a plain client act at once', async () => {
    await using first = await gateway();
    await using second = await gateway();
    const plain = await PlainImap.login({
      host: server.host,
      port: server.port,
      user: USER,
      password: server.password,
    });
    try {
      await actAtOnce({
        direct: direct(),
        plain,
        gateways: [first, second],
        random: createRandom('dovecot').next,
        steps: Number(process.env.STEPS ?? 15),
      });
    } finally {
      plain.close();
    }
  });

  it('pushes cut at every 200th byte are carried out once', async () => {
    await using one = await gateway();
    await atRest(one);
    const client = await one.login();
    const tokens: string[] = [];
    for (let round = 0, hasCut = true; hasCut; round++) {
      const token = `cut${round}`;
      tokens.push(token);
      proxy.cutAt(1 + round * 200);
      const text = mail(token);
      client.send(`a APPEND A/Drafts (\\Seen) {${text.length}+}\r\n${text}\r\n`);
      await client.finish('a');
      await client.ok('SELECT A/Drafts');
      const [found = ''] = await client.ok(`UID SEARCH HEADER Message-ID <${token}@test>`);
      await client.ok(`UID MOVE ${found.split(' ')[2]} A/Archive`);
      await one.settled();
      hasCut = proxy.hasCut;
      proxy.calm();
      await atRest(one);
    }
    expect(tokens.length).toBeGreaterThan(3);
    const there = linesOf(await direct().messages(['Archive'])).filter((line) => line.startsWith('cut'));
    expect(there).toEqual(tokens.map((token) => `${token} \\Seen`).sort());
    expect((await shownLines(one, 'A/Archive')).filter((line) => line.startsWith('cut'))).toEqual(there);
  });
});
