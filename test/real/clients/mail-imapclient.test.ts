// Perl's Mail::IMAPClient: STARTTLS and implicit TLS, its own parsing of ENVELOPE and BODYSTRUCTURE, IDLE; SORT and
// THREAD where they are offered.
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

test('a session of Mail::IMAPClient, and what the upstreams have of it', async () => {
  const seen = await runSession('/usr/bin/perl', 'mail-imapclient-session.pl', stage, hotmail);
  expect(seen).toMatchObject({
    starttls: 12,
    counts: { messages: 12, unseen: 12, uidnext: 13 },
    can: { IMAP4REV1: true, IDLE: true },
    all: 12,
    unseen: 12,
    since: 12,
    envelope: { subject: 'QQ seed 1', from: '<alice@example.org>' },
    structure: 'text/plain',
    size: true,
    headers: { Subject: ['QQ seed 1'], To: [`<${qq.address}>`] },
    body: 'Hello\r\n',
    flags: ['$Label3', '\\Flagged', '\\Seen'],
    copied: true,
    left: 10,
    appended: expect.stringMatching(/^\d+$/),
    renamed: [false, true],
    idle: ['EXISTS'],
    arrived: ['while idling'],
  });
  expect(seen.peeked).not.toContain('\\Seen');
  expect(seen.folders).toEqual(expect.arrayContaining(['INBOX', 'Trash', 'Gmail/Receipts', 'Hotmail/Projects/Alpha']));
  const can = seen.can as Record<string, boolean>;
  expect(seen.sorted).toEqual(can.SORT ? [3, 2, 1, 0].map((i) => `QQ seed ${i}`) : undefined);
  expect(seen.threaded).toBe(can['THREAD=REFERENCES'] ? 10 : undefined);

  const { dovecot } = stage;
  const [flagged] = await upstreamHas(dovecot, qq, 'INBOX', 'QQ seed 1');
  expect(flagged?.flags).toEqual(expect.arrayContaining(['\\Seen', '\\Flagged']));
  await upstreamHas(dovecot, gmail, gmail.own, 'QQ seed 1');
  await upstreamHas(dovecot, hotmail, hotmail.archive, 'Hotmail seed 1');
  for (const gone of ['Hotmail seed 1', 'Hotmail seed 2']) await upstreamHas(dovecot, hotmail, 'INBOX', gone, 0);
  await upstreamHas(dovecot, hotmail, hotmail.drafts, 'by Perl');
});
