// What has no Message-ID is known by its header, its date and its size: never by its size alone.
import { expect, test } from 'vitest';
import { createRig, useVirtualTime } from '../../../support/core-harness.js';
import { one, shown } from '../../../support/core-mail.js';
import { createFakeUpstream } from '../../../support/fake-connector.js';

useVirtualTime();

const text = (subject: string) => `From: a@example.org\r\nSubject: ${subject}\r\n\r\nThis is ${subject}.\r\n`;

test.each(['copy', 'move'] as const)('%s: another message of the same size is not taken for it', async (kind) => {
  const fake = createFakeUpstream({ uidplus: false });
  fake.create('Box');
  fake.deliver('INBOX', text('one'));
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await using _ = rig;
  await rig.settle();
  // Another program is quicker, with a message that differs in nothing but its content.
  fake.before = ({ method }) => {
    if (method !== kind) return;
    fake.before = undefined;
    fake.deliver('Box', text('two'));
  };
  const [uid = 0] = shown(rig, 'INBOX').map((row) => row.uid);
  rig.core.actions[kind](rig.idOf('INBOX'), one(uid), 'A/Box');
  await rig.settle();
  const subjects = rig.store.database.sqlite
    .prepare(
      `SELECT c.upstreamUid, h.block FROM copies c JOIN headers h ON h.messageId = c.messageId
       JOIN sources s ON s.id = c.sourceId WHERE s.path = '["Box"]' ORDER BY c.upstreamUid`,
    )
    .all() as { upstreamUid: number; block: string }[];
  const here = subjects.map(({ upstreamUid, block }) => [upstreamUid, /Subject: (\w+)/.exec(block)?.[1]]);
  const there = fake
    .contents('Box')
    .map(({ uid, bytes }) => [uid, /Subject: (\w+)/.exec(Buffer.from(bytes).toString())?.[1]]);
  expect(here).toEqual(there);
  expect(here.map(([, subject]) => subject)).toEqual(['two', 'one']);
});
