import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Node's error code (`ENOENT`, `EADDRINUSE`, …) of anything thrown. */
export const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** Makes the directory (and its parents); a directory it makes is for this user alone (0700). */
export async function ensurePrivateDirectory(path: string): Promise<void> {
  // Not mkdir's own `recursive`: on Linux it never returns where the file system answers ENOENT to mkdir (/proc).
  if (await isDirectory(path)) return;
  if (dirname(path) !== path) await ensurePrivateDirectory(dirname(path));
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST' || !(await isDirectory(path))) throw error;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return false;
    throw error;
  }
}

/** Replaces the file in one step: a reader, or a crash, sees the old text or the new one, never half. */
export async function writeFileWhole(path: string, text: string | Uint8Array, mode = 0o644): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    // The mode given to open() is narrowed by the umask: say it again.
    await chmod(temporary, mode);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** A file for this user alone (0600) in a directory that is made when missing. */
export async function writePrivateFile(path: string, text: string | Uint8Array): Promise<void> {
  await ensurePrivateDirectory(dirname(path));
  await writeFileWhole(path, text, 0o600);
}
