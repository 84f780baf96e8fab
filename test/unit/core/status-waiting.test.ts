// What `gateway status` is told of mail that could not be sent so far: by whose name, why, and until when nothing is tried.
import { expect, test } from 'vitest';
import { inLanguage } from '../../../src/lib/languages.js';
import { UpstreamError } from '../../../src/mail/errors.js';
import { createRig, type Rig, type RigAccount, useVirtualTime } from '../../support/core-harness.js';
import { appendMail, mail } from '../../support/core-mail.js';
import { createFakeUpstream, flags } from '../../support/fake-connector.js';

useVirtualTime();

async function refusing(error: UpstreamError, savesSent = false) {
  const fake = createFakeUpstream();
  const submitter = {
    submit: async () => {
      throw error;
    },
  };
  const account: RigAccount = { name: 'A', address: 'a@example.org', fake, savesSent, submitter };
  const rig = await createRig({ accounts: [account] });
  await rig.settle();
  await rig.during(send(rig), 1);
  return { rig, account };
}

async function send(rig: Rig) {
  const spool = rig.core.outbox.spool(0);
  await spool.write(Buffer.from(mail('letter', 'a@example.org')));
  const request = { mailFrom: 'a@example.org', rcptTo: ['you@example.net'], eightBit: false, smtpUtf8: false };
  return rig.core.outbox.submit({ ...request, message: await spool.finish() });
}

const signIn = new UpstreamError('auth', '535 no', { replyCode: 535, serverText: '535 no', retryAfterMs: 3_600_000 });
const away = new UpstreamError('transient', 'cannot reach it', { chinese: '无法连接' });

test('a refused sign-in holds the account: until when is told, and no time of the message, which has none', async () => {
  const { rig } = await refusing(signIn);
  await using _ = rig;
  const [waiting] = rig.core.overview.submissions().waiting;
  expect(waiting).toMatchObject({ account: 'A', messages: 1, nextAttemptAt: undefined });
  expect(waiting?.heldUntil).toBeGreaterThan(Date.now());
  expect(waiting?.heldUntil).toBeLessThanOrEqual(Date.now() + 3_600_000);
});

test('a server that is away holds nothing: the message has its own time', async () => {
  const { rig } = await refusing(away);
  await using _ = rig;
  const [waiting] = rig.core.overview.submissions().waiting;
  expect(waiting?.heldUntil).toBeUndefined();
  expect(waiting?.nextAttemptAt).toBeGreaterThan(Date.now() - 60_000);
  expect(['en', 'zh'].map((language) => inLanguage(waiting?.reason ?? '', language as 'en'))).toEqual([
    'cannot reach it',
    '无法连接',
  ]);
});

test('an account whose name was given to another address goes by its stored name, and nothing is tried', async () => {
  const { rig, account } = await refusing(away);
  await using _ = rig;
  await rig.restart({ accounts: [{ ...account, address: 'b@example.org', fake: createFakeUpstream() }] });
  expect(rig.core.overview.submissions().waiting).toMatchObject([
    { account: 'A (a@example.org)', messages: 1, nextAttemptAt: undefined, heldUntil: undefined },
  ]);
  const [problem] = rig.core.overview.problems();
  expect(inLanguage(problem?.text ?? '', 'en')).toBe(
    'the account "A (a@example.org)" is not in the configuration any more: 1 message to be sent is kept for it',
  );
});

test('a change that waits for the gateway itself: why, in both languages', async () => {
  const { rig } = await refusing(away, true);
  await using _ = rig;
  await appendMail(rig, 'Sent', mail('letter', 'a@example.org'), flags('\\Seen'));
  const why = () => rig.core.overview.accounts()[0]?.lastError;
  await rig.until('it waits', () => why() !== undefined, 1_000);
  expect(why()).toBe('waiting for the message to be sent\n等待邮件发出');
});
