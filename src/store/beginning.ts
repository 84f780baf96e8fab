import { closeSync, openSync, readSync } from 'node:fs';

/**
 * The first bytes of a file; undefined if it has fewer, or is not there. Of a file of SQLite's only before this process has the
 * database open: a process that closes any handle on it gives up all its locks (https://sqlite.org/howtocorrupt.html §2.2).
 */
export function beginningOf(file: string, length: number): Buffer | undefined {
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const bytes = Buffer.alloc(length);
    return readSync(handle, bytes, 0, length, 0) === length ? bytes : undefined;
  } finally {
    closeSync(handle);
  }
}
