// What the gateway knows of each account, and what it waits for: read from the index, whatever state it is in, and from the gateway that runs.
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { GatewayStatus } from '../../gateway.js';
import { bothLanguages, inLanguage } from '../../lib/languages.js';
import type { Pause, PauseSide } from '../../store/pauses.js';
import { SIGN_IN_REFUSED } from './account-words.js';

interface Row extends Omit<Pause, 'error' | 'loginKey'> {
  readonly name: string;
  readonly side: PauseSide;
  readonly error: string;
  readonly loginKey: string | null;
}

/** Where the gateway does not say how long. */
const HOUR_MS = 3_600_000;

export interface Known {
  pauseOf(account: string, side: PauseSide): Pause | undefined;
  /** Its mail has been read. */
  hasWorked(account: string): boolean;
}

export function readKnown(dataDir: string, running: Pick<GatewayStatus, 'accounts'> | undefined): Known {
  const file = join(dataDir, 'gateway.db');
  const rows = rowsIn<Row>(
    file,
    `SELECT a.name, p.side, p.error, p.failures, p.until, p.loginKey
     FROM accountPauses p JOIN accounts a ON a.id = p.accountId`,
  );
  const merged = rowsIn<{ name: string }>(file, 'SELECT name FROM accounts WHERE merged = 1');
  return {
    pauseOf: (account, side) => {
      const row = rows.find((one) => one.name === account && one.side === side);
      if (row) {
        const { failures, until, error, loginKey } = row;
        return { failures, until, error: JSON.parse(error) as Pause['error'], loginKey: loginKey ?? undefined };
      }
      const now = running?.accounts.find(({ name }) => name === account);
      if (side !== 'imap' || now?.state !== 'needsSignIn') return undefined;
      const { reason = bothLanguages(SIGN_IN_REFUSED) } = now;
      const details = { chinese: inLanguage(reason, 'zh') };
      const error = { kind: 'auth', message: inLanguage(reason, 'en'), details } as const;
      return { error, failures: 1, until: now.pausedUntil ?? Date.now() + HOUR_MS, loginKey: undefined };
    },
    hasWorked: (account) => merged.some(({ name }) => name === account),
  };
}

/** As far as they can be read: a damaged or outdated index must not cost the account another refused sign-in. */
function rowsIn<Row>(file: string, query: string): Row[] {
  let sqlite: Sqlite.Database | undefined;
  try {
    sqlite = new Sqlite(file, { readonly: true, fileMustExist: true });
    return sqlite.prepare(query).all() as Row[];
  } catch {
    // checkIndex says what is wrong with it.
    return [];
  } finally {
    sqlite?.close();
  }
}
