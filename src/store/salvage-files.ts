// Texts of messages that nothing names any more once an index has been salvaged: some may exist only here, so they are kept
// for the user to look at. They would be cleared away otherwise.
import { copyFileSync, linkSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { bodyPath } from './backup.js';

const REF = /^[0-9a-f]{64}$/;

/**
 * Puts them into a directory of their own, as files a mail program can open; it is made if there are any.
 * @returns how many there are @throws Node's errors of the file system
 */
export function keepUnnamed(bodies: string, into: string, isKept: (bodyRef: string) => boolean): number {
  const refs = folders(bodies).flatMap((folder) =>
    readdirSync(join(bodies, folder)).filter((name) => REF.test(name) && isKept(name)),
  );
  if (refs.length > 0) mkdirSync(into, { recursive: true, mode: 0o700 });
  for (const ref of refs) {
    const [from, to] = [bodyPath(bodies, ref), join(into, `${ref.slice(0, 16)}.eml`)];
    try {
      linkSync(from, to);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // From a salvage that was interrupted; else a file system without links.
      if (code !== 'EEXIST') copyFileSync(from, to);
    }
  }
  return refs.length;
}

function folders(bodies: string): string[] {
  try {
    return readdirSync(bodies).filter((name) => /^[0-9a-f]{2}$/.test(name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
