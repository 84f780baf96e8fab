// What a data directory holds that nobody else has: to be told before another takes its place.
import { existsSync } from 'node:fs';
import Sqlite from 'better-sqlite3';

/** What had not reached the providers. */
export interface OwedFacts {
  readonly changes: number;
  readonly unsent: number;
  /** Copies of sent mail that have yet to be stored in Sent, or seen there. */
  readonly sentCopies: number;
  /** Messages that are in `Recovered` alone. */
  readonly recovered: number;
}

export interface Standing {
  /** Nothing but what any first start makes. */
  readonly isEmpty: boolean;
  readonly owed: OwedFacts;
  /** The highest UIDVALIDITY given out. */
  readonly uidValidity: number;
}

/** Since when there are local sources. */
const WITH_LOCAL = 7;

/** Of a database that nobody is using; undefined if there is none, or it cannot be read. */
export function standingOf(place: string): Standing | undefined {
  if (!existsSync(place)) return undefined;
  try {
    const sqlite = new Sqlite(place, { readonly: true });
    try {
      return read(sqlite);
    } finally {
      sqlite.close();
    }
  } catch (error) {
    if (error instanceof Sqlite.SqliteError) return undefined;
    throw error;
  }
}

function read(sqlite: Sqlite.Database): Standing {
  const count = (sql: string) => sqlite.prepare(`SELECT count(*) FROM ${sql}`).pluck().get() as number;
  const hasLocal = (sqlite.pragma('user_version', { simple: true }) as number) >= WITH_LOCAL;
  const kept = count('messages') + count('journal') + count('submissions') + (hasLocal ? count('removals') : 0);
  return {
    isEmpty: kept === 0,
    owed: {
      changes: count('journal'),
      unsent: count("submissions WHERE state IN ('queued', 'sending', 'unknown')"),
      sentCopies: count("submissions WHERE state = 'delivered' AND sentCopy IN ('pending', 'watching')"),
      recovered: hasLocal ? count("copies c JOIN sources s ON s.id = c.sourceId WHERE s.local = 'recovered'") : 0,
    },
    uidValidity: Number(sqlite.prepare("SELECT value FROM meta WHERE key = 'uidValidity'").pluck().get() ?? 0),
  };
}

/** '1 change not yet carried out, 2 messages not yet sent'; '' if there is nothing. */
export function owedText({ changes, unsent, sentCopies, recovered }: OwedFacts): string {
  return [
    counted(changes, ['change', 'changes'], 'not yet carried out'),
    counted(unsent, ['message', 'messages'], 'not yet sent'),
    counted(sentCopies, ['copy', 'copies'], 'of sent mail not yet filed'),
    counted(recovered, ['message', 'messages'], 'in Recovered'),
  ]
    .filter((text) => text !== '')
    .join(', ');
}

const counted = (number: number, [one, many]: readonly [string, string], rest: string): string =>
  number === 0 ? '' : `${number} ${number === 1 ? one : many} ${rest}`;
