import type { UpstreamErrorDetails, UpstreamErrorKind } from '../mail/errors.js';
import type { Database } from './database.js';

export type PauseSide = 'imap' | 'smtp';

/** A pause the provider has asked for, or a refused sign-in. */
export interface Pause {
  readonly error: {
    readonly kind: UpstreamErrorKind;
    readonly message: string;
    readonly details: UpstreamErrorDetails;
  };
  /** In a row. */
  readonly failures: number;
  /** Unix milliseconds. */
  readonly until: number;
  /** Of the login that was refused; undefined: not known. */
  readonly loginKey: string | undefined;
}

interface RawPause {
  error: string;
  failures: number;
  until: number;
  loginKey: string | null;
}

export interface PauseStore {
  get(accountId: number, side: PauseSide): Pause | undefined;
  /** Not waited for to be on disk. */
  put(accountId: number, side: PauseSide, pause: Pause): void;
  remove(accountId: number, side: PauseSide): void;
}

export function createPauseStore({ sqlite, batch }: Database): PauseStore {
  const get = sqlite.prepare(
    'SELECT error, failures, until, loginKey FROM accountPauses WHERE accountId = ? AND side = ?',
  );
  const put = sqlite.prepare(
    'INSERT OR REPLACE INTO accountPauses (accountId, side, error, failures, until, loginKey) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const remove = sqlite.prepare('DELETE FROM accountPauses WHERE accountId = ? AND side = ?');
  return {
    get: (accountId, side) => {
      const raw = get.get(accountId, side) as RawPause | undefined;
      return raw && { ...raw, error: JSON.parse(raw.error) as Pause['error'], loginKey: raw.loginKey ?? undefined };
    },
    put: (accountId, side, { error, failures, until, loginKey }) =>
      batch(() => void put.run(accountId, side, JSON.stringify(error), failures, until, loginKey ?? null)),
    remove: (accountId, side) => batch(() => void remove.run(accountId, side)),
  };
}
