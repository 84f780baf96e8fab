import { UpstreamError } from '../../mail/errors.js';
import { type FlagSet, NO_FLAGS } from '../../mail/flags.js';
import { rangesOf } from '../../mail/sequence-set.js';
import type { JournalRow } from '../../store/journal.js';
import type { SourceRow } from '../../store/sources.js';
import { pushable } from '../actions/flags.js';
import type { FlagChange } from '../copy-flags.js';
import { loseFlagSupport } from '../sync/flag-support.js';
import type { LaneSession } from '../sync/lane.js';
import { confirmFlags } from './binding.js';
import type { JournalContext } from './context.js';
import { selectForCopies } from './still-there.js';

const isEmpty = ({ system, keywords }: FlagSet): boolean => system === 0 && keywords.length === 0;

/** Rows of one source with the same payload: one STORE for all their messages. */
export async function carryFlags(
  context: JournalContext,
  lane: LaneSession,
  rows: readonly JournalRow[],
): Promise<number[]> {
  const { store, unit } = context;
  const [first] = rows;
  const source = first?.sourceId ? store.sources.get(first.sourceId) : undefined;
  const change = JSON.parse(first?.payload ?? '{}') as FlagChange;
  // As they are now: read again when the upstream has answered.
  const targetCopies = () =>
    new Map(rows.flatMap((row) => store.journal.targetCopies(row.id).map((copy) => [copy.id, copy] as const)));
  const uids = [...targetCopies().values()].flatMap(({ upstreamUid }) => upstreamUid ?? []).sort((a, b) => a - b);
  let dropped: readonly string[] = [];
  if (source && uids.length > 0) {
    const state = await selectForCopies(context, lane, source, [...targetCopies().values()]);
    if (!state) return [source.id];
    loseFlagSupport(store, source, state);
    const ranges = rangesOf(uids);
    if (!isEmpty(change.add)) dropped = await lane.session.storeFlags(ranges, 'add', change.add);
    if (!isEmpty(change.remove)) await lane.session.storeFlags(ranges, 'remove', change.remove);
    // Kept here from now on, like what PERMANENTFLAGS does not list.
    if (dropped.length > 0) loseFlagSupport(store, source, { ...state, keepsNewKeywords: false });
  }
  unit.batch((work) => {
    const copies = targetCopies();
    for (const row of rows) store.journal.remove(row.id);
    const owesMore = source !== undefined && store.journal.head(source.accountId, 1).length > 0;
    const keywords = change.add.keywords.filter((keyword) => !dropped.includes(keyword.toLowerCase()));
    const done = { ...change, add: { ...change.add, keywords } };
    confirmFlags(store, work, [...copies.values()], done, owesMore);
  });
  return [];
}

/**
 * The flags of what has been stored by APPEND. A keyword that is new to the server may have been dropped: it is looked for, and
 * if it is not there a STORE is owed when the copy is bound, which looks closer. @throws {UpstreamError} transient
 */
export async function appendedFlags(
  lane: LaneSession,
  source: SourceRow,
  uid: number,
  given: FlagSet,
): Promise<FlagSet> {
  const { add } = pushable({ add: given, remove: NO_FLAGS }, source, false);
  if (add.keywords.every((keyword) => source.keepsKeywords.includes(keyword.toLowerCase()))) return add;
  let there: FlagSet | undefined;
  try {
    await lane.selectKnown(source, { upTo: uid });
    await lane.session.fetchFlags([[uid, uid]], (rows) => {
      there = rows.find((row) => row.uid === uid)?.flags;
    });
  } catch (error) {
    // The message has been taken: that it cannot be looked at is no refusal of it.
    if (!(error instanceof UpstreamError) || error.kind !== 'permanent') throw error;
  }
  return there ?? add;
}
