// The arithmetic of flags that are true in two places (DESIGN §6, §7): what the upstream says, what the user did, and
// which of the two wins for now. Pure.
import { type FlagSet, normalKeywords } from '../mail/flags.js';
import { type CopyFlags, joinKeywords, splitKeywords } from '../store/copies.js';
import type { FlagSupport } from '../store/sources.js';

/** A change of flags as a client asked for it: bits and keywords to add and to remove. */
export interface FlagChange {
  readonly add: FlagSet;
  readonly remove: FlagSet;
}

const lower = (keyword: string) => keyword.toLowerCase();
const lowerSet = (keywords: readonly string[]) => new Set(keywords.map(lower));

/** What has to change to turn the copy's visible flags by a STORE. */
export function changeOf(copy: CopyFlags, operation: 'add' | 'remove' | 'replace', flags: FlagSet): FlagChange {
  const present = splitKeywords(copy.keywords);
  const presentSet = lowerSet(present);
  const wanted = lowerSet(flags.keywords);
  const adds = operation !== 'remove';
  const removedSystem = operation === 'add' ? 0 : operation === 'remove' ? flags.system : ~flags.system;
  const removedKeywords =
    operation === 'add' ? [] : present.filter((keyword) => wanted.has(lower(keyword)) === (operation === 'remove'));
  return {
    add: {
      system: adds ? flags.system & ~copy.flags : 0,
      keywords: adds ? flags.keywords.filter((keyword) => !presentSet.has(lower(keyword))) : [],
    },
    remove: { system: copy.flags & removedSystem, keywords: removedKeywords },
  };
}

export const isNoChange = ({ add, remove }: FlagChange): boolean =>
  add.system === 0 && remove.system === 0 && add.keywords.length === 0 && remove.keywords.length === 0;

/** The copy after the user's change: visible flags turned, and marked as ours until the upstream has confirmed them. */
export function withChange<T extends CopyFlags>(copy: T, { add, remove }: FlagChange): T {
  const flags = (copy.flags | add.system) & ~remove.system;
  // Most changes are of \Seen, \Flagged, \Deleted alone, of thousands of messages at once.
  if (add.keywords.length === 0 && remove.keywords.length === 0)
    return { ...copy, flags, ownFlags: copy.ownFlags | add.system | remove.system };
  const gone = lowerSet(remove.keywords);
  const keywords = splitKeywords(copy.keywords).filter((keyword) => !gone.has(lower(keyword)));
  return {
    ...withoutChange(copy, { add, remove }),
    flags,
    keywords: joinKeywords(normalKeywords([...keywords, ...add.keywords])),
  };
}

/** The copy of a message that is then changed: what is changed there stays here as it is, whatever the upstream copies. */
export function withoutChange<T extends CopyFlags>(copy: T, { add, remove }: FlagChange): T {
  const own = [...splitKeywords(copy.ownKeywords), ...[...add.keywords, ...remove.keywords].map(lower)];
  return {
    ...copy,
    ownFlags: copy.ownFlags | add.system | remove.system,
    ownKeywords: joinKeywords(normalKeywords(own)),
  };
}

/** A new copy that no upstream has: all its flags are ours until the upstream has confirmed them. */
export function asOurs(flags: FlagSet): CopyFlags {
  const keywords = joinKeywords(flags.keywords);
  return {
    upstreamFlags: 0,
    upstreamKeywords: '',
    flags: flags.system,
    keywords,
    ownFlags: flags.system,
    ownKeywords: keywords.toLowerCase(),
  };
}

/** The copy in a source that keeps other flags than its own does: what is not kept there is ours there. */
export function withUnkept(copy: CopyFlags, source: FlagSupport): CopyFlags {
  const unkept = splitKeywords(copy.keywords).filter((keyword) => !keepsKeyword(source, keyword));
  const own = [...splitKeywords(copy.ownKeywords), ...unkept.map(lower)];
  return {
    ...copy,
    ownFlags: copy.ownFlags | (copy.flags & ~source.keptSystemFlags),
    ownKeywords: joinKeywords(normalKeywords(own)),
  };
}

/** Whether a source's upstream keeps the keyword, as far as it has told (PERMANENTFLAGS). */
export const keepsKeyword = ({ keepsNewKeywords, keepsKeywords }: FlagSupport, keyword: string): boolean =>
  keepsNewKeywords || keepsKeywords.includes(lower(keyword));

/** The copy after the upstream told its flags: ours win where they are marked so. */
export function withUpstream(copy: CopyFlags, upstream: FlagSet): CopyFlags {
  const own = new Set(splitKeywords(copy.ownKeywords));
  const ours = splitKeywords(copy.keywords).filter((keyword) => own.has(lower(keyword)));
  const theirs = upstream.keywords.filter((keyword) => !own.has(lower(keyword)));
  return {
    ...copy,
    upstreamFlags: upstream.system,
    upstreamKeywords: joinKeywords(upstream.keywords),
    flags: (upstream.system & ~copy.ownFlags) | (copy.flags & copy.ownFlags),
    keywords: joinKeywords(normalKeywords([...ours, ...theirs])),
  };
}

/** What still counts as ours: what other journal rows owe, and what the upstream cannot keep. */
export interface StillOurs {
  readonly system: number;
  /** Lower case. */
  readonly keywords: ReadonlySet<string>;
}

/** The copy after the upstream has carried a change out: confirmed flags follow the upstream again. */
export function withConfirmed(copy: CopyFlags, { add, remove }: FlagChange, still: StillOurs): CopyFlags {
  const gone = lowerSet(remove.keywords);
  const upstreamKeywords = normalKeywords([
    ...splitKeywords(copy.upstreamKeywords).filter((keyword) => !gone.has(lower(keyword))),
    ...add.keywords,
  ]);
  return withOwn(
    {
      ...copy,
      upstreamFlags: (copy.upstreamFlags | add.system) & ~remove.system,
      upstreamKeywords: joinKeywords(upstreamKeywords),
    },
    still,
  );
}

/** The copy with a new extent of what is ours; the rest is as the upstream has it. */
export function withOwn(copy: CopyFlags, still: StillOurs): CopyFlags {
  const own = splitKeywords(copy.ownKeywords).filter((keyword) => still.keywords.has(keyword));
  return withUpstream(
    { ...copy, ownFlags: copy.ownFlags & still.system, ownKeywords: joinKeywords(own) },
    { system: copy.upstreamFlags, keywords: splitKeywords(copy.upstreamKeywords) },
  );
}

/** Whether a client would see a difference. */
export const isVisibleChange = (before: CopyFlags, after: CopyFlags): boolean =>
  before.flags !== after.flags || before.keywords !== after.keywords;

/** Whether there is anything to write. */
export const isSame = (a: CopyFlags, b: CopyFlags): boolean =>
  !isVisibleChange(a, b) &&
  a.upstreamFlags === b.upstreamFlags &&
  a.upstreamKeywords === b.upstreamKeywords &&
  a.ownFlags === b.ownFlags &&
  a.ownKeywords === b.ownKeywords;
