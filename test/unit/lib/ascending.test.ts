import { expect, it } from 'vitest';
import { indexIn, lowerBound } from '../../../src/lib/ascending.js';

const UIDS = Uint32Array.of(2, 3, 7, 4_294_967_295);

it.each([
  [0, 0, -1],
  [2, 0, 0],
  [4, 2, -1],
  [7, 2, 2],
  [8, 3, -1],
  [4_294_967_295, 3, 3],
])('%d', (value, bound, index) => {
  expect(lowerBound(UIDS, value)).toBe(bound);
  expect(indexIn(UIDS, value)).toBe(index);
  expect(indexIn(new Uint32Array(), value)).toBe(-1);
});
