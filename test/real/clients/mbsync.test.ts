// isync's mbsync, two ways: a Maildir and the gateway are made alike, whoever changed what; a third run changes nothing.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalFile, type Maildir, mailboxState, maildirIn, relabel } from '../../support/clients/maildir.js';
import { quote } from '../../support/plain-imap.js';
import { runCommand } from '../../support/real/command.js';
import { type Stage, searched, startStage } from '../../support/real/stage.js';
import { ACCOUNTS, mail, type RealAccount, upstreamHas } from '../../support/real/three-accounts.js';

const MAILBOXES = ['INBOX', 'Archive', 'Trash', 'Drafts', 'Gmail/Receipts', 'Hotmail/Projects/Alpha'];
const [qq, gmail, hotmail] = ACCOUNTS as readonly [RealAccount, RealAccount, RealAccount];

let stage: Stage;
let directory: string;
beforeAll(async () => {
  stage = await startStage({ messages: 6 });
  directory = join(stage.gateway.directory, 'mbsync');
  mkdirSync(join(directory, 'mail'), { recursive: true });
  const { stdout } = await runCommand('mbsync', ['--version']);
  writeFileSync(join(directory, 'mbsyncrc'), configuration(/ 1\.[0-4]\./.test(stdout) ? 'SSLType' : 'TLSType'));
}, 60_000);
afterAll(() => stage?.stop());

/** @param tlsType the word for it, which isync 1.5 (Debian 13) has renamed */
const configuration = (tlsType: string): string => `
SyncState *
IMAPStore gateway
Host localhost
Port ${stage.gateway.ports.imaps}
User ${stage.gateway.user}
Pass ${stage.gateway.password}
${tlsType} IMAPS
CertificateFile ${stage.gateway.caFile}

MaildirStore local
Path ${directory}/mail/
Inbox ${directory}/mail/INBOX
SubFolders Verbatim

Channel all
Far :gateway:
Near :local:
Patterns ${MAILBOXES.map(quote).join(' ')}
Create Both
Expunge Both
`;

async function mbsync(): Promise<void> {
  const { code, stdout, stderr } = await runCommand('mbsync', ['-c', join(directory, 'mbsyncrc'), '-a']);
  expect(stderr.replace(/^Maildir notice:.*\n/gm, ''), stdout).toBe('');
  expect(code).toBe(0);
}

const maildir = (): Maildir => maildirIn(join(directory, 'mail'), MAILBOXES);
const local = (subject: string): LocalFile => maildir().only(subject);
const gatewayState = (withUids = false) => mailboxState(stage.client, MAILBOXES, { withUids });

/** To another mailbox, as a mail reader does it: mbsync's mark in the name must not go along. */
const moveFile = ({ path }: LocalFile, mailbox: string) =>
  renameSync(path, join(directory, 'mail', mailbox, 'cur', `moved.${process.pid}.local:2,`));

async function remotely(subject: string, command: (uid: number) => string): Promise<void> {
  await stage.client.ok('SELECT INBOX');
  const [uid = 0] = searched(await stage.client.ok(`UID SEARCH HEADER SUBJECT ${quote(subject)}`));
  await stage.client.ok(command(uid));
}

test('two ways, and a third run changes nothing', async () => {
  await mbsync();
  expect(maildir().state()).toEqual(await gatewayState());
  expect(maildir().state()).toHaveLength(18);

  relabel(local('QQ seed 0'), 'FS');
  relabel(local('Gmail seed 0'), 'T');
  moveFile(local('Hotmail seed 0'), 'Archive');
  writeFileSync(
    join(directory, 'mail', 'Drafts', 'new', 'added.1.local'),
    mail({ subject: 'added locally', from: gmail.address }).replaceAll('\r', ''),
  );
  await remotely('QQ seed 1', (uid) => `UID STORE ${uid} +FLAGS (\\Answered \\Seen)`);
  await remotely('Gmail seed 1', (uid) => `UID STORE ${uid} +FLAGS (\\Deleted)`);
  await remotely('Gmail seed 1', (uid) => `UID EXPUNGE ${uid}`);
  await remotely('Hotmail seed 1', (uid) => `UID MOVE ${uid} Trash`);
  await stage.client.append(
    'Drafts',
    Buffer.from(mail({ subject: 'added through the gateway', from: hotmail.address })),
    ['\\Draft'],
  );

  await mbsync();
  const state = await gatewayState();
  expect(maildir().state()).toEqual(state);
  expect(state).toEqual(
    expect.arrayContaining([
      'INBOX: QQ seed 0 FS',
      'INBOX: QQ seed 1 RS',
      'Archive: Hotmail seed 0 ',
      'Trash: Hotmail seed 1 ',
      'Drafts: added locally ',
      'Drafts: added through the gateway D',
    ]),
  );
  expect(state.join('\n')).not.toMatch(/Gmail seed [01]/);
  expect(state).toHaveLength(18);
  const [flagged] = await upstreamHas(stage.dovecot, qq, 'INBOX', 'QQ seed 0');
  expect(flagged?.flags).toEqual(expect.arrayContaining(['\\Flagged', '\\Seen']));
  await upstreamHas(stage.dovecot, gmail, 'INBOX', 'Gmail seed 0', 0);
  await upstreamHas(stage.dovecot, hotmail, 'INBOX', 'Hotmail seed 0', 0);
  await upstreamHas(stage.dovecot, gmail, gmail.drafts, 'added locally');

  const before = {
    paths: maildir().paths(),
    gateway: await gatewayState(true),
  };
  await mbsync();
  expect(maildir().paths()).toEqual(before.paths);
  expect(await gatewayState(true)).toEqual(before.gateway);
  // Nor does it after the gateway has looked at the upstreams again.
  await stage.gateway.run('sync');
  await mbsync();
  expect(maildir().paths()).toEqual(before.paths);
  expect(await gatewayState(true)).toEqual(before.gateway);
});
