// Messages put together at random from the pieces that parsers stumble over; the same every time.
import { lines, type Nasty } from './nasty.js';

/** A small generator of numbers (mulberry32): no test depends on which, only on their being the same. */
function createDice(seed: number) {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number): number => Math.floor(next() * n);
  return {
    below,
    chance: (p: number) => next() < p,
    pick: <T>(list: readonly T[]): T => list[below(list.length)] as T,
  };
}
type Dice = ReturnType<typeof createDice>;

const BOUNDARIES = ['b', 'bb', 'bbb', 'b-', 'b--', 'a b', 'B', 'x.y', '=_1', 'bb=', '__'];
const SUBTYPES = ['mixed', 'alternative', 'digest', 'related', 'report', 'signed', 'parallel'];
const LEAVES = [
  'text/plain',
  'text/html; charset=utf-8',
  'TEXT/PLAIN',
  'application/pdf',
  'image/gif; name="x y"',
  'message/delivery-status',
  'broken',
];
const FIELDS = [
  'Content-ID: <x>',
  'Content-Description: words',
  'Content-Disposition: attachment; filename=x',
  'Content-Language: de, en',
  'Content-MD5: md5',
  'Content-Location: here',
  'Content-Transfer-Encoding: base64',
  'Content-Transfer-Encoding: 8bit',
  'X-Other: y',
  'Subject: a part',
];
const TEXTS = ['', 'text', 'two\r\nlines', '\r\n', '--', '-- ', '--x', ' --b', '\xe4', 'a\r\n\r\nb'];
const ADDRESS_BITS = [
  'a',
  'b c',
  '"q q"',
  '"\\""',
  '<',
  '>',
  '@',
  ',',
  ';',
  ':',
  '(c)',
  '(',
  ')',
  '"',
  '\\',
  '.',
  ' ',
  '\t',
  'x@y.z',
  '<x@y.z>',
  '=?utf-8?q?a?=',
  '\xfc',
  '[1]',
  '\r\n ',
];

function part(dice: Dice, depth: number, outer: readonly string[]): string[] {
  const fields = FIELDS.filter(() => dice.chance(0.12));
  const kind = dice.below(depth > 4 ? 2 : 5);
  if (kind >= 3) {
    const boundary = dice.pick(dice.chance(0.1) && outer.length > 0 ? outer : BOUNDARIES);
    return [
      ...fields,
      `Content-Type: multipart/${dice.pick(SUBTYPES)}; boundary="${boundary}"`,
      '',
      ...children(dice, depth, [...outer, boundary], boundary),
    ];
  }
  if (kind === 2)
    return [
      ...fields,
      'Content-Type: message/rfc822',
      '',
      ...(dice.chance(0.7) ? ['Subject: inner', 'From: i@example.com'] : []),
      ...part(dice, depth + 1, outer),
    ];
  const type = dice.chance(0.7) ? [`Content-Type: ${dice.pick(LEAVES)}`] : [];
  return [...fields, ...type, ...(dice.chance(0.9) ? [''] : []), ...(dice.chance(0.85) ? [dice.pick(TEXTS)] : [])];
}

function children(dice: Dice, depth: number, outer: readonly string[], boundary: string): string[] {
  const out = dice.chance(0.2) ? ['preamble'] : [];
  for (let i = dice.below(4); i > 0; i--)
    out.push(`--${boundary}${dice.chance(0.05) ? ' ' : ''}`, ...part(dice, depth + 1, outer));
  if (dice.chance(0.8)) out.push(`--${boundary}--`);
  if (dice.chance(0.15)) out.push('epilogue');
  // An inner part may also break off with somebody else's delimiter.
  if (dice.chance(0.08)) out.push(`--${dice.pick(outer)}${dice.chance(0.3) ? '--' : ''}`);
  return out;
}

const randomTree = (dice: Dice, i: number): Nasty => {
  const text = lines('From: a@example.com', `Subject: random tree ${i}`, ...part(dice, 0, []));
  return [`random tree ${i}`, dice.chance(0.1) ? text.slice(0, text.length - dice.below(40)) : text];
};

const randomAddress = (dice: Dice): string =>
  Array.from({ length: 1 + dice.below(12) }, () => dice.pick(ADDRESS_BITS)).join('');
const randomHeader = (dice: Dice, i: number): Nasty => [
  `random header ${i}`,
  lines(
    `From: ${randomAddress(dice)}`,
    `To: ${randomAddress(dice)}`,
    `Sender: ${randomAddress(dice)}`,
    `Cc: ${randomAddress(dice)}`,
    `Content-Type: text/plain; name=${randomAddress(dice)}`,
    '',
    'x',
  ),
];

/** `count` trees and as many headers. */
export function randomMessages(count: number, seed: number): readonly Nasty[] {
  const dice = createDice(seed);
  return Array.from({ length: count }, (_, i) => [randomTree(dice, i), randomHeader(dice, i)]).flat();
}
