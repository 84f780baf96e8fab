// The index as a gateway opens it: looked at first, and made anew from what can be read of it when it is damaged.
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from '../lib/deadline.js';
import type { Logger } from '../lib/logger.js';
import type { Trouble } from '../mail/problems.js';
import { type Database, type DatabaseOptions, openDatabase } from './database.js';
import { checkBeside, checkWhole, endsInPage, faultOf, headerFault, lookForDamage } from './integrity.js';
import { logFault } from './log-evidence.js';
import { finishSalvage, type Salvaged, salvage } from './salvage.js';
import { lostWords } from './salvage-losses.js';
import { createStore, type Store } from './store.js';

export interface OpenOptions extends DatabaseOptions {
  readonly logger: Logger;
}

/** It has been found damaged while a gateway ran: the next start looks at all of it. */
const markerOf = (file: string): string => `${file}.damaged`;
const CHECK_AFTER_MS = 60_000;
const CHECK_EVERY_MS = 86_400_000;
const PROBLEM = 'index damaged';

/**
 * The store of a data directory that nobody else may be using; what is damaged of it is salvaged, and that is a problem the
 * user is told of until the next start.
 * @throws as openDatabase, but not for damage
 */
export function openStore(dataDir: string, { logger, ...others }: OpenOptions): Store {
  const options = { keepsReserve: true, ...others };
  const file = join(dataDir, 'gateway.db');
  finishSalvage(file);
  // What a run that was killed has left is looked at more closely.
  const isUnclean = (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
  const { database, salvaged } = openOrSalvage(file, options, logFault(file));
  rmSync(markerOf(file), { force: true });
  if (salvaged) logger.error(salvaged, 'the index was damaged: it has been made anew from what could be read of it');
  const store = createStore(watched(database, file, isUnclean, logger));
  if (salvaged) store.problems.report(undefined, PROBLEM, salvageTrouble(salvaged));
  else store.problems.resolve(undefined, PROBLEM);
  return store;
}

const salvageTrouble = ({ lost, ...facts }: Salvaged): Trouble => {
  const [en, zh] = lostWords(lost);
  return { code: 'salvaged', ...facts, lost: lost.length > 0 ? { en, zh } : undefined };
};

function openOrSalvage(
  file: string,
  options: DatabaseOptions,
  cut: string | undefined,
): { database: Database; salvaged?: Salvaged } {
  // A gateway that was killed while it brought the log into the file, or a full disk, may leave half a page at its end.
  const isDoubtful = existsSync(file) && (existsSync(markerOf(file)) || endsInPage(file));
  const opened = isDoubtful ? openChecked(file, options) : tryOpen(file, options);
  const isWhole = typeof opened !== 'string';
  if (isWhole && cut === undefined) return { database: opened };
  if (isWhole) opened.close();
  const salvaged = salvage(file, isWhole ? (cut ?? '') : opened, cut !== undefined);
  return { database: openDatabase(file, options), salvaged };
}

/** The fault that was found while a gateway ran, or the open database. */
function openChecked(file: string, options: DatabaseOptions): Database | string {
  const opened = tryOpen(file, options);
  if (typeof opened === 'string') return opened;
  const fault = checkWhole(file);
  if (fault !== undefined) opened.close();
  return fault ?? opened;
}

function tryOpen(file: string, options: DatabaseOptions): Database | string {
  let database: Database;
  try {
    const fault = headerFault(file);
    if (fault !== undefined) return fault;
    database = openDatabase(file, options);
  } catch (error) {
    return faultOf(error);
  }
  const fault = lookForDamage(database.sqlite, file);
  if (fault !== undefined) database.close();
  return fault ?? database;
}

/** Looks at all of it later, beside the work, once a day and after a run that was killed; remembers what comes to light. */
function watched(database: Database, file: string, isUnclean: boolean, logger: Logger): Database {
  const stop = new AbortController();
  const { health, sqlite } = database;
  health.onChange((trouble) => {
    if (trouble !== 'damaged') return;
    logger.error('the index is damaged; the next start salvages it');
    try {
      writeFileSync(markerOf(file), '', { mode: 0o600 });
    } catch (err) {
      logger.warn({ err }, 'that the index is damaged cannot be written down');
    }
  });
  const checkedAt = Number(sqlite.prepare("SELECT value FROM meta WHERE key = 'checkedAt'").pluck().get() ?? 0);
  const isDue = isUnclean || Math.abs(Date.now() - checkedAt) > CHECK_EVERY_MS;
  const look = async () => {
    await sleep(CHECK_AFTER_MS, stop.signal);
    if (stop.signal.aborted) return;
    const fault = await checkBeside(file, stop.signal);
    if (stop.signal.aborted) return;
    if (fault !== undefined) return health.damaged();
    database.batch(() => {
      sqlite.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('checkedAt', ?)").run(String(Date.now()));
    });
  };
  if (isDue)
    look().catch((err: unknown) => {
      if (!stop.signal.aborted) logger.warn({ err }, 'the index could not be checked');
    });
  return {
    ...database,
    close: () => {
      stop.abort();
      database.close();
    },
  };
}
