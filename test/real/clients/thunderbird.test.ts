// Thunderbird on the gateway: its own code is asked what it has, and the upstreams what has reached them.
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { startThunderbird, type Thunderbird, type ThunderbirdMessage } from '../../support/clients/thunderbird.js';
import { type Stage, startStage } from '../../support/real/stage.js';
import { ACCOUNTS, mail, type RealAccount, upstreamHas, using } from '../../support/real/three-accounts.js';
import { waitUntil } from '../../support/wait-until.js';

const [qq, gmail, hotmail] = ACCOUNTS as readonly [RealAccount, RealAccount, RealAccount];
const LIMIT_MS = 240_000;
let stage: Stage;
let thunderbird: Thunderbird;
beforeAll(async () => {
  stage = await startStage({ messages: 4, config: { listen: { compressOnLoopback: true } } });
  thunderbird = await startThunderbird(stage.gateway, { address: gmail.address, security: 'SSL/TLS', compress: false });
}, LIMIT_MS);
afterAll(async () => {
  await thunderbird?.stop();
  await stage?.stop();
});

/** A test in the one window; what it looked like when it failed is kept. */
const inWindow = (name: string, work: () => Promise<void>) =>
  test(name, { timeout: LIMIT_MS }, async () => {
    onTestFailed(async () => console.error(`Thunderbird as it was then: ${await thunderbird.evidence()}`), LIMIT_MS);
    await work();
  });

/** Waits until the list on the screen is so. */
const listed = (what: string, fits: (subjects: string[]) => boolean) =>
  thunderbird.until(what, ['shownSubjects'], (subjects: string[]) => fits(subjects) && subjects);
/** Waits until Thunderbird's database has the only message with the subject, and it is so. */
const known = (path: string, subject: string, fits: (message: ThunderbirdMessage) => boolean = () => true) =>
  thunderbird.until(`${subject} in ${path}`, ['messagesOf', path], (messages: ThunderbirdMessage[]) => {
    const found = messages.filter((message) => message.subject === subject);
    return found.length === 1 && found.every(fits) && found[0];
  });
const upstreamFlag = (account: RealAccount, subject: string, flag: string, isSet = true) =>
  waitUntil(`${subject} ${isSet ? 'is' : 'is not'} ${flag} upstream`, async () => {
    const [message] = await upstreamHas(stage.dovecot, account, 'INBOX', subject);
    return message?.flags.includes(flag) === isSet;
  });
const show = async (path: string, fits: (subjects: string[]) => boolean) => {
  await thunderbird.ask('showFolder', path);
  return listed(path, fits);
};
const count = (number: number) => (subjects: string[]) => subjects.length === number;

inWindow('opens the unified INBOX, with the folders of all accounts', async () => {
  const all = await show('INBOX', count(12));
  expect(all).toEqual(expect.arrayContaining(['QQ seed 1', 'Gmail seed 1', 'Hotmail seed 1']));
  const wanted = ['Drafts', 'Sent', 'Archive', 'Junk', 'Trash', ...ACCOUNTS.map(({ ownShown }) => ownShown)];
  await thunderbird.until('the folders', ['paths'], (paths: string[]) => wanted.every((path) => paths.includes(path)));
  expect(await thunderbird.ask('roles')).toEqual({
    trash: 'Trash',
    sent: 'Sent',
    drafts: 'Drafts',
    archive: 'Archive',
    junk: 'Junk',
  });
});

inWindow('reads, flags and tags', async () => {
  await thunderbird.ask('showMessage', 'QQ seed 1');
  await thunderbird.until('the text', ['shownText'], (text: string) => text.includes('Hello'));
  await known('INBOX', 'QQ seed 1', ({ isRead }) => isRead);
  await upstreamFlag(qq, 'QQ seed 1', '\\Seen');

  await thunderbird.ask('doCommand', 'cmd_markAsUnread');
  await upstreamFlag(qq, 'QQ seed 1', '\\Seen', false);
  await thunderbird.ask('doCommand', 'cmd_markAsFlagged');
  await upstreamFlag(qq, 'QQ seed 1', '\\Flagged');
  await thunderbird.ask('doCommand', 'cmd_tag2');
  await upstreamFlag(qq, 'QQ seed 1', '$label2');
  await known('INBOX', 'QQ seed 1', ({ isFlagged, keywords }) => isFlagged && keywords.includes('$label2'));
});

inWindow('moves to a folder, and deletes', async () => {
  await thunderbird.ask('showMessage', 'Gmail seed 1');
  await thunderbird.ask('moveSelected', 'Archive');
  await listed('it leaves the list', (subjects) => !subjects.includes('Gmail seed 1'));
  await upstreamHas(stage.dovecot, gmail, gmail.archive, 'Gmail seed 1');
  await upstreamHas(stage.dovecot, gmail, 'INBOX', 'Gmail seed 1', 0);

  await thunderbird.ask('showMessage', 'Hotmail seed 1');
  await thunderbird.ask('doCommand', 'cmd_delete');
  await listed('it leaves the list', (subjects) => !subjects.includes('Hotmail seed 1'));
  await upstreamHas(stage.dovecot, hotmail, hotmail.trash, 'Hotmail seed 1');
  await upstreamHas(stage.dovecot, hotmail, 'INBOX', 'Hotmail seed 1', 0);

  // To a folder of another account.
  await thunderbird.ask('showMessage', 'QQ seed 2');
  await thunderbird.ask('moveSelected', hotmail.ownShown);
  await listed('it leaves the list', count(9));
  await upstreamHas(stage.dovecot, hotmail, hotmail.own, 'QQ seed 2');
  await upstreamHas(stage.dovecot, qq, 'INBOX', 'QQ seed 2', 0);

  expect(await show('Archive', count(1))).toEqual(['Gmail seed 1']);
  expect(await show('Trash', (subjects) => subjects.includes('Hotmail seed 1'))).not.toContain('Gmail seed 1');
  expect(await show(hotmail.ownShown, count(1))).toEqual(['QQ seed 2']);
  await show('INBOX', count(9));
});

