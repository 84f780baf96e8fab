// The whole gateway in one process, on fake upstream accounts: the real IMAP front end over the real core and store.
// Nothing is waited for by the clock: first synchronisations by core's events, changes by the bell.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SecureContextOptions } from 'node:tls';
import type { Core, Mailbox } from '../../src/core/core.js';
import { createCore } from '../../src/core/gateway-core.js';
import { createLogin, type DevicePassword } from '../../src/core/login/login.js';
import type { Clock } from '../../src/core/login/throttle.js';
import { createOutbox } from '../../src/core/outbox/outbox.js';
import { createImapServer, type ImapServer } from '../../src/imap/server.js';
import { type Logger, silentLogger } from '../../src/lib/logger.js';
import { createBodyFiles } from '../../src/store/body-files.js';
import { type Database, openDatabase } from '../../src/store/database.js';
import { createStore, type Store } from '../../src/store/store.js';
import { createSubmissionStore } from '../../src/store/submissions.js';
import { certificateNames, ensureCertificates, tlsServerOptions } from '../../src/tls/index.js';
import type { Connector, OutgoingMessage, Submitter } from '../../src/upstream/connector.js';
import { createFakeUpstream, type FakeUpstream, type FakeUpstreamOptions } from './fake-connector.js';
import { ImapClient } from './imap-client.js';
import { inTime } from './in-time.js';

export interface HarnessAccount {
  readonly name: string;
  readonly address?: string;
  readonly identities?: readonly string[];
  readonly isDefault?: boolean;
  readonly upstream?: FakeUpstreamOptions;
  /** Instead of the fake's. */
  readonly connector?: Connector;
  readonly submitter?: Submitter;
  readonly savesSent?: boolean;
}

export interface HarnessOptions {
  /** Default: QQ (the default account), Gmail and Hotmail, all like a well-behaved server. */
  readonly accounts?: readonly HarnessAccount[];
  /** Puts messages into the fakes before the gateway sees them. */
  readonly prepare?: (fake: (name: string) => FakeUpstream) => void;
  readonly plaintextOnLoopback?: boolean;
  readonly compressOnLoopback?: boolean;
  readonly progressMs?: number;
  readonly maxConnectionsPerDevice?: number;
  readonly maxConnections?: number;
  readonly accountTrees?: 'all' | 'folders' | 'none';
  readonly merge?: Readonly<Record<string, readonly string[]>>;
  readonly prefetchDays?: number;
  readonly logger?: Logger;
  /** Of the device named after the user. */
  readonly withoutCapabilities?: readonly string[];
  /** Beside the one named after the user. */
  readonly devices?: readonly DevicePassword[];
  readonly clock?: Clock;
  /** Whose first synchronisation the start waits for; all of them by default, none if false. */
  readonly awaited?: string | false;
}

export interface Harness extends AsyncDisposable {
  /** Of the present run: `restart` makes new ones. */
  readonly core: Core;
  readonly store: Store;
  readonly server: ImapServer;
  /** Where the gateway keeps its files. */
  readonly directory: string;
  /** What the fake upstreams were given to send. */
  readonly submitted: OutgoingMessage[];
  fake(account: string): FakeUpstream;
  /** A connection that has read nothing yet; `tls` is the port with TLS from the first byte. */
  connect(port?: 'starttls' | 'tls'): Promise<ImapClient>;
  /** Connected, greeting read, logged in. */
  login(): Promise<ImapClient>;
  mailbox(path: string): Mailbox;
  /** Does something and waits until the mailbox of that path has rung. */
  ringing(path: string, act: () => unknown): Promise<void>;
  /** Waits until nothing is owed to any upstream. */
  settled(): Promise<void>;
  /** Closes the gateway and starts another on the same files and the same upstreams. */
  restart(): Promise<void>;
}

export const USER = 'me';
export const PASSWORD = 'open sesame';

const THREE: readonly HarnessAccount[] = [{ name: 'QQ', isDefault: true }, { name: 'Gmail' }, { name: 'Hotmail' }];

