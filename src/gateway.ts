// The composition root: the only file that builds things and hands them to each other (STYLE §1).
import { join } from 'node:path';
import type { Config } from './config/index.js';
import type { AccountStatus, Core, CoreEvent, Problem, Submissions } from './core/core.js';
import { createCore, type OutboxFoundations } from './core/gateway-core.js';
import { createLogin, type DevicePassword } from './core/login/login.js';
import type { SendingAccount } from './core/outbox/contract.js';
import { createOutbox } from './core/outbox/outbox.js';
import { listenersOf } from './gateway/listeners.js';
import { demoAccountsOf, type Upstream, upstreamOf } from './gateway/upstreams.js';
import { createImapServer, type ImapServer } from './imap/server.js';
import { isLoopbackAddress } from './lib/addresses.js';
import { type ClosingStack, createClosingStack } from './lib/closing-stack.js';
import type { Logger } from './lib/logger.js';
import { createSmtpServer, type SmtpFrontEnd } from './smtp/server.js';
import { createControlServer, type UndoRequest } from './status-socket/index.js';
import { createBodyFiles } from './store/body-files.js';
import { openStore } from './store/open.js';
import type { Store } from './store/store.js';
import { createSubmissionStore } from './store/submissions.js';
import { certificateNames, ensureCertificates, tlsServerOptions } from './tls/index.js';

export type { AccountStatus, CoreEvent, NextUndo, Problem, RemovalBatch, RemovedMessage } from './core/core.js';

export interface Ports {
  readonly imap?: number;
  readonly imaps?: number;
  readonly smtp?: number;
  readonly smtps?: number;
}

/** What `gateway status` tells. */
export interface GatewayStatus {
  readonly pid: number;
  /** Unix time, milliseconds. */
  readonly startedAt: number;
  readonly ports: Ports;
  readonly accounts: readonly AccountStatus[];
  readonly problems: readonly Problem[];
  readonly submissions: Submissions;
  readonly clients: {
    readonly imap: number;
    readonly smtp: number;
    /** Those logged in by IMAP. */
    readonly devices: readonly ConnectedDevice[];
  };
}

export interface ConnectedDevice {
  readonly name: string;
  readonly connections: number;
  /** What its programs call themselves. */
  readonly programs: readonly string[];
}

export interface Gateway {
  readonly ports: Ports;
  status(): GatewayStatus;
  onEvent(listener: (event: CoreEvent) => void): () => void;
  /** Ends sessions, connections and files, in reverse order of starting. */
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly logger: Logger;
  /** Of the program, for what IMAP's ID tells. */
  readonly version?: string;
  /** `gateway stop` asked for it. */
  readonly onStopRequested?: () => void;
  /** The data directory is gone: all changes are refused. End the process, without stop(): its paths may be another's. */
  readonly onDataGone?: (error: Error) => void;
}

/** The largest message taken from a client; what an account takes may be less. */
const SIZE_LIMIT = 50_000_000;

/**
 * Starts everything; when it returns, clients are served.
 * @throws ConfigError, TlsError, AlreadyRunningError, DatabaseVersionError, Node's EADDRINUSE …: each says what to do
 */
export async function startGateway(config: Config, options: StartOptions): Promise<Gateway> {
  const started = createClosingStack();
  try {
    return await build(config, options, started);
  } catch (error) {
    await started.close();
    throw error;
  }
}

