import { describe, expect, it } from 'vitest';
import { ALL_SYSTEM_FLAGS, flagSetOf, flagSetText, normalKeywords, systemFlagBit } from '../../../src/mail/flags.js';

describe('flags', () => {
  it.each<[string[], string]>([
    [[], ''],
    [['\\Seen', '\\Answered'], '\\Answered \\Seen'],
    [['\\SEEN', '\\seen'], '\\Seen'],
    [['$Work', '$work', 'b', 'A'], '$Work A b'],
    [['\\Recent', '\\*', '\\Nonsense', '', 'x'], 'x'],
    [['\\Draft', '\\Deleted', '\\Flagged', '\\Seen', '\\Answered'], '\\Answered \\Flagged \\Deleted \\Seen \\Draft'],
  ])('%j', (names, expected) => {
    expect(flagSetText(flagSetOf(names))).toBe(expected);
  });

  it('all bits', () => {
    const names = ['\\Answered', '\\Flagged', '\\Deleted', '\\Seen', '\\Draft'];
    expect(names.reduce((bits, name) => bits | (systemFlagBit(name) ?? 0), 0)).toBe(ALL_SYSTEM_FLAGS);
    expect(systemFlagBit('Seen')).toBeUndefined();
  });

  it('the first spelling of a keyword is kept', () => {
    expect(normalKeywords(['b', 'A', 'a', 'B'])).toEqual(['A', 'b']);
  });
});
