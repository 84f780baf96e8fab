import { expect, test } from 'vitest';
import { createLane, Priority } from '../../../../src/core/sync/lane.js';
import type { SourceRow } from '../../../../src/store/sources.js';
import type { SelectedSource, UpstreamSession } from '../../../../src/upstream/connector.js';

/** A session whose SELECT says `uidNext`, as it is at that time. */
function countingLane(uidNext: { now: number | undefined }) {
  const selects: string[] = [];
  const session = {
    closed: new Promise<void>(() => undefined),
    select: async (path: readonly string[]) => {
      selects.push(path.join('/'));
      return { uidNext: uidNext.now } as SelectedSource;
    },
  } as unknown as UpstreamSession;
  const lane = createLane(async () => session);
  const select = (path: string, options?: { fresh?: boolean; upTo?: number }) =>
    lane.run(Priority.push, ({ select }) => select({ path: [path] } as unknown as SourceRow, options));
  return { selects, select };
}

test('a selection is made anew for a message that came after it: the session does not know its uid yet', async () => {
  const uidNext: { now: number | undefined } = { now: 6 };
  const { selects, select } = countingLane(uidNext);
  await select('INBOX');
  await select('INBOX', { upTo: 5 });
  expect(selects).toEqual(['INBOX']);
  uidNext.now = 7;
  await select('INBOX', { upTo: 6 });
  await select('INBOX', { upTo: 6 });
  expect(selects).toEqual(['INBOX', 'INBOX']);
});

test('where UIDNEXT is not told, once for each higher uid', async () => {
  const { selects, select } = countingLane({ now: undefined });
  await select('INBOX', { upTo: 3 });
  await select('INBOX', { upTo: 3 });
  await select('INBOX', { upTo: 4 });
  expect(selects).toHaveLength(2);
});

test('another source, and `fresh`, are always selected', async () => {
  const { selects, select } = countingLane({ now: 10 });
  await select('INBOX');
  await select('Sent');
  await select('INBOX', { fresh: true });
  await select('INBOX', { fresh: true });
  expect(selects).toEqual(['INBOX', 'Sent', 'INBOX', 'INBOX']);
});
