// NeoMutt on a terminal: the unified INBOX read, flagged, limited, sorted into folders; new mail by IDLE; sending.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Neomutt, startNeomutt } from '../../support/clients/neomutt.js';
import { type Stage, startStage } from '../../support/real/stage.js';
import { ACCOUNTS, mail, type RealAccount, upstreamHas, using } from '../../support/real/three-accounts.js';
import { waitUntil } from '../../support/wait-until.js';

const [qq, gmail, hotmail] = ACCOUNTS as readonly [RealAccount, RealAccount, RealAccount];
let stage: Stage;
let neomutt: Neomutt | undefined;
beforeAll(async () => {
  stage = await startStage({ messages: 4 });
}, 60_000);
afterEach(() => neomutt?.close());
afterAll(() => stage?.stop());

const start = async (...settings: string[]): Promise<Neomutt> => {
  neomutt = await startNeomutt(stage.gateway, { from: gmail.address, settings });
  return neomutt;
};

/** Waits until a message upstream has a flag. */
const upstreamFlag = (account: RealAccount, mailbox: string, subject: string, flag: string) =>
  waitUntil(`${subject} is ${flag} upstream`, async () => {
    const [message] = await upstreamHas(stage.dovecot, account, mailbox, subject);
    return message?.flags.includes(flag);
  });

const deliver = (account: RealAccount, subject: string) =>
  using(stage.dovecot, account, (direct) =>
    direct.append('INBOX', Buffer.from(mail({ subject, to: account.address }))),
  );

test('reads, flags, limits, moves and deletes in the unified INBOX', async () => {
  const mutt = await start();
  await mutt.status({ mailbox: 'INBOX', messages: 12, unread: 12 });

  await mutt.goTo('QQ seed 1');
  await mutt.keys('Enter');
  await mutt.shows(/^Hello$/m);
  await mutt.keys('q');
  await mutt.status({ mailbox: 'INBOX', messages: 12, unread: 11 });
  await mutt.goTo('Gmail seed 1');
  await mutt.keys('F');
  await mutt.shows(/ !.* Gmail seed 1$/m);

  await mutt.keys('l');
  await mutt.answer(/Limit to messages matching:/, '~s "Hotmail seed [23]"', 'Enter');
  await mutt.status({ shown: '~s "Hotmail seed \\[23\\]"' });
  const limited = await mutt.screen();
  expect(limited.match(/seed \d$/gm)).toEqual(['seed 2', 'seed 3']);
  await mutt.keys('l');
  await mutt.answer(/Limit to messages matching:/, 'C-u', 'all', 'Enter');
  await mutt.status({ messages: 12, shown: '' });
  // Asks the server: NeoMutt does not look into bodies it has not read.
  await mutt.keys('l');
  await mutt.answer(/Limit to messages matching:/, 'C-u', '=b Hello', 'Enter');
  await mutt.status({ shown: '=b Hello' });
  expect((await mutt.screen()).match(/seed \d$/gm)).toHaveLength(12);
  await mutt.keys('l');
  await mutt.answer(/Limit to messages matching:/, 'C-u', 'all', 'Enter');
  await mutt.status({ messages: 12, shown: '' });

  await mutt.goTo('Hotmail seed 1');
  await mutt.keys('s');
  await mutt.answer(/Save to mailbox.*:/, 'C-u', '=Archive', 'Enter');
  await mutt.shows(/[ N]D .*Hotmail seed 1$/m);
  await mutt.goTo('QQ seed 2');
  await mutt.keys('d');
  await mutt.shows(/[ N]D .*QQ seed 2$/m);
  await mutt.keys('$');
  await mutt.status({ messages: 10, unread: 9 });
  const left = await mutt.screen();
  for (const gone of ['Hotmail seed 1', 'QQ seed 2']) expect(left).not.toContain(gone);

  const { dovecot } = stage;
  await upstreamFlag(qq, 'INBOX', 'QQ seed 1', '\\Seen');
  await upstreamFlag(gmail, 'INBOX', 'Gmail seed 1', '\\Flagged');
  await upstreamHas(dovecot, hotmail, hotmail.archive, 'Hotmail seed 1');
  await upstreamHas(dovecot, hotmail, 'INBOX', 'Hotmail seed 1', 0);
  await upstreamHas(dovecot, hotmail, hotmail.trash, 'Hotmail seed 1', 0);
  await upstreamHas(dovecot, qq, qq.trash, 'QQ seed 2');
  await upstreamHas(dovecot, qq, 'INBOX', 'QQ seed 2', 0);

  await mutt.keys('c');
  await mutt.answer(/Open mailbox.*:/, 'C-u', '=Archive', 'Enter');
  await mutt.status({ mailbox: 'Archive', messages: 1 });
  await mutt.shows(/ Hotmail seed 1$/m);
  await mutt.quit();
});

