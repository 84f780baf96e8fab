// Switches as JSON: what is taken, and how the rest is refused.
import { expect, test } from 'vitest';
import { DEMO_PROVIDERS } from '../../../src/config/schema.js';
import { PERSONALITIES, PERSONALITY_NAMES, QUIRK_NAMES, type Quirks, readQuirks } from '../../../src/demo/index.js';
import { NO_QUIRKS } from '../../../src/demo/quirks.js';

test.each(PERSONALITY_NAMES)('%s could be written in JSON', (name) => {
  const { quirks } = PERSONALITIES[name];
  const written = Object.fromEntries(Object.entries(quirks).filter(([, value]) => value !== undefined));
  expect({ ...NO_QUIRKS, ...readQuirks(JSON.parse(JSON.stringify(written))) }).toEqual(quirks);
});

test('null turns a switch off', () => {
  expect(readQuirks({ requireId: null, keepsKeywords: null })).toEqual({ requireId: undefined, keepsKeywords: true });
});

const refused: readonly [json: unknown, message: string | RegExp][] = [
  [[], 'quirks are an object, such as {"noIdle": true}'],
  ['noIdle', 'quirks are an object, such as {"noIdle": true}'],
  [{ nodle: true }, '"nodle" is no switch: did you mean "noIdle"?'],
  [{ x: true }, /^"x" is no switch: there are greetingCaps, postLoginCaps, /],
  [{ __proto__x: 1 }, /is no switch/],
  [{ noIdle: 'yes' }, /^noIdle: .*expected boolean/],
  [{ requireId: 'two\r\nlines' }, 'requireId: must be one line of ASCII'],
  [{ throttleAfter: { commands: '5', text: 'x', forMs: 1 } }, /^throttleAfter\.commands: .*expected number/],
  [{ throttleAfter: { commands: 5, text: 'x' } }, /^throttleAfter\.forMs: /],
  [{ maxConnections: { count: 5, text: 'x', also: 1 } }, /^maxConnections: .*also/],
  [{ peekReturnsNothing: [1, 0] }, /^peekReturnsNothing\.1: /],
  [{ foreignFrom: { is: 'refusedAtMail', code: 250, text: 'x' } }, /^foreignFrom/],
  [{ noIdle: 1, sizeLies: 0.5 }, /^noIdle: .*\nsizeLies: /],
];
test.each(refused)('%j is refused', (json, message) => {
  expect(() => readQuirks(json)).toThrow(message);
});

test('the configuration offers every personality', () => {
  expect([...DEMO_PROVIDERS].sort()).toEqual(Object.keys(PERSONALITIES).sort());
});

/** The switches as providers.md §12 names them, and what each is called here. */
const OF_THE_LIST: readonly (readonly [switchName: string, ...fields: (keyof Quirks)[]])[] = [
  ['greetingCaps', 'greetingCaps'],
  ['postLoginCaps', 'postLoginCaps'],
  ['requireId', 'requireId'],
  ['ascendingSetsOnly', 'ascendingSetsOnly'],
  ['dropLongLines(6000)', 'dropLongLines'],
  ['searchIgnores(text)', 'searchIgnoresTexts', 'searchIgnoresGroups'],
  ['searchBad(TEXT)', 'searchBad'],
  ['renumberUids(withOrWithoutUidvalidity)', 'renumberUids'],
  ['visibleDays(30)', 'visibleDays'],
  ['noExpungeInIdle', 'noExpungeInIdle'],
  ['noFlagsInIdle', 'noFlagsInIdle'],
  ['noIdle', 'noIdle'],
  ['noopDoesNotKeepAlive', 'noopDoesNotKeepAlive', 'idleTimeoutMs'],
  ['statusOmits(UIDNEXT)', 'statusOmits'],
  ['savesSent(afterMs, newMessageId)', 'savesSent', 'savesSentAfterMs'],
  ['rewritesAppend', 'rewritesAppend'],
  ['sizeLies', 'sizeLies'],
  ['peekReturnsNothing(uid)', 'peekReturnsNothing'],
  ['permutedCopyuid', 'permutedCopyuid'],
  ['malformedVanished', 'malformedVanished'],
  ['enableWithoutEnabledReply', 'enableWithoutEnabledReply'],
  ['brokenRev2', 'brokenRev2'],
  ['labelStore', 'labelStore'],
  ['autoTrashDisconnect', 'autoTrashDisconnect'],
  ['throttleAfter(n, text)', 'throttleAfter', 'bandwidth'],
  ['authFailChallenge', 'authFailChallenge'],
  ['loginFrequencyLimit', 'loginFrequencyLimit'],
  ['maxConnections(n, text)', 'maxConnections'],
  ['messageLimit(1000)', 'messageLimit', 'messageLimitBad'],
  ['selectCap(10000)', 'selectCap'],
  ['fromMustEqualLogin', 'foreignFrom'],
  ['tokenExpiresIn(s)', 'tokenExpiresIn'],
  ['rotateRefreshToken', 'rotateRefreshToken'],
];
test.each(OF_THE_LIST)('%s is there', (_, ...fields) => {
  expect(QUIRK_NAMES).toEqual(expect.arrayContaining(fields));
});
