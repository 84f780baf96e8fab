// Where the socket is. The path of a unix socket has room for 104 bytes on macOS and 108 on Linux, its closing NUL
// included; a data directory may well be longer.
import { createHash } from 'node:crypto';
import { lstat, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { errorCode, writeFileWhole } from '../lib/files.js';

const MAX_SOCKET_PATH_BYTES = 103;
const SOCKET_NAME = 'gateway.sock';
/** When the data directory's path is too long: a file that holds the path of the socket in the temporary directory. */
const POINTER_NAME = 'gateway.sock.path';

const isPipe = process.platform === 'win32';

/** A name that only depends on the data directory. */
const pipeName = (dataDir: string): string =>
  `\\\\.\\pipe\\mail-gateway-${createHash('sha256').update(dataDir.toLowerCase()).digest('hex').slice(0, 24)}`;

const fits = (path: string): boolean => Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES;

/** The address of the control socket of the gateway that uses `dataDir`; undefined when there cannot be one. */
export async function findControlSocket(dataDir: string): Promise<string | undefined> {
  if (isPipe) return pipeName(dataDir);
  const path = join(dataDir, SOCKET_NAME);
  if (fits(path)) return path;
  try {
    return (await readFile(join(dataDir, POINTER_NAME), 'utf8')).trim();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** The address to listen at; makes the short-cut for a long data directory. */
export async function placeControlSocket(dataDir: string): Promise<string> {
  const found = await findControlSocket(dataDir);
  if (found !== undefined && (isPipe || dirname(found) === dataDir || (await isOwnDirectory(dirname(found)))))
    return found;
  const path = join(await mkdtemp(join(shortTmpdir(), 'mail-gateway-')), SOCKET_NAME);
  await writeFileWhole(join(dataDir, POINTER_NAME), `${path}\n`, 0o600);
  return path;
}

/** The temporary directory may have been emptied since, and somebody else may have made one of that name. */
async function isOwnDirectory(path: string): Promise<boolean> {
  try {
    const facts = await lstat(path);
    return facts.isDirectory() && facts.uid === process.getuid?.() && (facts.mode & 0o077) === 0;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

const shortTmpdir = (): string => (Buffer.byteLength(tmpdir()) < 60 ? tmpdir() : '/tmp');

/** Takes away what listening left behind. */
export async function removeControlSocket(dataDir: string, path: string): Promise<void> {
  if (isPipe) return;
  await rm(path, { force: true });
  if (dirname(path) === dataDir) return;
  await rm(join(dataDir, POINTER_NAME), { force: true });
  await rm(dirname(path), { recursive: true, force: true });
}

/** Whether an address is a file that a dead process may have left. */
export const leavesFile = !isPipe;
