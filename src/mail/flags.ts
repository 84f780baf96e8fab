/** System flags as bits (RFC 9051 §2.3.2). \Recent is not here: it belongs to a session, not to a message. */
export const SystemFlag = {
  Seen: 1,
  Answered: 2,
  Flagged: 4,
  Deleted: 8,
  Draft: 16,
} as const;

export const ALL_SYSTEM_FLAGS = 31;

/** A message's flags. `keywords` are sorted and unique (compared without case, first spelling kept). */
export interface FlagSet {
  readonly system: number;
  readonly keywords: readonly string[];
}

export const NO_FLAGS: FlagSet = { system: 0, keywords: [] };

const NAMES: readonly (readonly [number, string])[] = [
  [SystemFlag.Answered, '\\Answered'],
  [SystemFlag.Flagged, '\\Flagged'],
  [SystemFlag.Deleted, '\\Deleted'],
  [SystemFlag.Seen, '\\Seen'],
  [SystemFlag.Draft, '\\Draft'],
];
const BITS = new Map(NAMES.map(([bit, name]) => [name.toLowerCase(), bit]));

/** The bit of a system flag's name in any case, or undefined for a keyword or an unknown `\Flag`. */
export const systemFlagBit = (name: string): number | undefined => BITS.get(name.toLowerCase());

/** The names of the flags of a bit mask, in a fixed order. */
export const systemFlagNames = (system: number): string[] =>
  NAMES.filter(([bit]) => system & bit).map(([, name]) => name);

/** A keyword of our own making that tells a message's account: shown, never stored, not for clients to change (DESIGN §5). */
export const isAccountTag = (keyword: string): boolean => /^\$acct_/i.test(keyword);

/** What a client may give a message: everything but the gateway's own keyword, which it may be handing back. */
export const withoutAccountTag = (flags: FlagSet): FlagSet => ({
  ...flags,
  keywords: flags.keywords.filter((keyword) => !isAccountTag(keyword)),
});

/** Sorted, without repetition (case-insensitively, the first spelling wins). */
export function normalKeywords(keywords: Iterable<string>): string[] {
  const seen = new Map<string, string>();
  for (const keyword of keywords) if (!seen.has(keyword.toLowerCase())) seen.set(keyword.toLowerCase(), keyword);
  return [...seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, keyword]) => keyword);
}

/** Flag names as they come over the wire → FlagSet. \Recent, `\*` and unknown backslash flags are dropped. */
export function flagSetOf(names: Iterable<string>): FlagSet {
  let system = 0;
  const keywords: string[] = [];
  for (const name of names) {
    const bit = systemFlagBit(name);
    if (bit !== undefined) system |= bit;
    else if (!name.startsWith('\\') && name !== '') keywords.push(name);
  }
  return { system, keywords: normalKeywords(keywords) };
}

/** What stands between the parentheses of FLAGS (…). */
export const flagSetText = (flags: FlagSet): string => [...systemFlagNames(flags.system), ...flags.keywords].join(' ');
