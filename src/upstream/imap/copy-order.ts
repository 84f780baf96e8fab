// Whether the pairs of COPYUID are the right ones (Yahoo's are permuted): seen at the first transfers of several messages, by
// their sizes and dates.

import { UpstreamError } from '../../mail/errors.js';
import { countRanges, type NumberRanges, rangesOf } from '../../mail/sequence-set.js';
import type { SelectedSource, Transferred } from '../connector.js';
import type { FetchContext } from './fetch.js';
import { fetchedItems } from './rows.js';
import { splitSet } from './sets.js';

/** More messages at a time prove no more. */
const MAX_MESSAGES = 100;
/** Messages of one size and date prove nothing: after so many transfers of such it is left at that. */
export const MAX_CHECKS = 3;

interface Look {
  readonly size: number;
  /** Unix time, seconds. */
  readonly date: number | undefined;
}
type Looks = ReadonlyMap<number, Look>;

export const isCheckable = (uids: NumberRanges): boolean => countRanges(uids) > 1;

/** Neighbours: each has its place taken by the next where the order is wrong. */
function sampleOf(uids: NumberRanges): NumberRanges {
  let left = MAX_MESSAGES;
  return uids.flatMap(([first, last]): NumberRanges => {
    const end = Math.min(last, first + left - 1);
    left -= Math.max(0, end - first + 1);
    return end < first ? [] : [[first, end]];
  });
}

/** Of messages of the selected mailbox. @throws {UpstreamError} */
async function looksOf({ wire, flags, traits }: FetchContext, uids: NumberRanges): Promise<Looks> {
  const looks = new Map<number, Look>();
  for (const { text } of splitSet(uids, 40, traits))
    await wire.run('UID FETCH', [`${text} (UID RFC822.SIZE INTERNALDATE)`], {
      untagged: {
        FETCH: (response) => {
          const { uid, sizeBytes: size, internalDate: date } = fetchedItems(response, flags) ?? {};
          if (uid !== undefined && size !== undefined) looks.set(uid, { size, date });
        },
      },
    });
  return looks;
}

/** In the target, which is looked at without changing anything there. Undefined: the looks cannot tell. @throws {UpstreamError} */
async function isInOrder(
  context: FetchContext,
  target: string,
  { pairs = new Map() }: Transferred,
  before: Looks,
): Promise<boolean | undefined> {
  const known = [...pairs].flatMap(([from, to]) => {
    const was = before.get(from);
    return was ? [{ to, was }] : [];
  });
  if (new Set(known.map(({ was }) => `${was.size} ${was.date}`)).size < 2) return undefined;
  await context.wire.run('EXAMINE', [target], { untagged: { EXISTS: () => undefined, FLAGS: () => undefined } });
  const uids = known.map(({ to }) => to).sort((a, b) => a - b);
  const after = await looksOf(context, rangesOf(uids));
  // Somebody else may have taken some away since.
  const there = known.flatMap(({ to, was }) => {
    const is = after.get(to);
    return is ? [{ was, is }] : [];
  });
  if (there.length < 2) return undefined;
  if (there.some(({ was, is }) => was.size !== is.size)) return false;
  // A server need not keep the dates (RFC 9051 §6.4.7): what it gave anew tells nothing.
  const dates = new Set(there.map(({ was }) => was.date));
  const keepsDates = there.filter(({ is }) => dates.has(is.date)).length * 2 >= there.length;
  if (keepsDates && there.some(({ was, is }) => was.date !== is.date)) return false;
  const told = there.map(({ was }) => (keepsDates ? `${was.size} ${was.date}` : was.size));
  return new Set<unknown>(told).size < 2 ? undefined : true;
}

type Work = (context: FetchContext, uids: NumberRanges, target: string) => Promise<Transferred>;

/** The transfer, and then a look into the target. @param comeBack selects the source again @throws {UpstreamError} of the transfer */
export async function transferAndSee(
  context: FetchContext,
  uids: NumberRanges,
  target: string,
  work: Work,
  comeBack: () => Promise<SelectedSource>,
): Promise<Transferred> {
  const before = await looksOf(context, sampleOf(uids));
  const told = await work(context, uids, target);
  if (!told.pairs) return told;
  const { wire, view } = context;
  try {
    wire.defaults = {};
    const isRight = await isInOrder(context, target, told, before);
    if (isRight !== undefined) context.note({ copyOrder: isRight ? 'right' : 'wrong' });
    // Whoever holds the old numbering must not speak of the new one.
    if ((await comeBack()).uidValidity !== view.source.uidValidity) wire.destroy('the mailbox was renumbered');
    return isRight === false ? { uidValidity: undefined, pairs: undefined } : told;
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    // The transfer is done, whatever becomes of the connection.
    wire.destroy('the target of a transfer could not be looked at');
    return told;
  }
}