inWindow('searches at the server', async () => {
  expect(await thunderbird.ask('searchOnServer', 'INBOX', 'Subject', 'Gmail seed')).toEqual([
    'Gmail seed 0',
    'Gmail seed 2',
    'Gmail seed 3',
  ]);
  expect(await thunderbird.ask('searchOnServer', 'INBOX', 'Body', 'Hello')).toHaveLength(9);
  expect(await thunderbird.ask('searchOnServer', 'INBOX', 'Sender', 'nobody')).toEqual([]);
  expect(thunderbird.dialogue()).toMatch(/uid SEARCH /i);
});

inWindow('gets new mail, and what others do, by IDLE', async () => {
  for (const account of ACCOUNTS) {
    const subject = `${account.name} 新邮件`;
    await using(stage.dovecot, account, (direct) =>
      direct.append('INBOX', Buffer.from(mail({ subject, to: account.address }))),
    );
    await known('INBOX', subject, ({ isRead }) => !isRead);
  }
  await listed('they are in the list', count(12));
  expect(thunderbird.dialogue()).toMatch(/ IDLE/);
  await using(stage.dovecot, qq, async (direct) => {
    await direct.ok('SELECT INBOX');
    const { untagged } = await direct.ok('UID SEARCH SUBJECT "QQ seed 3"');
    await direct.ok(`UID STORE ${/SEARCH (\d+)/.exec(untagged.join('\n'))?.[1]} +FLAGS (\\Seen \\Flagged)`);
  });
  await known('INBOX', 'QQ seed 3', ({ isRead, isFlagged }) => isRead && isFlagged);
  await stage.client.ok('SELECT INBOX');
  const [uid] = await stage.has('INBOX', 'Hotmail seed 3');
  await stage.client.ok(`UID MOVE ${uid} Trash`);
  await listed('what another client moved away is gone', count(11));
});

inWindow('sends, with one copy in Sent', async () => {
  await thunderbird.ask('openComposer', 'bob@example.org', 'From Thunderbird', 'Written here: 你好');
  await thunderbird.until('the composer', ['composerState'], (state: string) => state === 'ready');
  await thunderbird.ask('send');
  await thunderbird.until('it is sent', ['composerState'], (state: string) => state === 'none');
  const sent = stage.sink.messages.filter(({ text }) => text.includes('Subject: From Thunderbird\r\n'));
  expect(sent).toMatchObject([{ user: gmail.address, mailFrom: gmail.address, rcptTo: ['bob@example.org'] }]);
  expect(Buffer.from(sent[0]?.text ?? '', 'latin1').toString('utf8')).toContain('Written here: 你好');
  await upstreamHas(stage.dovecot, gmail, gmail.sent, 'From Thunderbird');
  await show('Sent', count(1));
  await known('Sent', 'From Thunderbird', ({ isRead }) => isRead);
  await stage.gateway.run('sync');
  await upstreamHas(stage.dovecot, gmail, gmail.sent, 'From Thunderbird');
  await known('Sent', 'From Thunderbird');
  await stage.has('Sent', 'From Thunderbird');
});

inWindow('started again, by STARTTLS and compressed, it sees what happened meanwhile', async () => {
  await show('INBOX', count(11));
  await thunderbird.quit();
  const { client, dovecot } = stage;
  await client.ok('SELECT INBOX');
  const [flagged] = await stage.has('INBOX', 'Hotmail seed 0');
  await client.ok(`UID STORE ${flagged} +FLAGS (\\Flagged)`);
  const [gone] = await stage.has('INBOX', 'Gmail seed 0');
  await client.ok(`UID MOVE ${gone} Archive`);
  await stage.arrive(qq, 'Arrived meanwhile');

  thunderbird = await startThunderbird(stage.gateway, {
    address: hotmail.address,
    security: 'STARTTLS',
    compress: true,
  });
  const subjects = await show('INBOX', (all) => all.includes('Arrived meanwhile') && !all.includes('Gmail seed 0'));
  expect(subjects).toHaveLength(11);
  await known('INBOX', 'Hotmail seed 0', ({ isFlagged }) => isFlagged);
  expect(thunderbird.dialogue()).toMatch(/SendData: \d+ COMPRESS DEFLATE/);
  // What it knew it has not asked for again.
  const asked = [...thunderbird.dialogue().matchAll(/UID fetch (\S+) \(UID RFC822.SIZE FLAGS BODY.PEEK\[HEADER/g)];
  expect(asked.map(([, uids]) => uids)).toEqual([expect.stringMatching(/^\d+$/)]);

  await thunderbird.ask('openComposer', 'bob@example.org', 'Sent by STARTTLS', 'Again');
  await thunderbird.until('the composer', ['composerState'], (state: string) => state === 'ready');
  await thunderbird.ask('send');
  await thunderbird.until('it is sent', ['composerState'], (state: string) => state === 'none');
  expect(stage.sink.messages.filter(({ text }) => text.includes('Subject: Sent by STARTTLS\r\n'))).toMatchObject([
    { user: hotmail.address, rcptTo: ['bob@example.org'] },
  ]);
  await upstreamHas(dovecot, hotmail, hotmail.sent, 'Sent by STARTTLS');
  await stage.has('Sent', 'Sent by STARTTLS');
});
