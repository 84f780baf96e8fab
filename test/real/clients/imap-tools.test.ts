// Python's imap_tools: STARTTLS and implicit TLS, an EXPUNGE after every change of flags, IDLE.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runSession } from '../../support/clients/session.js';
import { type Stage, startStage } from '../../support/real/stage.js';
import { ACCOUNTS, type RealAccount, upstreamHas } from '../../support/real/three-accounts.js';

const [qq, gmail, hotmail] = ACCOUNTS as readonly [RealAccount, RealAccount, RealAccount];
let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ messages: 4 });
}, 60_000);
afterAll(() => stage?.stop());

const seeds = (name: string, count = 4): string[] => Array.from({ length: count }, (_, i) => `${name} seed ${i}`);

test('a session of imap_tools, and what the upstreams have of it', async () => {
  const seen = await runSession('/usr/bin/python3', 'imap-tools-session.py', stage, gmail);
  const all = [...seeds('Gmail'), ...seeds('Hotmail'), ...seeds('QQ')];
  expect(seen).toMatchObject({
    starttls: 12,
    status: { MESSAGES: 12, UNSEEN: 12, UIDNEXT: 13 },
    bulk: all,
    headers: all,
    message: { from: 'alice@example.org', to: [qq.address], text: 'Hello\r\n' },
    read: true,
    kept: 12,
    flagged: ['Gmail seed 1'],
    keyword: ['Gmail seed 1'],
    left: all.filter((subject) => !['Gmail seed 2', 'Hotmail seed 2'].includes(subject)),
    draft: ['由程序保存', '你好\r\n', expect.arrayContaining(['\\Draft'])],
    dated: [1, 0],
    utf8: 1,
    renamed: [false, true],
    deleted: false,
    roles: { '\\Sent': expect.any(String), '\\Trash': expect.any(String) },
    arrived: ['while idling'],
  });
  expect(seen.one).toHaveLength(3);
  expect(seen.idle).toContain('EXISTS');
  expect(seen.folders).toEqual(
    expect.arrayContaining([
      ['INBOX', '/'],
      ['Trash', '/'],
      [qq.ownShown, '/'],
    ]),
  );

  const { dovecot } = stage;
  const [read] = await upstreamHas(dovecot, qq, 'INBOX', 'QQ seed 1');
  expect(read?.flags).not.toContain('\\Seen');
  const [flagged] = await upstreamHas(dovecot, gmail, 'INBOX', 'Gmail seed 1');
  expect(flagged?.flags).toEqual(expect.arrayContaining(['\\Flagged', '$Label2']));
  await upstreamHas(dovecot, gmail, gmail.own, 'Hotmail seed 1');
  await upstreamHas(dovecot, gmail, gmail.archive, 'Gmail seed 2');
  await upstreamHas(dovecot, gmail, 'INBOX', 'Gmail seed 2', 0);
  await upstreamHas(dovecot, hotmail, 'INBOX', 'Hotmail seed 2', 0);
  // Bytes are read as latin1 there.
  await upstreamHas(dovecot, hotmail, hotmail.drafts, Buffer.from('由程序保存').toString('latin1'));
});
