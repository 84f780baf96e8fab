// Whether the index on disk is what was written: at every start what costs little, now and then all of it beside the work.
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';
import { beginningOf } from './beginning.js';
import { diskTroubleOf } from './health.js';

/** Up to this size all of it is looked at, at every start (4 ms a megabyte). */
const SMALL_BYTES = 32 * 1024 * 1024;
/** What cannot be fetched again, and what everything hangs on; few rows each. */
const ESSENTIAL =
  'meta accounts sources mailboxes feeds journal journalTargets submissions problems subscriptions outages';
const LARGE = ['messages', 'copies', 'listings', 'headers', 'sortKeys'];
const SAMPLES = 24;
/** The samples end here, however slow the disk. */
const BUDGET_MS = 400;
const HEADER_BYTES = 100;

/**
 * What is wrong with an open database of the newest schema, in one line; undefined where nothing is seen to be. Costs well
 * under a second, whatever its size (65,000 messages: about 20 ms; 150 ms when nothing of it is in memory).
 */
export function lookForDamage(sqlite: Sqlite.Database, file: string, smallBytes = SMALL_BYTES): string | undefined {
  try {
    return statSync(file).size <= smallBytes ? check(sqlite, 'quick_check(1)') : sampleFault(sqlite);
  } catch (error) {
    return faultOf(error);
  }
}

/** In SQLite's words. @throws what is no damage */
export function faultOf(error: unknown): string {
  if (diskTroubleOf(error) !== 'damaged' || !(error instanceof Error)) throw error;
  return error.cause instanceof Error ? error.cause.message : error.message;
}

/** SQLite's own word: undefined for "ok". A heading ("*** in database main ***") may stand before it. */
const check = (sqlite: Sqlite.Database, pragma: string): string | undefined =>
  wordOf(sqlite.pragma(pragma, { simple: true }));
const wordOf = (said: unknown): string | undefined => (said === 'ok' ? undefined : String(said).split('\n').at(-1));

/**
 * What is wrong with the file's first page (https://sqlite.org/fileformat2.html §1.3); an empty file is a database to be. To be
 * asked before anything in this process has the database open: closing the handle gives up all its locks on the file.
 */
export function headerFault(file: string): string | undefined {
  const header = beginningOf(file, HEADER_BYTES);
  if (!header) return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0 ? 'the file is too short' : undefined;
  if (header.toString('latin1', 0, 15) !== 'SQLite format 3') return 'the file does not begin as a database does';
  return endsInPage(file, header) && !hasLog(file) ? 'the file ends in the middle of a page' : undefined;
}

/** What is missing of its last page may stand in the write-ahead log: where there is one, only looking at all of it tells. */
export function endsInPage(file: string, header = beginningOf(file, HEADER_BYTES)): boolean {
  const pageSize = header?.readUInt16BE(16) ?? 0;
  return pageSize > 0 && statSync(file).size % (pageSize === 1 ? 65_536 : pageSize) !== 0;
}

const hasLog = (file: string): boolean => (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;

function sampleFault(sqlite: Sqlite.Database): string | undefined {
  const [pages, free] = ['page_count', 'freelist_count'].map((name) => Number(sqlite.pragma(name, { simple: true })));
  if ((free ?? 0) > (pages ?? 0)) return 'more pages are free than there are';
  const tables = new Set(sqlite.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all());
  for (const table of ESSENTIAL.split(' ')) {
    if (!tables.has(table)) return `the table ${table} is missing`;
    const fault = check(sqlite, `quick_check(${table})`);
    if (fault !== undefined) return fault;
  }
  const end = performance.now() + BUDGET_MS;
  for (const table of LARGE) {
    if (!tables.has(table)) return `the table ${table} is missing`;
    const last = Number(sqlite.prepare(`SELECT max(rowid) FROM ${table}`).pluck().get() ?? 0);
    const at = sqlite.prepare(`SELECT * FROM ${table} WHERE rowid >= ? ORDER BY rowid LIMIT 1`);
    for (let i = 0; i < SAMPLES && performance.now() < end; i++) at.get(Math.ceil((last * i) / SAMPLES));
  }
  const uids = sqlite.prepare(
    'SELECT count(*) FROM (SELECT 1 FROM entries WHERE mailboxId = ? ORDER BY uid DESC LIMIT 100)',
  );
  for (const id of sqlite.prepare('SELECT id FROM mailboxes').pluck().all()) if (performance.now() < end) uids.get(id);
  return undefined;
}

/**
 * All of it, indexes too (`integrity_check`), by a connection that only reads. Blocks: about 5 ms a megabyte, more from a slow disk.
 * @throws SqliteError if it cannot be opened at all
 */
export function checkWhole(file: string): string | undefined {
  const sqlite = new Sqlite(file, { readonly: true, fileMustExist: true });
  try {
    return check(sqlite, 'integrity_check(1)');
  } catch (error) {
    return faultOf(error);
  } finally {
    sqlite.close();
  }
}

// As text: a worker of its own needs a file of its own, wherever this one has been compiled to.
const WORKER = `
const { parentPort, workerData } = require('node:worker_threads');
const Sqlite = require(workerData.driver);
const sqlite = new Sqlite(workerData.file, { readonly: true, fileMustExist: true });
let said;
try { said = sqlite.pragma('quick_check(1)', { simple: true }); }
catch (error) { if (!/^SQLITE_(CORRUPT|NOTADB|IOERR_SHORT_READ)/.test(error.code)) throw error; said = error.message; }
sqlite.close();
parentPort.postMessage(said);`;

/** The same without the indexes' contents, on a thread of its own. @throws what kept it from being done */
export function checkBeside(file: string, signal: AbortSignal): Promise<string | undefined> {
  const driver = createRequire(import.meta.url).resolve('better-sqlite3');
  const worker = new Worker(WORKER, { eval: true, workerData: { driver, file } });
  worker.unref();
  const stop = () => void worker.terminate();
  signal.addEventListener('abort', stop, { once: true });
  return new Promise<string | undefined>((resolve, reject) => {
    worker.once('message', (said: string) => resolve(wordOf(said)));
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the check was given up')));
  }).finally(() => signal.removeEventListener('abort', stop));
}
