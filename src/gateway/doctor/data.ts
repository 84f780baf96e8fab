// The data directory: whether it can be written to, has room, is private, and whether the index in it is sound. Only reads.
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readdirSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { errorCode } from '../../lib/files.js';
import { bodyPath } from '../../store/backup.js';
import { newestVersion } from '../../store/database.js';
import { checkWhole, faultOf, headerFault, lookForDamage } from '../../store/integrity.js';
import { type Finding, findings, quoted, type Said, same } from './finding.js';
import * as words from './words.js';

const say = findings('data');
const MB = 1024 * 1024;
/** With less, the gateway cannot be expected to live through the day. */
const LITTLE_BYTES = 100 * MB;

export function checkDirectory(dataDir: string): Finding[] {
  const facts = statSync(dataDir, { throwIfNoEntry: false });
  if (!facts) return [say.note(words.NO_DIRECTORY, same(dataDir))];
  const found: Finding[] = [];
  try {
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    found.push(say.ok(words.WRITABLE, same(dataDir)));
  } catch (error) {
    found.push(say.bad(words.NOT_WRITABLE, words.NOT_WRITABLE_REMEDY, same(`${dataDir}: ${errorCode(error)}`)));
  }
  const { bavail, bsize } = statfsSync(dataDir);
  const evidence = same(`${Math.floor((bavail * bsize) / MB)} MB`);
  found.push(
    bavail * bsize < LITTLE_BYTES ? say.bad(words.NO_ROOM, words.MAKE_ROOM, evidence) : say.ok(words.ROOM, evidence),
  );
  // What lies below a directory that others cannot enter is closed to them, whatever its own mode.
  const open = othersMayEnter(dataDir) ? READABLE.map((name) => join(dataDir, name)).filter(isOpenToOthers) : [];
  if (open.length > 0) found.push(say.bad(words.OPEN_TO_OTHERS, words.closeToOthers(open), same(open.join(', '))));
  return found;
}

const READABLE = ['gateway.db', 'gateway.db-wal', 'bodies', 'password'];
const modeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mode ?? 0;

const othersMayEnter = (directory: string): boolean =>
  process.platform !== 'win32' && (modeOf(directory) & 0o011) !== 0;

/** A file they may read, or a directory they may enter that holds one. */
function isOpenToOthers(path: string): boolean {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (!facts?.isDirectory()) return ((facts?.mode ?? 0) & 0o044) !== 0;
  return (
    (facts.mode & 0o011) !== 0 &&
    readdirSync(path, { recursive: true, withFileTypes: true }).some(
      (entry) => entry.isFile() && (modeOf(join(entry.parentPath, entry.name)) & 0o044) !== 0,
    )
  );
}

/** Opened read-only; undefined where there is none or it cannot be used, which is then among the findings. */
export function checkIndex(
  dataDir: string,
  isFull: boolean,
): { found: Finding[]; sqlite: Sqlite.Database | undefined } {
  const file = join(dataDir, 'gateway.db');
  if (!existsSync(file)) return { found: [], sqlite: undefined };
  const found = readdirSync(dataDir)
    .filter((name) => name.startsWith('gateway.db.damaged-') && !/-(wal|shm)$/.test(name))
    .map((name) => say.note(words.WAS_DAMAGED, same(join(dataDir, name)), words.DELETE_DAMAGED));
  const damaged = (fault: Said) => say.bad(words.DAMAGED, words.DAMAGED_REMEDY, fault);
  let sqlite: Sqlite.Database | undefined;
  try {
    const began = performance.now();
    const header = headerFault(file);
    sqlite = new Sqlite(file, { readonly: true, fileMustExist: true });
    const version = sqlite.pragma('user_version', { simple: true }) as number;
    if (version !== newestVersion()) {
      const what = version > newestVersion() ? words.NEWER : words.OLDER;
      sqlite.close();
      return {
        found: [...found, say.note(what, words.schemas(version, newestVersion()))],
        sqlite: undefined,
      };
    }
    const seen = header ?? lookForDamage(sqlite, file) ?? (isFull ? checkWhole(file) : undefined);
    const marked = existsSync(`${file}.damaged`) ? words.FOUND_DAMAGED : undefined;
    const fault = seen === undefined ? marked : quoted(seen);
    const size = same(`${Math.ceil(statSync(file).size / MB)} MB`);
    const what = isFull ? words.ALL_SOUND : words.LOOKS_SOUND;
    found.push(fault === undefined ? say.ok(what, size, performance.now() - began) : damaged(fault));
    if (isFull && fault === undefined) found.push(checkBodies(sqlite, join(dataDir, 'bodies')));
    if (fault === undefined) return { found, sqlite };
    // What a damaged index says is nothing to go by, and asking it may fail.
    sqlite.close();
    return { found, sqlite: undefined };
  } catch (error) {
    sqlite?.close();
    if (!(error instanceof Sqlite.SqliteError))
      return { found: [...found, damaged(quoted(String(error)))], sqlite: undefined };
    if (/^SQLITE_(BUSY|LOCKED)/.test(error.code))
      return {
        found: [...found, say.note(words.NOT_READABLE_NOW, quoted(error.message))],
        sqlite: undefined,
      };
    const isDamage = /^SQLITE_(CORRUPT|NOTADB|IOERR_SHORT_READ)/.test(error.code);
    const fault = isDamage
      ? damaged(quoted(faultOf(error)))
      : say.bad(words.NOT_READABLE, words.NOT_READABLE_REMEDY, quoted(error.message));
    return { found: [...found, fault], sqlite: undefined };
  }
}

/** Every body's size and hash. What the provider has is fetched again by itself. */
function checkBodies(sqlite: Sqlite.Database, directory: string): Finding {
  const rows = sqlite.prepare('SELECT ref, sizeBytes, pins FROM bodies').all() as {
    ref: string;
    sizeBytes: number;
    pins: number;
  }[];
  const broken = rows.filter(({ ref, sizeBytes }) => {
    const path = bodyPath(directory, ref);
    if (statSync(path, { throwIfNoEntry: false })?.size !== sizeBytes) return true;
    return createHash('sha256').update(readFileSync(path)).digest('hex') !== ref;
  });
  const evidence = words.bodiesSeen(rows.length, broken.length);
  if (broken.some(({ pins }) => pins > 0)) return say.bad(words.BODIES_LOST, words.BODIES_LOST_REMEDY, evidence);
  return broken.length === 0 ? say.ok(words.BODIES_WHOLE, evidence) : say.note(words.BODIES_BROKEN, evidence);
}
