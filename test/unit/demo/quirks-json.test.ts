// Switches as JSON: what is taken, and how the rest is refused.
import { expect, test } from 'vitest';
import { DEMO_PROVIDERS } from '../../../src/config/schema.js';
import { PERSONALITIES, PERSONALITY_NAMES, readQuirks } from '../../../src/demo/index.js';
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