/** Starts the gateway and waits until all accounts are synchronised. */
export async function startHarness(options: HarnessOptions = {}): Promise<Harness> {
  const accounts = options.accounts ?? THREE;
  const fakes = new Map(accounts.map(({ name, upstream }) => [name, createFakeUpstream(upstream)]));
  const fake = (name: string): FakeUpstream => found(fakes.get(name), `the harness has no account ${name}`);
  options.prepare?.(fake);
  const directory = await mkdtemp(join(tmpdir(), 'gateway-harness-'));
  const submitted: OutgoingMessage[] = [];
  const start = () => startRun({ options, accounts, fakes, directory, submitted });
  let run = await start();
  const clients: ImapClient[] = [];
  const stop = async () => {
    for (const client of clients.splice(0)) client.destroy();
    await run.stop();
  };
  const connect = async (port: 'starttls' | 'tls' = 'starttls') => {
    const client = await ImapClient.connect(run.server.ports[port === 'tls' ? 1 : 0] ?? 0, port === 'tls');
    clients.push(client);
    return client;
  };
  const mailbox = (path: string) => found(run.core.mailboxes.find(path), `there is no mailbox ${path}`);
  return {
    get core() {
      return run.core;
    },
    get store() {
      return run.store;
    },
    get server() {
      return run.server;
    },
    directory,
    submitted,
    fake,
    mailbox,
    connect,
    login: async () => {
      const client = await connect(options.plaintextOnLoopback === false ? 'tls' : 'starttls');
      await client.greeting();
      await client.ok(`LOGIN ${USER} "${PASSWORD}"`);
      return client;
    },
    ringing: async (path, act) => {
      const rung = new Promise<void>((resolve) => {
        const off = run.core.changes.onMailbox(mailbox(path).id, () => {
          off();
          resolve();
        });
      });
      await act();
      await inTime(rung, `${path} has not changed`);
    },
    settled: () => inTime(untilNothingOwed(run.core), 'the journal is not empty'),
    restart: async () => {
      await stop();
      run = await start();
    },
    [Symbol.asyncDispose]: async () => {
      await stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

interface RunSettings {
  readonly options: HarnessOptions;
  readonly accounts: readonly HarnessAccount[];
  readonly fakes: ReadonlyMap<string, FakeUpstream>;
  readonly directory: string;
  readonly submitted: OutgoingMessage[];
}

interface Run {
  readonly core: Core;
  readonly store: Store;
  readonly server: ImapServer;
  stop(): Promise<void>;
}

async function startRun(settings: RunSettings): Promise<Run> {
  const { options, directory } = settings;
  const database = openDatabase(join(directory, 'gateway.db'));
  const store = createStore(database);
  const core = buildCore(settings, store, database);
  const synced = new Promise<void>((resolve) => {
    core.overview.onEvent((event) => {
      if (event.event === 'synced' && event.account === options.awaited) resolve();
    });
    if (options.awaited === false) resolve();
  });
  const server = await createImapServer(
    {
      listen: [
        { host: '127.0.0.1', port: 0, tls: 'starttls' },
        { host: '127.0.0.1', port: 0, tls: 'implicit' },
      ],
      tls: await serverTls(),
      plaintextOnLoopback: options.plaintextOnLoopback ?? true,
      version: '1.2.3',
      ...(options.maxConnectionsPerDevice === undefined
        ? {}
        : { maxConnectionsPerDevice: options.maxConnectionsPerDevice }),
      compressOnLoopback: options.compressOnLoopback ?? false,
      ...(options.progressMs === undefined ? {} : { progressMs: options.progressMs }),
      privatePeersOnly: false,
      logger: options.logger ?? silentLogger,
      ...(options.maxConnections === undefined ? {} : { maxConnections: options.maxConnections }),
    },
    core,
  );
  core.start();
  await inTime(synced, 'the first synchronisation has not ended');
  return {
    core,
    store,
    server,
    stop: async () => {
      await server[Symbol.asyncDispose]();
      await core[Symbol.asyncDispose]();
      database.close();
    },
  };
}

function buildCore({ options, accounts, fakes, directory, submitted }: RunSettings, store: Store, database: Database) {
  const logger = options.logger ?? silentLogger;
  const main = { name: USER, password: PASSWORD, withoutCapabilities: options.withoutCapabilities ?? [] };
  const submitter: Submitter = {
    submit: async (message) => {
      submitted.push(message);
      return { accepted: message.rcptTo, rejected: [], serverText: 'accepted' };
    },
  };
  return createCore({
    store,
    files: createBodyFiles(join(directory, 'bodies')),
    accounts: accounts.map(({ name, address, identities = [], isDefault = false, connector }) => ({
      name,
      address: address ?? `me@${name.toLowerCase()}.example`,
      identities,
      isDefault,
      connector: connector ?? found(fakes.get(name), name).connector,
    })),
    accountTrees: options.accountTrees ?? 'all',
    accountKeywords: true,
    merge: options.merge ?? {},
    cacheBytes: 1_000_000_000,
    prefetchDays: options.prefetchDays ?? 0,
    undoDays: 7,
    login: createLogin({
      user: USER,
      devices: () => [main, ...(options.devices ?? [])],
      ...(options.clock ? { clock: options.clock } : {}),
    }),
    logger,
    createOutbox: (foundations) =>
      createOutbox({
        database,
        submissions: createSubmissionStore(database),
        bodies: foundations.bodies,
        sentCopies: foundations.sentCopies,
        seenTime: store.seenTime,
        accounts: foundations.accounts.map((account) => ({
          ...account,
          submitter: accounts.find(({ name }) => name === account.name)?.submitter ?? submitter,
          savesSent: () => accounts.find(({ name }) => name === account.name)?.savesSent ?? false,
          rememberSavesSent: () => undefined,
        })),
        sizeLimit: 50_000_000,
        logger,
        onProblem: foundations.onProblem,
        onProblemOver: foundations.onProblemOver,
      }),
  });
}

let made: Promise<SecureContextOptions> | undefined;
/** One certificate a process: making the keys takes longer than most tests. */
export function serverTls(): Promise<SecureContextOptions> {
  made ??= (async () => {
    const certsDir = await mkdtemp(join(tmpdir(), 'gateway-certs-'));
    try {
      const names = certificateNames('127.0.0.1');
      return tlsServerOptions(await ensureCertificates({ certsDir, names, logger: silentLogger }));
    } finally {
      await rm(certsDir, { recursive: true, force: true });
    }
  })();
  return made;
}

async function untilNothingOwed(core: Core): Promise<void> {
  const isOwed = () => core.overview.accounts().some(({ journalDepth }) => journalDepth > 0);
  while (isOwed()) await new Promise<void>((resolve) => setImmediate(resolve));
}

function found<T>(value: T | undefined, message: string): T {
  if (value === undefined) throw new Error(message);
  return value;
}
