// The three accounts on a real Dovecot of the bench's own; the mail is gone afterwards.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startDovecot } from '../support/real/dovecot.js';
import { ACCOUNTS, type BenchAccount } from './accounts.js';
import { BenchError } from './failure.js';
import type { ImapEndpoint } from './raw-imap.js';
import { until } from './wait.js';

const NEEDED = ['/usr/sbin/dovecot', '/usr/lib/dovecot/imap', '/usr/bin/doveadm', '/usr/bin/openssl'];
const WAIT_MS = 20_000;

export interface Upstreams {
  readonly port: number;
  endpoint(account: BenchAccount): ImapEndpoint;
  /** Dovecot forgets what it has parsed, once nobody is signed in: the next listing is a first one again. */
  forgetParsed(): Promise<void>;
  stop(): Promise<void>;
}

/** @throws {BenchError} when this machine cannot run it */
export function checkMachine(): void {
  const missing = NEEDED.filter((file) => !existsSync(file));
  if (missing.length > 0)
    throw new BenchError(
      `the bench needs Debian's packages dovecot-imapd and openssl (missing: ${missing.join(', ')})`,
    );
  if (process.getuid?.() !== 0) throw new BenchError('the bench must run as root: it starts a Dovecot of its own');
}

export async function startUpstreams(): Promise<Upstreams> {
  const users = ACCOUNTS.map(({ user }) => user);
  const { host, port, password, mailDirectory, sessions, stop } = await startDovecot({ users, storage: 'mdbox' });
  return {
    port,
    endpoint: ({ user }) => ({ host, port, user, password }),
    forgetParsed: async () => {
      await until('every IMAP session has ended', WAIT_MS, () => users.every((user) => sessions(user) === 0));
      for (const file of readdirSync(mailDirectory, { recursive: true, encoding: 'utf8' }))
        if (file.endsWith('dovecot.index.cache')) rmSync(join(mailDirectory, file));
    },
    stop,
  };
}
