// APPEND at a server without UIDPLUS: it takes the message, and refuses to be asked for its uid.
import { expect, test } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { NO_FLAGS } from '../../../../src/mail/flags.js';
import { createRig, useVirtualTime } from '../../../support/core-harness.js';
import { appendMail, mail, problemsOf, shownTokens, upstreamTokens } from '../../../support/core-mail.js';
import { createFakeUpstream } from '../../../support/fake-connector.js';

useVirtualTime();

test('what it has taken was not refused: it is there once, and nothing is said', async () => {
  const fake = createFakeUpstream({ uidplus: false, condstore: false });
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await using _ = rig;
  await rig.settle();
  fake.failNext('fetchHeaders', new UpstreamError('permanent', 'NO', { serverText: 'NO' }));
  await appendMail(rig, 'A/Archive', mail('draft'), NO_FLAGS);
  await rig.settle();
  await rig.during(rig.core.overview.syncNow(undefined, { force: true }));
  await rig.settle();
  expect(upstreamTokens(fake, 'Archive')).toEqual(['draft']);
  expect(shownTokens(rig, 'A/Archive')).toEqual(['draft']);
  expect(rig.core.mailboxes.find('Recovered')).toBeUndefined();
  expect(problemsOf(rig)).toEqual([]);
});
