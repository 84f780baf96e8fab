// A password that is known to be wrong is not sent again: not over SMTP after IMAP, not while the gateway holds back.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createLoginKey } from '../../../../src/core/limits/login-key.js';
import { openDatabase } from '../../../../src/store/database.js';
import { createPauseStore, type PauseSide } from '../../../../src/store/pauses.js';
import { temporaryDirectories } from '../../../support/temporary-directory.js';
import { configOf, examined, linesAbout, refusingImap, smtpServer } from './servers.js';

const makeDirectory = temporaryDirectories();
const closing: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of closing.splice(0)) await one[Symbol.asyncDispose]();
});
const kept = <T extends AsyncDisposable>(one: T): T => {
  closing.push(one);
  return one;
};
const NOT_TRIED = 'note smtp: signing in was refused with the same login: not tried, lest the account be locked';

test.each([
  'NO [AUTHENTICATIONFAILED] wrong password',
  'NO no',
  'NO [UNAVAILABLE] too many failed sign-ins, try again later',
])('IMAP says %s: SMTP is not asked with the same password; another account is', async (words) => {
  const [imap, smtp, other] = [
    kept(await refusingImap(words)),
    kept(await smtpServer('535 no')),
    kept(await smtpServer()),
  ];
  const config = configOf(
    makeDirectory(),
    { imap: imap.port, smtp: smtp.port },
    { name: 'B', imap: 1, smtp: other.port },
  );
  const found = await examined(config);
  expect([imap.logins(), smtp.logins(), other.logins()]).toEqual([1, 0, 1]);
  expect(linesAbout(found, 'A')).toContain(NOT_TRIED);
  expect(linesAbout(found, 'B')).toContain('ok smtp: signing in to send');
});

async function hold(directory: string, side: PauseSide, loginKey: string): Promise<void> {
  mkdirSync(join(directory, 'data'));
  const database = openDatabase(join(directory, 'data', 'gateway.db'));
  try {
    database.sqlite.exec("INSERT INTO accounts (name, address, provider) VALUES ('A', 'a@example.org', 'generic')");
    const { id } = database.sqlite.prepare('SELECT id FROM accounts').get() as { id: number };
    const error = { kind: 'auth', message: 'the server refused the login', details: {} } as const;
    createPauseStore(database).put(id, side, { error, failures: 1, until: Date.now() + 60_000, loginKey });
  } finally {
    database.close();
  }
}

test.each(['imap', 'smtp'] as const)('the gateway was refused over %s: neither side is asked', async (side) => {
  const [imap, smtp] = [kept(await refusingImap()), kept(await smtpServer('535 no'))];
  const directory = makeDirectory();
  const config = configOf(directory, { imap: imap.port, smtp: smtp.port });
  await hold(directory, side, await createLoginKey(() => [`127.0.0.1:${imap.port}`, 'A', 'secret']).current());
  const lines = linesAbout(await examined(config), 'A');
  expect([imap.logins(), smtp.logins()]).toEqual([0, 0]);
  expect(lines).toContainEqual(
    expect.stringMatching(new RegExp(`^bad ${side}: signing in was refused before: not tried`)),
  );
});

test('another password since then: it is tried', async () => {
  const [imap, smtp] = [kept(await refusingImap()), kept(await smtpServer('535 no'))];
  const directory = makeDirectory();
  const config = configOf(directory, { imap: imap.port, smtp: smtp.port });
  await hold(directory, 'imap', await createLoginKey(() => [`127.0.0.1:${imap.port}`, 'A', 'the old one']).current());
  await examined(config);
  expect([imap.logins(), smtp.logins()]).toEqual([1, 0]);
});
