import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../../support/real/command.js';
import { type Stage, startStage } from '../../support/real/stage.js';
import { ACCOUNTS, type RealAccount, upstreamHas } from '../../support/real/three-accounts.js';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
}, 60_000);
afterAll(() => stage?.stop());

const [qq, gmail, hotmail] = ACCOUNTS as readonly [RealAccount, RealAccount, RealAccount];

test("a session of Python's imaplib, and what the upstreams have of it", async () => {
  const { ports, caFile, user, password } = stage.gateway;
  const script = fileURLToPath(new URL('imaplib-session.py', import.meta.url));
  const { code, stdout, stderr } = await runCommand('/usr/bin/python3', [
    script,
    String(ports.imaps),
    caFile,
    user,
    password,
  ]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const seen = JSON.parse(stdout) as Record<string, unknown>;
  expect(seen).toMatchObject({
    exists: 15,
    unseen: 14,
    copy: true,
    copyuid: true,
    movedAway: true,
    appenduid: true,
    create: [true, true],
    idle: [expect.stringMatching(/^\* n FETCH \(UID \d+ FLAGS \(.*\\Deleted.*\)\)$/), '* n EXPUNGE'],
    idleEnd: 'OK',
    logout: 'BYE',
  });
  expect(seen.capabilities).toEqual(expect.arrayContaining(['IMAP4rev1', 'MOVE', 'UIDPLUS', 'IDLE']));
  expect(seen.whole).toContain('Subject: QQ seed 1\r\n');
  expect(seen.fetch).toMatch(/RFC822\.SIZE \d+/);
  expect(seen.afterRead).toContain('\\Seen');
  expect(seen.status).toMatch(/MESSAGES 1 UIDNEXT 2/);
  const [read] = await upstreamHas(stage.dovecot, qq, 'INBOX', 'QQ seed 1');
  expect(read?.flags).toEqual(expect.arrayContaining(['\\Seen']));
  await upstreamHas(stage.dovecot, hotmail, hotmail.own, 'QQ seed 1');
  await upstreamHas(stage.dovecot, gmail, gmail.archive, 'Gmail seed 1');
  await upstreamHas(stage.dovecot, gmail, gmail.drafts, 'by imaplib');
  await upstreamHas(stage.dovecot, hotmail, 'INBOX', 'Hotmail seed 1', 0);
});
