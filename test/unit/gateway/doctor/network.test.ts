// Ports that are not what the configuration takes them for: which remedy is named.
import { afterEach, describe, expect, test } from 'vitest';
import type { Finding } from '../../../../src/gateway/doctor/doctor.js';
import { openDatabase } from '../../../../src/store/database.js';
import { temporaryDirectories } from '../../../support/temporary-directory.js';
import { configOf, examined, lineServer, linesAbout, refusingImap, smtpServer, type Wanted } from './servers.js';

const makeDirectory = temporaryDirectories();
const closing: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of closing.splice(0)) await one[Symbol.asyncDispose]();
});
const kept = <T extends AsyncDisposable>(one: T): T => {
  closing.push(one);
  return one;
};
const bad = (found: readonly Finding[], area: string) =>
  found.filter((one) => one.level === 'bad' && one.area === area);

test('plain words to a TLS hello: the port does not speak TLS; nothing of OpenSSL, nothing of trust', async () => {
  const [imap, smtp] = [kept(await refusingImap()), kept(await smtpServer())];
  const wanted: Wanted = { imap: imap.port, smtp: smtp.port, tls: ['implicit', 'implicit'] };
  const found = await examined(configOf(makeDirectory(), wanted));
  for (const area of ['imap', 'smtp']) {
    const [one, ...more] = bad(found, area);
    expect(more).toEqual([]);
    expect(one?.evidence?.en).toMatch(/it answers, but not in TLS$/);
    expect(one?.remedy?.en).toMatch(/^This port does not speak TLS: check port and "tls"/);
    expect(one?.remedy?.zh).toMatch(/^该端口不使用 TLS/);
  }
});

test('no STARTTLS where it is wanted: said so, and no sign-in', async () => {
  const [imap, smtp] = [kept(await refusingImap()), kept(await smtpServer())];
  const wanted: Wanted = { imap: imap.port, smtp: smtp.port, tls: ['starttls', 'starttls'] };
  const found = await examined(configOf(makeDirectory(), wanted));
  for (const area of ['imap', 'smtp']) {
    expect(bad(found, area).map(({ evidence }) => evidence?.en)).toEqual([
      expect.stringMatching(/it offers no STARTTLS$/),
    ]);
    expect(bad(found, area)[0]?.remedy?.en).toMatch(/offers no encryption \(STARTTLS\) at this port/);
  }
  expect([imap.logins(), smtp.logins()]).toEqual([0, 0]);
});

test('what keeps both sides away is one fault, told once; each of two hosts that refuse has its own', async () => {
  const dead = { name: 'Dead', imap: 1, smtp: 2 };
  const elsewhere = {
    name: 'Elsewhere',
    imap: 1,
    smtp: 2,
    more: { smtp: { host: '127.0.0.2', port: 2, tls: 'none' } },
  };
  const at = (host: string, port: number) => ({ host, port, tls: 'implicit' });
  const unknown = { imap: at('imap.nowhere.invalid', 993), smtp: at('smtp.nowhere.invalid', 465) };
  const found = await examined(
    configOf(makeDirectory(), dead, elsewhere, { name: 'Lost', imap: 1, smtp: 1, more: unknown }),
  );
  const bads = (name: string) => linesAbout(found, name).filter((line) => !line.startsWith('ok'));
  expect(bads('Dead')).toEqual([
    'bad imap: no connection comes about',
    'note smtp: not tested: the same fault as in reading mail above',
  ]);
  expect(
    found.find(({ account, area, level }) => account === 'Dead' && area === 'smtp' && level === 'note')?.evidence,
  ).toEqual({
    en: '127.0.0.1:2: nobody listens there (ECONNREFUSED)',
    zh: '127.0.0.1:2：该端口无人监听（ECONNREFUSED）',
  });
  expect(bads('Elsewhere')).toEqual(['bad imap: no connection comes about', 'bad smtp: no connection comes about']);
  expect(bads('Lost')).toEqual([
    'bad imap: the name is not found',
    'note smtp: not tested: the same fault as in reading mail above',
  ]);
});

describe.each(['none', 'implicit'] as const)('a server that takes the connection and is silent (%s)', (tls) => {
  test.each([
    [true, /^It does not answer now; the gateway tries again/],
    [false, /^It does not answer: check port and "tls"/],
  ])('has worked before: %s', async (hasWorked, remedy) => {
    const silent = kept(await lineServer(undefined));
    const directory = makeDirectory();
    const config = configOf(directory, { imap: silent.port, smtp: silent.port, tls: [tls, tls] });
    if (hasWorked) {
      const database = openDatabase(`${config.dataDir}/gateway.db`);
      database.sqlite.exec(
        "INSERT INTO accounts (name, address, provider, merged) VALUES ('A', 'a@example.org', 'generic', 1)",
      );
      database.close();
    }
    const found = await examined(config, 100);
    expect(bad(found, 'imap')).toHaveLength(1);
    expect(bad(found, 'imap')[0]?.remedy?.en).toMatch(remedy);
    // One server, one silence, one remedy.
    expect(found.filter(({ area }) => area === 'smtp').at(-1)).toMatchObject({
      level: 'note',
      what: { en: expect.stringMatching(/^not tested: the same fault as in reading/) },
    });
  });
});
