// Before the source of a move between accounts goes, its new home is read; what a provider rewrites is neither lost nor multiplied.
import { expect, test } from 'vitest';
import { createRig, useVirtualTime } from '../../../support/core-harness.js';
import { mail, one, problemsOf, shownTokens, uidOf, upstreamTokens } from '../../../support/core-mail.js';
import { createFakeUpstream, type FakeUpstream } from '../../../support/fake-connector.js';

useVirtualTime();

/** A server that stores another message than it was given. */
function rewrites(fake: FakeUpstream, path: string, change: (text: string) => string): void {
  fake.before = ({ method }) => {
    if (method !== 'select' && method !== 'fetchHeaders') return;
    for (const message of fake.contents(path)) {
      const text = Buffer.from(message.bytes).toString('utf8');
      if (!text.includes('X-Rewritten:'))
        Object.assign(message, { bytes: Buffer.from(`X-Rewritten: yes\r\n${change(text)}`) });
    }
  };
}

async function moveInto(change: (text: string) => string) {
  const [a, b] = [createFakeUpstream(), createFakeUpstream()];
  a.deliver('INBOX', mail('m'));
  const accounts = [
    { name: 'A', fake: a },
    { name: 'B', fake: b },
  ];
  const rig = await createRig({ accounts });
  await rig.settle();
  rewrites(b, 'Archive', change);
  rig.core.actions.move(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'm')), 'B/Archive');
  await rig.settle();
  return { a, b, rig };
}

test('another Message-ID, all else the same: it has arrived, once', async () => {
  const { a, b, rig } = await moveInto((text) => text.replace('<m@test>', '<other@test>'));
  await using _ = rig;
  expect(upstreamTokens(b, 'Archive')).toEqual(['other']);
  expect([upstreamTokens(a, 'INBOX'), upstreamTokens(a, 'Trash')]).toEqual([[], ['m']]);
  expect(rig.core.overview.problems()).toEqual([]);
});

test('another message altogether: the original stays, and it is not tried for ever', async () => {
  const { a, b, rig } = await moveInto((text) => text.replaceAll(/m@test|Subject: m/g, 'spoilt@test'));
  await using _ = rig;
  expect(b.contents('Archive')).toHaveLength(1);
  expect([upstreamTokens(a, 'INBOX'), shownTokens(rig, 'INBOX')]).toEqual([['m'], ['m']]);
  expect(problemsOf(rig)[0]).toMatch(/verified/);
});
