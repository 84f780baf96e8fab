// The built gateway as a process that can be killed, before demo servers in a process of their own, which lives on.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { DemoAccountAccess } from '../../src/demo/index.js';
import { NO_QUIRKS } from '../../src/demo/quirks.js';
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
  readonly withoutMove: boolean;
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
  /** The data directory as it is and this text are kept for whoever looks into it. */
  keep(directory: string, story: string): void;
  stop(): Promise<void>;
}

const SETTLE_MS = 30_000;
/** Rows that wait until a message is seen again (store/journal.ts): nothing is tried for them. */
const IS_STRAY = `nextAttemptAt = ${Number.MAX_SAFE_INTEGER}`;

interface Upstreams {
  account(name: string): DemoAccountAccess;
  stop(): Promise<void>;
}

const WITHOUT_MOVE = 'IMAP4rev1 UIDPLUS ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+';

/** A is a server without habits, to whose Sent the gateway files; B behaves as Outlook does. */
function requests({ withoutMove = false }: WorldOptions) {
  const quirks = withoutMove ? { postLoginCaps: WITHOUT_MOVE } : {};
  return [
    { name: 'A', personality: 'hotmail', address: addressOf('A'), quirks: { ...NO_QUIRKS, ...quirks } },
    { name: 'B', personality: 'hotmail', address: addressOf('B'), quirks },
  ];
}

async function startUpstreams({ note = () => undefined, ...options }: WorldOptions): Promise<Upstreams> {
  const child = fork(join(process.cwd(), 'test', 'torture', 'upstreams.mjs'));
  const ended = once(child, 'exit');
  const started = new Promise<Record<string, DemoAccountAccess>>((resolve, reject) => {
    child.on('message', (told: { line?: string; accounts?: Record<string, DemoAccountAccess> }) => {
      if (told.line !== undefined) note(told.line);
      if (told.accounts) resolve(told.accounts);
    });
    child.once('exit', () => reject(new Error('the upstreams have ended')));
  });
  child.send(requests(options));
  const accounts = await started;
  return {
    account: (name) => {
      const access = accounts[name];
      if (!access) throw new Error(`no account ${name}`);
      return access;
    },
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}

export interface WorldOptions {
  /** The servers know COPY and UID EXPUNGE only, as iCloud and 163. */
  readonly withoutMove?: boolean;
  /** Told what is done to messages upstream, a line each. */
  note?(line: string): void;
  /** Files for the gateway's `--import`. */
  readonly preload?: readonly string[];
  /** Default: within the gateway's own directory. */
  readonly dataDir?: string;
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const { preload = [] } = options;
  const demos = await startUpstreams(options);
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
      // A storm sends more in a minute than a person.
      quirks: {
        budgets: { messagesPerMinute: null, loginsPer15Minutes: null, messagesPerDay: null, recipientsPerDay: null },
      },
    };
  });
  const where = options.dataDir === undefined ? {} : { dataDir: options.dataDir };
  const config = { listen: { plaintextOnLoopback: true }, ...where };
  const gateway = await startGatewayProcess({ accounts, config, standby: true, preload }).catch(async (error) => {
    await demos.stop();
    throw error;
  });
  const dataDir = options.dataDir ?? join(gateway.directory, 'data');
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
    withoutMove: options.withoutMove ?? false,
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
          void database.exec(
            `UPDATE journal SET nextAttemptAt = 0 WHERE NOT ${IS_STRAY}; UPDATE submissions SET nextAttemptAt = 0`,
          ),
      ),
    journalEmpty: () =>
      withDatabase(async (database) => {
        const owed = database.prepare(`SELECT * FROM journal WHERE NOT ${IS_STRAY}`);
        const explain = () => JSON.stringify(owed.all().slice(0, 3), undefined, 1);
        await waitUntil('an empty journal', () => owed.all().length === 0, { ms: SETTLE_MS, everyMs: 10, explain });
      }),
    sync: async () => void (await callControl(dataDir, { request: 'sync' }, SETTLE_MS)),
    keep: (directory, story) => {
      rmSync(directory, { recursive: true, force: true });
      cpSync(gateway.directory, directory, { recursive: true, filter: (file) => !file.endsWith('.sock') });
      writeFileSync(join(directory, 'story.txt'), story);
    },
    stop: async () => {
      await gateway.remove();
      await demos.stop();
    },
  };
}
