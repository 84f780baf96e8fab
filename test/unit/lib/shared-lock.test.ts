import { expect, it } from 'vitest';
import { createSharedLock } from '../../../src/lib/shared-lock.js';

/** A piece of work that ends when told, and notes its beginning and end. */
function piece(name: string, log: string[]) {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const work = async () => {
    log.push(`${name}+`);
    await ended;
    log.push(`${name}-`);
    return name;
  };
  return { work, end };
}
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

it('shared ones run side by side, an exclusive one alone, later ones after it', async () => {
  const lock = createSharedLock();
  const log: string[] = [];
  const a = piece('a', log);
  const b = piece('b', log);
  const x = piece('x', log);
  const c = piece('c', log);
  const all = [lock.shared(a.work), lock.shared(b.work), lock.exclusive(x.work), lock.shared(c.work)];
  await turn();
  expect(log).toEqual(['a+', 'b+']);
  a.end();
  await turn();
  expect(log).toEqual(['a+', 'b+', 'a-']);
  b.end();
  await turn();
  expect(log.slice(3)).toEqual(['b-', 'x+']);
  c.end();
  await turn();
  x.end();
  expect(await Promise.all(all)).toEqual(['a', 'b', 'x', 'c']);
  expect(log.slice(5)).toEqual(['x-', 'c+', 'c-']);
});

it('work that fails lets the next ones in', async () => {
  const lock = createSharedLock();
  const fail = () => Promise.reject(new Error('no'));
  await expect(lock.shared(fail)).rejects.toThrow('no');
  await expect(lock.exclusive(fail)).rejects.toThrow('no');
  expect(await lock.exclusive(async () => 1)).toBe(1);
  expect(await lock.shared(async () => 2)).toBe(2);
});
