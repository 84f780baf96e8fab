// A message without a Message-ID that ends within a line: some servers add a line end, and it is still the same message.
import { expect, test } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { NO_FLAGS } from '../../../../src/mail/flags.js';
import { createRig, useVirtualTime } from '../../../support/core-harness.js';
import { appendMail, shown } from '../../../support/core-mail.js';
import { createFakeUpstream } from '../../../support/fake-connector.js';

useVirtualTime();

test.each([
  [true, 'INBOX'],
  [true, 'Archive'],
  [false, 'INBOX'],
] as const)('line end added: %s, %s: found again when the answer to its APPEND was lost', async (addsLineEnd, path) => {
  const fake = createFakeUpstream({ addsLineEnd });
  await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  const lost = new UpstreamError('transient', 'the connection was lost', { outcomeUnknown: true });
  fake.failNext('append', lost, { when: 'after', cut: true });
  await appendMail(rig, `A/${path}`, 'Subject: note\r\n\r\nno line end', NO_FLAGS);
  await rig.settle();
  expect([fake.contents(path).length, shown(rig, `A/${path}`).length]).toEqual([1, 1]);
  expect(rig.core.overview.accounts()[0]?.journalDepth).toBe(0);
});
