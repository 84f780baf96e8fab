// Which flags a source's upstream keeps (PERMANENTFLAGS), as its latest SELECT told; the others are kept here (providers.md
// §13.16), so that what our own PERMANENTFLAGS say is true of every message.
import { splitKeywords } from '../../store/copies.js';
import type { FlagSupport, SourceRow } from '../../store/sources.js';
import type { Store } from '../../store/store.js';
import type { SelectedSource } from '../../upstream/connector.js';
import { oweFlags } from '../journal/binding.js';
import type { UnitOfWork } from '../unit-of-work.js';

/** Notes it. What was kept here and can be kept there from now on is owed to the upstream. */
export function keepFlagSupport(
  { store, unit }: { readonly store: Store; readonly unit: UnitOfWork },
  source: SourceRow,
  selected: SelectedSource,
): void {
  const now = supportOf(selected);
  // As it is known now: the caller's row may be older.
  const before = store.sources.get(source.id);
  if (!before || isSame(before, now)) return;
  unit.durable((work) => {
    store.sources.setFlagSupport(source.id, now);
    if (!isMore(before, now)) return;
    for (const copy of store.copies.withOwnFlags(source.id)) {
      oweFlags(store, work, copy, { system: copy.upstreamFlags, keywords: splitKeywords(copy.upstreamKeywords) });
    }
  });
}

/**
 * Notes only what is kept no longer: for a selection that may be older than the latest look. What such a STORE leaves out
 * silently stays ours then.
 */
export function loseFlagSupport(store: Store, source: SourceRow, selected: SelectedSource): void {
  const before = store.sources.get(source.id);
  const told = supportOf(selected);
  if (!before) return;
  const both: FlagSupport = {
    keptSystemFlags: before.keptSystemFlags & told.keptSystemFlags,
    keepsNewKeywords: before.keepsNewKeywords && told.keepsNewKeywords,
    keepsKeywords: before.keepsNewKeywords
      ? told.keepsKeywords
      : before.keepsKeywords.filter((keyword) => told.keepsNewKeywords || told.keepsKeywords.includes(keyword)),
  };
  if (!isSame(before, both)) store.sources.setFlagSupport(source.id, both);
}

const supportOf = ({ permanentSystemFlags, keepsNewKeywords, keepsKeywords }: SelectedSource): FlagSupport => ({
  keptSystemFlags: permanentSystemFlags,
  keepsNewKeywords,
  keepsKeywords,
});

const isSame = (a: FlagSupport, b: FlagSupport): boolean =>
  a.keptSystemFlags === b.keptSystemFlags &&
  a.keepsNewKeywords === b.keepsNewKeywords &&
  a.keepsKeywords.join() === b.keepsKeywords.join();

/** Whether the second keeps a flag that the first did not. */
const isMore = (before: FlagSupport, now: FlagSupport): boolean =>
  (now.keptSystemFlags & ~before.keptSystemFlags) !== 0 ||
  (!before.keepsNewKeywords &&
    (now.keepsNewKeywords || now.keepsKeywords.some((keyword) => !before.keepsKeywords.includes(keyword))));
