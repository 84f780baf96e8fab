// imapfilter: rules in Lua that search, mark, copy, move and delete, and wait for new mail in IDLE.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../../support/real/command.js';
import { type Stage, startStage } from '../../support/real/stage.js';
import { ACCOUNTS, mail, type RealAccount, upstreamHas, using } from '../../support/real/three-accounts.js';

const [qq, gmail, hotmail] = ACCOUNTS as readonly [RealAccount, RealAccount, RealAccount];
let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ messages: 4 });
}, 60_000);
afterAll(() => stage?.stop());

const script = (): string => `
options.timeout = 60
options.subscribe = true
local gateway = IMAP { server = 'localhost', port = ${stage.gateway.ports.imaps}, ssl = 'auto',
  username = '${stage.gateway.user}', password = '${stage.gateway.password}' }
local function tell(what, ...) print('TELL ' .. what, ...) end

local total, recent, unseen, uidnext = gateway.INBOX:check_status()
tell('status', total, unseen, uidnext)
local folders = gateway:list_all('')
local known = {}
for _, name in ipairs(folders) do known[name] = true end
tell('folders', known['Trash'], known['Sent'])

local both = gateway.INBOX:contain_subject('QQ seed') * gateway.INBOX:is_unseen() * gateway.INBOX:is_newer(7)
tell('both', #both)
local either = gateway.INBOX:contain_subject('Gmail seed 1') + gateway.INBOX:contain_subject('Gmail seed 2')
tell('either', #either, #(gateway.INBOX:is_smaller(100000) - either), #gateway.INBOX:match_from('alice@example\\\\.(org|com)'))
for _, message in ipairs(gateway.INBOX:contain_subject('QQ seed 1')) do
  local mailbox, uid = table.unpack(message)
  tell('fields', mailbox[uid]:fetch_field('Subject'), mailbox[uid]:fetch_size() > 0, #mailbox[uid]:fetch_body(),
    type(mailbox[uid]:fetch_structure()), type(mailbox[uid]:fetch_date()))
end

gateway.INBOX:contain_subject('QQ seed 1'):mark_flagged()
gateway.INBOX:contain_subject('QQ seed 1'):add_flags({ '$Label4' })
gateway.INBOX:contain_subject('QQ seed 2'):mark_seen()
either:move_messages(gateway['Archive'])
gateway.INBOX:contain_subject('Hotmail seed 1'):copy_messages(gateway['Gmail/Receipts'])
gateway.INBOX:contain_subject('Hotmail seed 2'):delete_messages()
tell('left', #gateway.INBOX:select_all(), #gateway.INBOX:is_flagged(), #gateway.INBOX:has_keyword('$Label4'), #gateway['Archive']:select_all())
tell('made', gateway:create_mailbox('QQ/Made by a rule'), gateway:subscribe_mailbox('QQ/Made by a rule'),
  gateway:rename_mailbox('QQ/Made by a rule', 'QQ/Renamed'), gateway:delete_mailbox('QQ/Renamed'))

tell('idling')
io.stdout:flush()
local ok, event = gateway.INBOX:enter_idle()
tell('idle', ok, event, #gateway.INBOX:contain_subject('while idling'))
`;

test('a run of rules, and what the upstreams have of it', async () => {
  const file = join(stage.gateway.directory, 'rules.lua');
  writeFileSync(file, script());
  let delivered: Promise<unknown> | undefined;
  const deliver = () =>
    using(stage.dovecot, gmail, (direct) => direct.append('INBOX', Buffer.from(mail({ subject: 'while idling' }))));
  const { code, stdout, stderr } = await runCommand('/usr/bin/imapfilter', ['-c', file, '-t', stage.gateway.caFile], {
    env: { HOME: stage.gateway.directory },
    onOutput: (text) => {
      if (text.includes('TELL idling')) delivered = deliver();
    },
  });
  await delivered;
  expect(stderr).toBe('');
  expect(code, stdout).toBe(0);
  const told = stdout.split('\n').filter((line) => line.startsWith('TELL '));
  expect(told.map((line) => line.slice('TELL '.length).split('\t'))).toEqual([
    ['status', '12', '12', '13'],
    ['folders', 'true', 'true'],
    ['both', '4'],
    ['either', '2', '10', '12'],
    ['fields', 'Subject: QQ seed 1', 'true', '7', 'table', 'string'],
    ['left', '9', '1', '1', '2'],
    ['made', 'true', 'true', 'true', 'true'],
    ['idling'],
    ['idle', 'true', 'EXISTS', '1'],
  ]);

  const { dovecot } = stage;
  const [flagged] = await upstreamHas(dovecot, qq, 'INBOX', 'QQ seed 1');
  expect(flagged?.flags).toEqual(expect.arrayContaining(['\\Flagged']));
  const [seen] = await upstreamHas(dovecot, qq, 'INBOX', 'QQ seed 2');
  expect(seen?.flags).toEqual(expect.arrayContaining(['\\Seen']));
  for (const subject of ['Gmail seed 1', 'Gmail seed 2']) {
    await upstreamHas(dovecot, gmail, gmail.archive, subject);
    await upstreamHas(dovecot, gmail, 'INBOX', subject, 0);
  }
  await upstreamHas(dovecot, gmail, gmail.own, 'Hotmail seed 1');
  await upstreamHas(dovecot, hotmail, 'INBOX', 'Hotmail seed 2', 0);
});
