// The arithmetic of flags that are true in two places.
import { describe, expect, test } from 'vitest';
import { pushable } from '../../../src/core/actions/flags.js';
import {
  asOurs,
  changeOf,
  isVisibleChange,
  keepsKeyword,
  withChange,
  withConfirmed,
  withOwn,
  withUnkept,
  withUpstream,
} from '../../../src/core/copy-flags.js';
import { flagSetOf, NO_FLAGS } from '../../../src/mail/flags.js';
import { type CopyFlags, splitKeywords } from '../../../src/store/copies.js';
import type { FlagSupport } from '../../../src/store/sources.js';

const set = (text: string) => flagSetOf(text.split(' ').filter(Boolean));
const bits = (text: string) => set(text).system;

/** As the upstream has it, nothing of ours. */
const told = (text: string): CopyFlags => withUpstream(asOurs(NO_FLAGS), set(text));
const seen = ({ flags, keywords }: CopyFlags) => ({ system: flags, keywords: splitKeywords(keywords) });
const stored = (copy: CopyFlags, operation: 'add' | 'remove' | 'replace', text: string) =>
  withChange(copy, changeOf(copy, operation, set(text)));
const nothing = { system: 0, keywords: new Set<string>() };

const support = (text: string): FlagSupport => ({
  keptSystemFlags: bits(text),
  keepsNewKeywords: text.includes('\\*'),
  keepsKeywords: set(text.replace('\\*', '')).keywords.map((keyword) => keyword.toLowerCase()),
});

describe('STORE', () => {
  test.each([
    ['\\Seen $A', 'add', '\\Flagged $a', '\\Seen \\Flagged $A'],
    ['\\Seen $A', 'remove', '\\Seen $a $b', ''],
    ['\\Seen $A', 'replace', '\\Flagged $B', '\\Flagged $B'],
    ['', 'add', '', ''],
  ] as const)('%j, %s %j', (before, operation, flags, after) => {
    expect(seen(stored(told(before), operation, flags))).toEqual(set(after));
  });

  test('ours win over what the upstream tells, until it has confirmed them', () => {
    const flagged = stored(told('\\Seen'), 'add', '\\Flagged $A');
    expect(seen(withUpstream(flagged, set('\\Answered')))).toEqual(set('\\Answered \\Flagged $A'));
    const confirmed = withConfirmed(flagged, { add: set('\\Flagged $A'), remove: NO_FLAGS }, nothing);
    expect(isVisibleChange(flagged, confirmed)).toBe(false);
    expect(seen(withUpstream(confirmed, set('\\Answered')))).toEqual(set('\\Answered'));
  });

  test('put back: what is ours no more is as the upstream has it', () => {
    expect(seen(withOwn(stored(told('\\Seen $A'), 'replace', '\\Flagged'), nothing))).toEqual(set('\\Seen $A'));
  });
});

describe('what an upstream does not keep', () => {
  test.each([
    ['\\Seen \\Flagged \\*', '\\Flagged $A', '\\Flagged $A'],
    ['\\Seen $a', '\\Seen \\Flagged $A $B', '\\Seen $A'],
    ['', '\\Seen $A', ''],
    ['\\Seen \\Deleted \\*', '\\Seen \\Deleted', '\\Seen'],
  ])('%j: of %j it is owed %j', (kept, flags, owed) => {
    const change = { add: set(flags), remove: NO_FLAGS };
    expect(pushable(change, support(kept), false)).toEqual({ add: set(owed), remove: NO_FLAGS });
    expect(pushable({ add: NO_FLAGS, remove: set(flags) }, support(kept), false).remove).toEqual(set(owed));
  });

  test("\\Deleted is owed where the mailbox is the account's own, and where it is kept", () => {
    const change = { add: set('\\Deleted'), remove: NO_FLAGS };
    expect(pushable(change, support('\\Deleted'), true).add).toEqual(set('\\Deleted'));
    expect(pushable(change, support('\\Seen'), true).add).toEqual(NO_FLAGS);
  });

  test('a copy elsewhere keeps it as ours', () => {
    const copy = withUnkept(told('\\Seen \\Flagged $A $B'), support('\\Seen $b'));
    expect({ own: copy.ownFlags, keywords: copy.ownKeywords }).toEqual({ own: bits('\\Flagged'), keywords: '$a' });
    expect(seen(withUpstream(copy, set('')))).toEqual(set('\\Flagged $A'));
  });

  test('keywords have no case', () => {
    expect([keepsKeyword(support('$junk'), '$Junk'), keepsKeyword(support('$junk'), '$Junk2')]).toEqual([true, false]);
    expect(keepsKeyword(support('\\*'), 'anything')).toBe(true);
  });
});
