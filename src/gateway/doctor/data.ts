// The data directory: whether it can be written to, has room, is private, and whether the index in it is sound. Only reads.
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readdirSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { errorCode } from '../../lib/files.js';
import { bodyPath } from '../../store/backup.js';
import { newestVersion } from '../../store/database.js';
import { checkWhole, faultOf, headerFault, lookForDamage } from '../../store/integrity.js';
import { type Finding, findings, said } from './finding.js';

const say = findings('data');
const MB = 1024 * 1024;
/** With less, the gateway cannot be expected to live through the day. */
const LITTLE_BYTES = 100 * MB;

export function checkDirectory(dataDir: string): Finding[] {
  const facts = statSync(dataDir, { throwIfNoEntry: false });
  if (!facts)
    return [
      say.note(
        said('there is no data directory yet: the first start makes it', '尚无数据目录：首次启动时创建'),
        dataDir,
      ),
    ];
  const found: Finding[] = [];
  try {
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    found.push(say.ok(said('the data directory can be written to', '数据目录可写'), dataDir));
  } catch (error) {
    found.push(
      say.bad(
        said('the data directory cannot be written to', '数据目录不可写'),
        NOT_WRITABLE,
        `${dataDir}: ${errorCode(error)}`,
      ),
    );
  }
  const { bavail, bsize } = statfsSync(dataDir);
  const evidence = `${Math.floor((bavail * bsize) / MB)} MB`;
  found.push(
    bavail * bsize < LITTLE_BYTES
      ? say.bad(said('there is hardly room left on its disk', '磁盘空间几乎用尽'), MAKE_ROOM, evidence)
      : say.ok(said('there is room on its disk', '磁盘空间充足'), evidence),
  );
  // What lies below a directory that others cannot enter is closed to them, whatever its own mode.
  const open = othersMayEnter(dataDir) ? READABLE.map((name) => join(dataDir, name)).filter(isOpenToOthers) : [];
  if (open.length > 0)
    found.push(
      say.bad(
        said('others on this machine can read the mail', '本机其他用户可读取邮件'),
        said(`chmod go-rwx ${open.join(' ')}`, `chmod go-rwx ${open.join(' ')}`),
        open.join(', '),
      ),
    );
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
    .map((name) =>
      say.note(
        said('the index was damaged once, and made anew', '索引曾损坏并已重建'),
        join(dataDir, name),
        DELETE_DAMAGED,
      ),
    );
  const damaged = (fault: string) => say.bad(said('the index is damaged', '索引已损坏'), RESTART, fault);
  let sqlite: Sqlite.Database | undefined;
  try {
    const began = performance.now();
    const header = headerFault(file);
    sqlite = new Sqlite(file, { readonly: true, fileMustExist: true });
    const version = sqlite.pragma('user_version', { simple: true }) as number;
    if (version !== newestVersion()) {
      const what = version > newestVersion() ? NEWER : OLDER;
      sqlite.close();
      return {
        found: [...found, say.note(what, `schema ${version}, this program knows ${newestVersion()}`)],
        sqlite: undefined,
      };
    }
    const marked = existsSync(`${file}.damaged`) ? 'found while the gateway ran' : undefined;
    const fault = header ?? lookForDamage(sqlite, file) ?? (isFull ? checkWhole(file) : undefined) ?? marked;
    const size = `${Math.ceil(statSync(file).size / MB)} MB`;
    const what = isFull
      ? said('the index is sound, all of it', '索引完好（已全面检查）')
      : said('the index looks sound', '索引看来完好');
    found.push(fault === undefined ? say.ok(what, size, performance.now() - began) : damaged(fault));
    if (isFull && fault === undefined) found.push(checkBodies(sqlite, join(dataDir, 'bodies')));
    if (fault === undefined) return { found, sqlite };
    // What a damaged index says is nothing to go by, and asking it may fail.
    sqlite.close();
    return { found, sqlite: undefined };
  } catch (error) {
    sqlite?.close();
    if (!(error instanceof Sqlite.SqliteError)) return { found: [...found, damaged(String(error))], sqlite: undefined };
    if (/^SQLITE_(BUSY|LOCKED)/.test(error.code))
      return {
        found: [...found, say.note(said('the index cannot be read now', '暂时无法读取索引'), error.message)],
        sqlite: undefined,
      };
    const isDamage = /^SQLITE_(CORRUPT|NOTADB|IOERR_SHORT_READ)/.test(error.code);
    const fault = isDamage
      ? damaged(faultOf(error))
      : say.bad(said('the index cannot be read', '无法读取索引'), NOT_READABLE, error.message);
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
  const evidence = `${rows.length} files, ${broken.length} not whole`;
  if (broken.some(({ pins }) => pins > 0))
    return say.bad(
      said('bodies that no provider has yet are damaged', '尚未上传的邮件内容已损坏'),
      LOST_BODIES,
      evidence,
    );
  const what = said('the bodies of messages are what they were', '邮件内容文件完好');
  return broken.length === 0
    ? say.ok(what, evidence)
    : say.note(
        said(
          'some bodies are not whole: they are fetched again when they are read',
          '部分邮件内容不完整：阅读时会重新下载',
        ),
        evidence,
      );
}

const NOT_WRITABLE = said(
  'See that the disk is not read-only and that the directory belongs to the user the gateway runs as.',
  '请检查磁盘是否只读，以及目录是否属于运行网关的用户。',
);
const NOT_READABLE = said(
  'See that this user may read "gateway.db" and its directory; if so, the disk may be failing.',
  '请确认当前用户可读取 "gateway.db" 及其目录；若可以，则磁盘可能有故障。',
);
const MAKE_ROOM = said('Make room on the disk, or give another "dataDir".', '请腾出磁盘空间，或更换 "dataDir"。');
const DELETE_DAMAGED = said('Delete the damaged file when all is well.', '一切正常后可删除损坏的文件。');
const RESTART = said(
  'Restart the gateway: it saves what can be read and fetches the rest from the providers. The disk may be failing.',
  '请重启网关：它会挽救可读的内容，其余从服务商重新获取。磁盘可能有故障。',
);
const NEWER = said('the index was written by a newer gateway: upgrade this one', '索引由更新版本的网关写入：请升级');
const OLDER = said(
  'the index is of an older gateway: the next start brings it up to date',
  '索引属于旧版本：下次启动时会升级',
);
const LOST_BODIES = said(
  'Restore them from a backup of the data directory if you have one; the disk may be failing.',
  '如有数据目录的备份，请从中恢复；磁盘可能有故障。',
);
