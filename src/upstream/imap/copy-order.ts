// Whether the pairs of COPYUID are the right ones (Yahoo's are permuted): seen at the first transfers of several messages, by
// their sizes.

import { UpstreamError } from '../../mail/errors.js';
import { countRanges, type NumberRanges, rangesOf } from '../../mail/sequence-set.js';
import type { SelectedSource, Transferred } from '../connector.js';
import type { FetchContext } from './fetch.js';
import { fetchedItems } from './rows.js';
import { splitSet } from './sets.js';

/** More messages at a time prove no more. */
const MAX_MESSAGES = 100;
/** Messages of one size prove nothing: after so many transfers of such it is left at that. */
export const MAX_CHECKS = 3;

type Sizes = ReadonlyMap<number, number>;

export const isCheckable = (uids: NumberRanges): boolean => countRanges(uids) > 1 && countRanges(uids) <= MAX_MESSAGES;

/** Of messages of the selected mailbox. @throws {UpstreamError} */
async function sizesOf({ wire, flags, traits }: FetchContext, uids: NumberRanges): Promise<Sizes> {
  const sizes = new Map<number, number>();
  for (const { text } of splitSet(uids, 40, traits))
    await wire.run('UID FETCH', [`${text} (UID RFC822.SIZE)`], {
      untagged: {
        FETCH: (response) => {
          const { uid, sizeBytes } = fetchedItems(response, flags) ?? {};
          if (uid !== undefined && sizeBytes !== undefined) sizes.set(uid, sizeBytes);
        },
      },
    });
  return sizes;
}

/** In the target, which is looked at without changing anything there. Undefined: the sizes cannot tell. @throws {UpstreamError} */
async function isInOrder(
  context: FetchContext,
  target: string,
  { pairs = new Map() }: Transferred,
  before: Sizes,
): Promise<boolean | undefined> {
  const known = [...pairs].flatMap(([from, to]) => (before.has(from) ? [{ to, size: before.get(from) }] : []));
  if (new Set(known.map(({ size }) => size)).size < 2) return undefined;
  await context.wire.run('EXAMINE', [target], { untagged: { EXISTS: () => undefined, FLAGS: () => undefined } });
  const uids = known.map(({ to }) => to).sort((a, b) => a - b);
  const after = await sizesOf(context, rangesOf(uids));
  // Somebody else may have taken some away since.
  const there = known.filter(({ to }) => after.has(to));
  if (there.length < 2) return undefined;
  return there.every(({ to, size }) => after.get(to) === size);
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
  const before = await sizesOf(context, uids);
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