async function build(
  config: Config,
  { logger, version, onStopRequested, onDataGone }: StartOptions,
  started: ClosingStack,
): Promise<Gateway> {
  const startedAt = Date.now();
  let devices: readonly DevicePassword[] = [];
  const loadPasswords = async () => {
    devices = await Promise.all(
      config.login.devices.map(async (device) => ({ ...device, password: (await device.password.load()).reveal() })),
    );
  };
  const parts: { core?: Core; imap?: ImapServer; smtp?: SmtpFrontEnd } = {};
  let ports: Ports = {};
  const status = (): GatewayStatus => ({
    pid: process.pid,
    startedAt,
    ports,
    accounts: parts.core?.overview.accounts() ?? [],
    problems: parts.core?.overview.problems() ?? [],
    submissions: parts.core?.overview.submissions() ?? { queued: 0, failed: 0, waiting: [] },
    clients: clientsOf(parts),
  });
  const handlers = {
    status,
    sync: async (account: string | undefined, force: boolean) => parts.core?.overview.syncNow(account, { force }),
    undo: async ({ mode, since }: UndoRequest) =>
      mode === 'list'
        ? parts.core?.removals.list(since)
        : mode === 'next'
          ? parts.core?.removals.next()
          : parts.core?.removals.undo({ since, dryRun: mode !== 'undo' }),
    reloadPassword: loadPasswords,
    stop: () => onStopRequested?.(),
  };
  // First of all: whoever has the socket has the data directory, which the password may be the first file of.
  started.use(await createControlServer({ dataDir: config.dataDir, handlers, logger }));
  await loadPasswords();
  const names = certificateNames(config.listen.host);
  const tls = tlsServerOptions(await ensureCertificates({ certsDir: config.certsDir, names, logger }));

  const store = openStore(config.dataDir, { logger, ...(onDataGone ? { onGone: onDataGone } : {}) });
  started.defer(() => store.database.close());
  const demoAccounts = demoAccountsOf(config);
  // Loaded only when it is played: the start of a gateway with real accounts does not wait for it.
  const demo =
    demoAccounts.length === 0
      ? undefined
      : started.use(await (await import('./demo/index.js')).startDemoUpstreams(demoAccounts, { logger }));
  const upstreams = config.accounts.map((account) => upstreamOf(account, demo, logger));

  const core = started.use(
    createCore({
      store,
      files: createBodyFiles(join(config.dataDir, 'bodies')),
      accounts: upstreams,
      ...config.mailboxes,
      ...config.bodies,
      login: createLogin({ user: config.login.user, devices: () => devices }),
      logger,
      createOutbox: (foundations) => outboxOver(store, upstreams, foundations, logger),
    }),
  );
  parts.core = core;
  const front = {
    tls,
    plaintextOnLoopback: config.listen.plaintextOnLoopback,
    compressOnLoopback: config.listen.compressOnLoopback,
    privatePeersOnly: !isLoopbackAddress(config.listen.host),
    logger,
  };
  const { maxConnections, maxConnectionsPerDevice } = config.listen;
  const limits = { maxConnections, maxConnectionsPerDevice };
  const imapListeners = listenersOf(config.listen, 'imap', 'imaps');
  const smtpListeners = listenersOf(config.listen, 'smtp', 'smtps');
  const imap = started.use(await createImapServer({ ...front, ...limits, version, listen: imapListeners }, core));
  const smtp = started.use(await createSmtpServer({ ...front, listen: smtpListeners }, core));
  Object.assign(parts, { imap, smtp });
  ports = Object.fromEntries([
    ...imapListeners.map(({ name }, i) => [name, imap.ports[i]]),
    ...smtpListeners.map(({ name }, i) => [name, smtp.ports[i]]),
  ]) as Ports;
  core.start();
  return { ports, status, onEvent: core.overview.onEvent, stop: () => started.close() };
}

function clientsOf({ imap, smtp }: { imap?: ImapServer; smtp?: SmtpFrontEnd }): GatewayStatus['clients'] {
  const connections = imap?.connections() ?? [];
  const names = [...new Set(connections.flatMap(({ user }) => user ?? []))].sort();
  const devices = names.map((name) => {
    const own = connections.filter(({ user }) => user === name);
    return { name, connections: own.length, programs: [...new Set(own.flatMap(({ client }) => client ?? []))].sort() };
  });
  return { imap: connections.length, smtp: smtp?.connections() ?? 0, devices };
}

function outboxOver(store: Store, upstreams: readonly Upstream[], foundations: OutboxFoundations, logger: Logger) {
  const accounts = foundations.accounts.flatMap((account): SendingAccount[] => {
    const upstream = upstreams.find(({ name }) => name === account.name);
    if (!upstream) return [];
    return [
      {
        ...account,
        submitter: upstream.submitter,
        savesSent: () => upstream.savesSent ?? store.accounts.list().find(({ id }) => id === account.id)?.savesSent,
        rememberSavesSent: (savesSent) => store.accounts.setSavesSent(account.id, savesSent),
      },
    ];
  });
  return createOutbox({
    database: store.database,
    submissions: createSubmissionStore(store.database),
    bodies: foundations.bodies,
    sentCopies: foundations.sentCopies,
    seenTime: store.seenTime,
    accounts,
    sizeLimit: SIZE_LIMIT,
    logger,
    onProblem: foundations.onProblem,
    onProblemOver: foundations.onProblemOver,
  });
}
