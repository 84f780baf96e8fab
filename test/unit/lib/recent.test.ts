import { expect, it } from 'vitest';
import { createRecent } from '../../../src/lib/recent.js';

const bytes = (length: number, fill = 1) => new Uint8Array(length).fill(fill);

it('keeps the most recently used within its budget', () => {
  const recent = createRecent(320);
  for (let i = 0; i < 32; i++) recent.set(`k${i}`, bytes(10, i));
  expect(recent.get('k0')).toEqual(bytes(10, 0));
  recent.set('new', bytes(10));
  expect(recent.has('k1')).toBe(false);
  expect(recent.has('k0')).toBe(true);
  expect(recent.get('k2')).toEqual(bytes(10, 2));
});

it('keeps copies, nothing large, and one of a key', () => {
  const recent = createRecent(320);
  const mine = bytes(10);
  recent.set('a', mine);
  mine.fill(9);
  expect(recent.get('a')).toEqual(bytes(10));
  recent.set('large', bytes(11));
  expect(recent.has('large')).toBe(false);
  for (let i = 0; i < 100; i++) recent.set('a', bytes(10, i));
  recent.set('b', bytes(10));
  expect(recent.get('a')).toEqual(bytes(10, 99));
});
