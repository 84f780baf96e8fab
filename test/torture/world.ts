// The built gateway as a process that can be killed, before demo servers that live on in this one.
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { type DemoUpstreams, startDemoUpstreams } from '../../src/demo/index.js';
import { NO_QUIRKS } from '../../src/demo/quirks.js';
import { silentLogger } from '../../src/lib/logger.js';
import { callControl } from '../../src/status-socket/index.js';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.js';
import { PlainImap } from '../support/plain-imap.js';
import { waitUntil } from '../support/wait-until.js';

export const ACCOUNTS = ['A', 'B'] as const;
export type AccountName = (typeof ACCOUNTS)[number];
export const addressOf = (account: string): string => `${account.toLowerCase()}@example.org`;
export const otherOf = (account: string): AccountName => (account === 'A' ? 'B' : 'A');

export interface World {
  readonly gateway: GatewayProcess;
  /** Signed in at the gateway, in clear. */
  client(): Promise<PlainImap>;
  /** Signed in at an account's own server. */
  upstream(account: AccountName): Promise<PlainImap>;
  /** The gateway's database, from outside. */
  query<T>(sql: string): Promise<T[]>;
  /** Whatever waits for its next try is due now. */
  hurry(): Promise<void>;
  /** Nothing is owed to the upstreams any more. */
  journalEmpty(): Promise<void>;
  sync(): Promise<void>;
  stop(): Promise<void>;
}

const SETTLE_MS = 30_000;

/** A is a server without habits, to whose Sent the gateway files; B behaves as Outlook does. */
const startDemos = (): Promise<DemoUpstreams> =>
  startDemoUpstreams(
    [
      { name: 'A', personality: 'hotmail', address: addressOf('A'), quirks: NO_QUIRKS },
      { name: 'B', personality: 'hotmail', address: addressOf('B') },
    ],
    { logger: silentLogger, sampleMail: false, newMail: false },
  );

export async function startWorld(env: Readonly<Record<string, string>> = {}): Promise<World> {
  const demos = await startDemos();
  const accounts = ACCOUNTS.map((name) => {
    const { imapPort, smtpPort, password, address } = demos.account(name);
    return {
      name,
      address,
      provider: name === 'A' ? 'generic' : 'hotmail',
      imap: { host: '127.0.0.1', port: imapPort, tls: 'none' },
      smtp: { host: '127.0.0.1', port: smtpPort, tls: 'none' },
      auth: { password },
      savesSent: name === 'B',
    };
  });
  const gateway = await startGatewayProcess({ accounts, config: { listen: { plaintextOnLoopback: true } }, env });
  const dataDir = join(gateway.directory, 'data');
  // Opened only while the gateway runs, and closed again: what a killed one leaves is for the next one to recover.
  const withDatabase = async <T>(work: (database: Sqlite.Database) => T | Promise<T>): Promise<T> => {
    const database = new Sqlite(join(dataDir, 'gateway.db'), { fileMustExist: true });
    try {
      database.pragma('busy_timeout = 5000');
      return await work(database);
    } finally {
      database.close();
    }
  };
  return {
    gateway,
    client: () =>
      PlainImap.login({
        host: '127.0.0.1',
        port: gateway.ports.imap,
        user: gateway.user,
        password: gateway.password,
      }),
    upstream: (name) => {
      const { imapPort, address, password } = demos.account(name);
      return PlainImap.login({ host: '127.0.0.1', port: imapPort, user: address, password });
    },
    query: <T>(sql: string) => withDatabase((database) => database.prepare(sql).all() as T[]),
    hurry: () =>
      withDatabase(
        (database) =>
          void database.exec('UPDATE journal SET nextAttemptAt = 0; UPDATE submissions SET nextAttemptAt = 0'),
      ),
    journalEmpty: () =>
      withDatabase(async (database) => {
        const owed = database.prepare('SELECT * FROM journal');
        const explain = () => JSON.stringify(owed.all().slice(0, 3), undefined, 1);
        await waitUntil('an empty journal', () => owed.all().length === 0, { ms: SETTLE_MS, everyMs: 10, explain });
      }),
    sync: async () => void (await callControl(dataDir, { request: 'sync' }, SETTLE_MS)),
    stop: async () => {
      await gateway.remove();
      await demos[Symbol.asyncDispose]();
    },
  };
}
