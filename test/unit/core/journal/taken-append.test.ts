// An APPEND that the server has taken, and then refuses what is asked about it: it has not been refused, and stands there once.
import { expect, test } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import { createRig, useVirtualTime } from '../../../support/core-harness.js';
import { appendMail, mail, shownTokens, uidOf, upstreamTokens } from '../../../support/core-mail.js';
import { createFakeUpstream, type FakeUpstream, flags } from '../../../support/fake-connector.js';

useVirtualTime();

const refused = () => new UpstreamError('permanent', 'no', { serverText: 'internal error' });

/** The next of these after the APPEND is refused. */
function refuseAfterAppend(fake: FakeUpstream, wanted: string): void {
  let isTaken = false;
  fake.before = ({ method, args }) => {
    if (method === 'append') isTaken = true;
    else if (isTaken && method === wanted && (wanted !== 'select' || JSON.stringify(args[0]) === '["Drafts"]')) {
      fake.before = undefined;
      throw refused();
    }
  };
}

const GMAIL = { labelStore: true, traits: { deleteIsMoveToTrash: true } };

test.each([
  ['its id', GMAIL, 'fetchListing', []],
  ['whether its keyword is kept', { dropsKeywords: true }, 'fetchFlags', ['Unheard']],
  ['where it is', { uidplus: false }, 'select', []],
  ['where it is', { uidplus: false }, 'fetchHeaders', []],
])('%s cannot be asked (%j, %s)', async (_, options, method, keywords) => {
  const fake = createFakeUpstream(options);
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await using __ = rig;
  await rig.settle();
  refuseAfterAppend(fake, method);
  const uid = await appendMail(rig, 'Drafts', mail('d1'), flags('\\Draft', ...keywords));
  await rig.settle();
  expect(fake.before).toBeUndefined();
  expect([upstreamTokens(fake, 'Drafts'), shownTokens(rig, 'Drafts')]).toEqual([['d1'], ['d1']]);
  expect(rig.core.mailboxes.find('Recovered')).toBeUndefined();
  expect(rig.core.overview.problems()).toEqual([]);
  if (method !== 'select' && method !== 'fetchHeaders') expect(uidOf(rig, 'Drafts', 'd1')).toBe(uid);
});
