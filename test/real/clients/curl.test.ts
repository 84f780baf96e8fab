import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../../support/real/command.js';
import { type Stage, startStage } from '../../support/real/stage.js';
import { ACCOUNTS, mail, upstreamHas } from '../../support/real/three-accounts.js';
import { waitUntil } from '../../support/wait-until.js';

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

test('by STARTTLS: headers, a mailbox of another numbering, a flag', async () => {
  const { ports, caFile, user, password } = stage.gateway;
  const plain = (path: string, ...args: string[]) =>
    runCommand('curl', [
      ...['-sS', '--ssl-reqd', '--cacert', caFile, '-u', `${user}:${password}`, ...args],
      `imap://localhost:${ports.imap}/${path}`,
    ]);
  const found = await plain('INBOX', '-X', 'UID SEARCH SUBJECT "Hotmail seed 2"');
  const uid = /\* SEARCH (\d+)\s*$/.exec(found.stdout)?.[1];
  const header = await plain(`INBOX;UID=${uid};SECTION=HEADER.FIELDS%20(SUBJECT)`);
  expect(header.stdout.trim(), header.stderr).toBe('Subject: Hotmail seed 2');
  const other = await plain(`INBOX;UIDVALIDITY=1;UID=${uid}`);
  expect(other.code).toBe(78);
  const status = await plain('', '-X', 'STATUS INBOX (UIDVALIDITY)');
  const validity = /UIDVALIDITY (\d+)/.exec(status.stdout)?.[1];
  expect((await plain(`INBOX;UIDVALIDITY=${validity};UID=${uid}`)).code).toBe(0);
  const stored = await plain('INBOX', '-X', `UID STORE ${uid} +FLAGS (\\Flagged)`);
  expect(stored.stdout).toMatch(/FLAGS \(.*\\Flagged.*\\Seen|FLAGS \(.*\\Seen.*\\Flagged/);
  const hotmail = ACCOUNTS[2];
  if (!hotmail) throw new Error('there are three accounts');
  await waitUntil('the flags are upstream', async () => {
    const [message] = await upstreamHas(stage.dovecot, hotmail, 'INBOX', 'Hotmail seed 2');
    return message?.flags.includes('\\Flagged') && message.flags.includes('\\Seen');
  });
});

test.each(['smtps', 'smtp'] as const)('sends by %s, with one copy in Sent', async (door) => {
  const { ports, caFile, user, password } = stage.gateway;
  const [account] = ACCOUNTS;
  if (!account) throw new Error('there are accounts');
  const subject = `by curl: ${door}.`;
  const message = mail({ subject, from: account.address, to: 'bob@example.org' });
  const { code, stderr } = await runCommand(
    'curl',
    [
      ...['-sS', '--ssl-reqd', '--cacert', caFile, '-u', `${user}:${password}`],
      ...['--mail-from', account.address, '--mail-rcpt', 'bob@example.org', '-T', '-'],
      `${door}://localhost:${ports[door]}`,
    ],
    { input: message },
  );
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(stage.sink.messages.filter(({ text }) => text.includes(`Subject: ${subject}\r\n`))).toMatchObject([
    { user: account.address, rcptTo: ['bob@example.org'] },
  ]);
  await upstreamHas(stage.dovecot, account, account.sent, subject);
  await stage.has('Sent', subject);
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