test('shows new mail, and what others do, by IDLE', async () => {
  const mutt = await start();
  await mutt.status({ mailbox: 'INBOX', messages: 10 });
  for (const account of ACCOUNTS) {
    await deliver(account, `${account.name} while idling`);
    await mutt.shows(new RegExp(` ${account.name} while idling$`, 'm'));
  }
  await mutt.status({ messages: 13 });
  expect(mutt.dialogue()).toMatch(/> a\d+ IDLE/);
  await using(stage.dovecot, qq, async (direct) => {
    await direct.ok('SELECT INBOX');
    const { untagged } = await direct.ok('UID SEARCH SUBJECT "QQ seed 3"');
    const [, uid] = /SEARCH (\d+)/.exec(untagged.join('\n')) ?? [];
    await direct.ok(`UID STORE ${uid} +FLAGS (\\Flagged)`);
  });
  await mutt.shows(/ !.* QQ seed 3$/m);
  await stage.client.ok('SELECT INBOX');
  const [uid] = await stage.has('INBOX', 'Gmail while idling');
  await stage.client.ok(`UID MOVE ${uid} Trash`);
  await mutt.status({ messages: 12 });
  expect(await mutt.screen()).not.toContain('Gmail while idling');
  await mutt.quit();
});

test('sends, with one copy in Sent', async () => {
  const mutt = await start();
  await mutt.status({ mailbox: 'INBOX', messages: 12 });
  await mutt.keys('m');
  await mutt.answer(/^To:/m, 'bob@example.org', 'Enter');
  await mutt.answer(/^Subject:/m, 'From a terminal', 'Enter');
  await mutt.answer(/Compose/, 'y');
  await mutt.shows(/Mail sent/);
  await mutt.status({ mailbox: 'INBOX', messages: 12 });
  await mutt.quit();

  const sent = stage.sink.messages.filter(({ text }) => text.includes('Subject: From a terminal\r\n'));
  expect(sent).toMatchObject([{ user: gmail.address, mailFrom: gmail.address, rcptTo: ['bob@example.org'] }]);
  expect(Buffer.from(sent[0]?.text ?? '', 'latin1').toString('utf8')).toContain('Written in NeoMutt: 你好\r\n');
  await upstreamHas(stage.dovecot, gmail, gmail.sent, 'From a terminal');
  await stage.gateway.run('sync');
  await stage.has('Sent', 'From a terminal');
  await upstreamHas(stage.dovecot, gmail, gmail.sent, 'From a terminal');
});

const ways: [what: string, settings: string[], gone: string, change: '+' | '-', said: RegExp][] = [
  ['', [], 'QQ seed 0', '+', /UID FETCH 1:\d+ \(UID FLAGS\)/],
  [
    ' and QRESYNC',
    ['imap_qresync=yes'],
    'Hotmail seed 0',
    '-',
    /UID FETCH 1:\d+ \(FLAGS\) \(CHANGEDSINCE \d+ VANISHED\)/,
  ],
  [' and CONDSTORE', ['imap_condstore=yes'], 'Gmail seed 0', '+', /SELECT "INBOX" \(CONDSTORE\)/],
];
test.each(ways)('with its cache%s it sees what happened meanwhile', async (what, settings, gone, change, said) => {
  const lines = settings.map((setting) => `set ${setting}`);
  const before = await start(...lines);
  await before.status({ mailbox: 'INBOX' });
  const [, shown = '0'] = await before.shows(/ALL (\d+) NEW/);
  await before.quit();
  await before.close();
  const arrived = [`Arrived at Gmail${what}.`, `Arrived at Hotmail${what}.`] as const;
  await stage.arrive(gmail, arrived[0]);
  await stage.arrive(hotmail, arrived[1]);
  const [goneUid] = await stage.has('INBOX', gone);
  const [flaggedUid] = await stage.has('INBOX', 'Gmail seed 3');
  await stage.client.ok('SELECT INBOX');
  await stage.client.ok(`UID MOVE ${goneUid} Trash`);
  await stage.client.ok(`UID STORE ${flaggedUid} ${change}FLAGS (\\Flagged)`);

  const mutt = await start(...lines);
  await mutt.status({ mailbox: 'INBOX', messages: Number(shown) + 1 });
  await mutt.shows(change === '+' ? / !.* Gmail seed 3$/m : /^[^!\n]* Gmail seed 3$/m);
  const screen = await mutt.screen();
  for (const subject of arrived) expect(screen).toContain(subject);
  expect(screen).not.toContain(gone);
  expect(mutt.dialogue()).toMatch(said);
  await mutt.quit();
});
