// Body files after a power cut: a file may be there, have its size, and hold zeros. What does not agree is never served.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NO_FLAGS } from '../../../../src/mail/flags.js';
import { createRig, named, type Rig, useVirtualTime } from '../../../support/core-harness.js';
import { appendMail, mail, one, readBody, uidOf, upstreamTokens } from '../../../support/core-mail.js';
import { createFakeUpstream } from '../../../support/fake-connector.js';

useVirtualTime();

const bodiesIn = (directory: string) =>
  readdirSync(join(directory, 'bodies'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
const zeroed = (directory: string) => {
  for (const file of bodiesIn(directory)) writeFileSync(file, Buffer.alloc(statSync(file).size));
};
const halved = (directory: string) => {
  for (const file of bodiesIn(directory)) truncateSync(file, Math.floor(statSync(file).size / 2));
};

async function accounts() {
  const [a, b] = [createFakeUpstream(), createFakeUpstream()];
  a.deliver('INBOX', mail('small'));
  a.deliver('INBOX', `${mail('large')}${'All work and no play.\r\n'.repeat(20_000)}`);
  const rig = await createRig({
    accounts: named({ A: a, B: b }),
  });
  await rig.settle();
  return { a, b, rig };
}
const readAll = async (rig: Rig) => [await readBody(rig, 'INBOX', 1), await readBody(rig, 'INBOX', 2)];

describe.each([
  ['zeros', zeroed],
  ['half of it', halved],
])('a file with %s', (_, damage) => {
  test('is fetched again when it is asked for', async () => {
    const { rig } = await accounts();
    await using _rig = rig;
    const before = await readAll(rig);
    await rig.crash({}, damage);
    await rig.settle();
    expect(await readAll(rig)).toEqual(before);
  });

  test('never becomes a message of another account, and the message arrives there whole', async () => {
    const { b, rig } = await accounts();
    await using _rig = rig;
    const before = await readAll(rig);
    await rig.crash({}, damage);
    await rig.settle();
    rig.core.actions.move(rig.idOf('INBOX'), one(uidOf(rig, 'INBOX', 'large')), 'B/INBOX');
    await rig.settle();
    expect(upstreamTokens(b, 'INBOX')).toEqual(['large']);
    const [copy] = b.contents('INBOX');
    expect(Buffer.from(copy?.bytes ?? []).toString('latin1')).toBe(before[1]);
  });
});

test('files that nothing names are removed at the start; what is owed is not', async () => {
  const { a, rig } = await accounts();
  await using _ = rig;
  await readAll(rig);
  a.goOffline();
  await appendMail(rig, 'A/Drafts', mail('draft'), NO_FLAGS);
  const kept = bodiesIn(rig.directory).length;
  const stray = createHash('sha256').update('stray').digest('hex');
  await rig.crash({}, (directory) => {
    const folder = join(directory, 'bodies', stray.slice(0, 2));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, stray), 'stray');
  });
  await rig.until('it is gone', () => !bodiesIn(rig.directory).some((file) => file.endsWith(stray)));
  expect(bodiesIn(rig.directory)).toHaveLength(kept);
  a.goOnline();
  await rig.settle();
  expect(upstreamTokens(a, 'Drafts')).toEqual(['draft']);
});
