// A submission server that does not answer holds back nobody's mail but its own account's.
import { expect, test } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import type { DeliveryReceipt, OutgoingMessage, Submitter } from '../../../../src/upstream/connector.js';
import { createRig, type Rig, useVirtualTime } from '../../../support/core-harness.js';
import { mail } from '../../../support/core-mail.js';
import { createFakeUpstream } from '../../../support/fake-connector.js';

useVirtualTime();

/** Is busy the first time; then it does not answer, or takes the message. */
function server(then: 'hangs' | 'takes') {
  const seen = { attempts: 0, taken: 0 };
  const submit = async (message: OutgoingMessage, signal?: AbortSignal): Promise<DeliveryReceipt> => {
    seen.attempts++;
    if (seen.attempts === 1) throw new UpstreamError('transient', 'busy', { replyCode: 451, serverText: '451 later' });
    if (then === 'hangs') {
      await new Promise<void>((done) => signal?.addEventListener('abort', () => done(), { once: true }));
      throw new UpstreamError('transient', 'stopped');
    }
    seen.taken++;
    return { accepted: message.rcptTo, rejected: [], serverText: '250 taken' };
  };
  return { seen, submitter: { submit } satisfies Submitter };
}

async function send(rig: Rig, from: string): Promise<void> {
  const work = async () => {
    const spool = rig.core.outbox.spool(1_000);
    await spool.write(Buffer.from(mail(`of ${from}`, from)));
    const message = await spool.finish();
    const envelope = { mailFrom: from, rcptTo: ['you@example.com'], eightBit: false, smtpUtf8: false };
    expect(await rig.core.outbox.submit({ ...envelope, message })).toMatchObject({ kind: 'queued' });
  };
  await rig.during(work(), 10);
}

test('the retry of one account hangs: the other’s goes out all the same', async () => {
  const [slow, quick] = [server('hangs'), server('takes')];
  const rig = await createRig({
    accounts: [
      { name: 'Slow', fake: createFakeUpstream(), submitter: slow.submitter, savesSent: true },
      { name: 'Quick', fake: createFakeUpstream(), submitter: quick.submitter, savesSent: true },
    ],
  });
  await using _ = rig;
  await rig.settle();
  await send(rig, 'slow@example.org');
  await send(rig, 'quick@example.org');
  await rig.until('the slow one hangs', () => slow.seen.attempts === 2);
  await rig.until('the quick one is sent', () => quick.seen.taken === 1);
});
