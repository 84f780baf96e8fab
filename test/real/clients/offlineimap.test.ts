// OfflineIMAP, two ways: a Maildir and the gateway are made alike, whoever changed what; a third run changes nothing.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalFile, type Maildir, mailboxState, maildirIn, relabel } from '../../support/clients/maildir.js';
import { runCommand } from '../../support/real/command.js';
import { type Stage, searched, startStage } from '../../support/real/stage.js';
import { ACCOUNTS, mail, type RealAccount, upstreamHas } from '../../support/real/three-accounts.js';

const MAILBOXES = ['INBOX', 'Archive', 'Trash', 'Drafts', 'Gmail/Receipts'];
const [qq, gmail, hotmail] = ACCOUNTS as readonly [RealAccount, RealAccount, RealAccount];

let stage: Stage;
let directory: string;
beforeAll(async () => {
  stage = await startStage({ messages: 4 });
  directory = join(stage.gateway.directory, 'offlineimap');
  mkdirSync(directory);
  writeFileSync(join(directory, 'offlineimaprc'), configuration());
}, 60_000);
afterAll(() => stage?.stop());

const configuration = (): string => `
[general]
accounts = all
metadata = ${directory}/metadata
[Account all]
localrepository = local
remoterepository = gateway
[Repository local]
type = Maildir
localfolders = ${directory}/mail
[Repository gateway]
type = IMAP
remotehost = localhost
remoteport = ${stage.gateway.ports.imaps}
remoteuser = ${stage.gateway.user}
remotepass = ${stage.gateway.password}
ssl = yes
sslcacertfile = ${stage.gateway.caFile}
maxconnections = 2
folderfilter = lambda name: name in [${MAILBOXES.map((name) => `'${name}'`).join(', ')}]
`;

async function offlineimap(): Promise<void> {
  const args = ['-c', join(directory, 'offlineimaprc'), '-o', '-u', 'basic'];
  const { code, stdout, stderr } = await runCommand('/usr/bin/offlineimap', args);
  expect(`${stdout}${stderr}`).not.toMatch(/error|warning|traceback/i);
  expect(code, stdout + stderr).toBe(0);
}

const maildir = (): Maildir => maildirIn(join(directory, 'mail'), MAILBOXES, (name) => name.replaceAll('/', '.'));
const local = (subject: string): LocalFile => maildir().only(subject);
const gatewayState = (withUids = false) => mailboxState(stage.client, MAILBOXES, { withUids });

async function remotely(subject: string, command: (uid: number) => string): Promise<void> {
  await stage.client.ok('SELECT INBOX');
  const [uid = 0] = searched(await stage.client.ok(`UID SEARCH HEADER SUBJECT "${subject}"`));
  await stage.client.ok(command(uid));
}

test('two ways, and a third run changes nothing', async () => {
  await offlineimap();
  expect(maildir().state()).toEqual(await gatewayState());
  expect(maildir().state()).toHaveLength(12);

  relabel(local('QQ seed 0'), 'FS');
  rmSync(local('Gmail seed 0').path);
  renameSync(local('Hotmail seed 0').path, join(directory, 'mail', 'Archive', 'cur', '1.moved.local:2,S'));
  writeFileSync(
    join(directory, 'mail', 'Drafts', 'new', '2.added.local'),
    mail({ subject: 'added locally', from: gmail.address }).replaceAll('\r', ''),
  );
  await remotely('QQ seed 1', (uid) => `UID STORE ${uid} +FLAGS (\\Answered \\Seen)`);
  await remotely('Hotmail seed 1', (uid) => `UID MOVE ${uid} Trash`);
  await stage.client.append('Gmail/Receipts', Buffer.from(mail({ subject: 'added through the gateway' })), ['\\Seen']);

  await offlineimap();
  const state = await gatewayState();
  expect(maildir().state()).toEqual(state);
  expect(state).toEqual(
    expect.arrayContaining([
      'INBOX: QQ seed 0 FS',
      'INBOX: QQ seed 1 RS',
      'Archive: Hotmail seed 0 S',
      'Trash: Hotmail seed 1 ',
      'Drafts: added locally ',
      'Gmail/Receipts: added through the gateway S',
    ]),
  );
  expect(state.join('\n')).not.toMatch(/Gmail seed 0/);
  expect(state).toHaveLength(13);
  const { dovecot } = stage;
  const [flagged] = await upstreamHas(dovecot, qq, 'INBOX', 'QQ seed 0');
  expect(flagged?.flags).toEqual(expect.arrayContaining(['\\Flagged', '\\Seen']));
  await upstreamHas(dovecot, gmail, 'INBOX', 'Gmail seed 0', 0);
  await upstreamHas(dovecot, hotmail, 'INBOX', 'Hotmail seed 0', 0);
  await upstreamHas(dovecot, gmail, gmail.drafts, 'added locally');

  await stage.gateway.run('sync');
  const before = { paths: maildir().paths(), gateway: await gatewayState(true) };
  await offlineimap();
  expect(maildir().paths()).toEqual(before.paths);
  expect(await gatewayState(true)).toEqual(before.gateway);
});
