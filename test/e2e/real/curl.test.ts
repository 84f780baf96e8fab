import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../../support/real/command.js';
import { type Stage, startStage } from '../../support/real/stage.js';
import { ACCOUNTS, mail, upstreamHas } from '../../support/real/three-accounts.js';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
}, 60_000);
afterAll(() => stage?.stop());

/** The certificate is checked against the gateway's own CA, by name. */
const curl = async (path: string, ...args: string[]) => {
  const { ports, caFile, user, password } = stage.gateway;
  const url = `imaps://localhost:${ports.imaps}/${path}`;
  return runCommand('curl', ['-sS', '--cacert', caFile, '-u', `${user}:${password}`, ...args, url]);
};

test('lists mailboxes', async () => {
  const { code, stdout, stderr } = await curl('');
  expect(stderr).toBe('');
  expect(code).toBe(0);
  for (const name of ['"INBOX"', '"Trash"', '"QQ/INBOX"', '"Gmail/Receipts"', '"Hotmail/Projects/Alpha"'])
    expect(stdout).toContain(name);
});

test('searches and reads', async () => {
  const found = await curl('INBOX', '-X', 'UID SEARCH SUBJECT "Gmail seed 3"');
  const uid = /\* SEARCH (\d+)\s*$/.exec(found.stdout)?.[1];
  expect(uid, found.stdout + found.stderr).toBeDefined();
  const read = await curl(`INBOX;UID=${uid}`);
  expect(read.stdout).toContain('Subject: Gmail seed 3\r\n');
  expect(read.stdout.endsWith('Hello\r\n')).toBe(true);
});

test('appends', async () => {
  const [account] = ACCOUNTS;
  if (!account) throw new Error('there are accounts');
  const file = join(stage.gateway.directory, 'message.eml');
  writeFileSync(file, mail({ subject: 'by curl', from: account.address }));
  const { code, stderr } = await curl('Drafts', '-T', file);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  await upstreamHas(stage.dovecot, account, account.drafts, 'by curl');
});

test('refuses another password, and a certificate of nobody it knows', async () => {
  expect((await curl('', '-u', 'me:wrong')).code).toBe(67);
  expect((await curl('', '--cacert', stage.dovecot.caFile)).code).toBe(60);
});
