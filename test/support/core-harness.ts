// Core over fake upstreams and a real database file, without any front end: restarts, crashes, and rest without sleeps.
// Time is virtual (vitest's fake timers), so back-offs and polls cost nothing; whoever uses this calls `useVirtualTime`.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, vi } from 'vitest';
import type { Core, MailboxId } from '../../src/core/core.js';
import { createCore, type OutboxFoundations } from '../../src/core/gateway-core.js';
import { createLogin } from '../../src/core/login/login.js';
import type { SendingAccount } from '../../src/core/outbox/contract.js';
import { createOutbox } from '../../src/core/outbox/outbox.js';
import { silentLogger } from '../../src/lib/logger.js';
import { UpstreamError } from '../../src/mail/errors.js';
import { type BodyFiles, createBodyFiles } from '../../src/store/body-files.js';
import { openDatabase } from '../../src/store/database.js';
import { createStore, type Store } from '../../src/store/store.js';
import { createSubmissionStore, type SubmissionStore } from '../../src/store/submissions.js';
import type { Connector, Submitter } from '../../src/upstream/connector.js';
import type { FakeUpstream } from './fake-connector.js';

export interface RigAccount {
  readonly name: string;
  /** Default: by its name. */
  readonly address?: string;
  readonly fake: FakeUpstream;
  readonly submitter?: Submitter;
  readonly savesSent?: boolean | undefined;
  /** What it signs in with: see CoreAccount. */
  readonly login?: () => readonly string[];
  readonly user?: string;
}

/** Accounts in this order, each by its name. */
export const named = (fakes: Readonly<Record<string, FakeUpstream>>): RigAccount[] =>
  Object.entries(fakes).map(([name, fake]) => ({ name, fake }));

export interface RigOptions {
  readonly accounts: readonly RigAccount[];
  readonly merge?: Readonly<Record<string, readonly string[]>>;
  readonly cacheBytes?: number;
  readonly prefetchDays?: number;
  readonly undoDays?: number;
}

export interface Rig extends AsyncDisposable {
  core: Core;
  store: Store;
  files: BodyFiles;
  submissions: SubmissionStore;
  readonly directory: string;
  /**
   * Waits, in virtual time, until the condition holds. `maxStepMs`: how far the clock may jump at once; small where real
   * I/O must not look slow. @throws {Error} if it does not within 15 s of real time.
   */
  until(what: string, condition: () => boolean, maxStepMs?: number): Promise<void>;
  /** The promise's result, with virtual time running while it is awaited. */
  during<T>(work: Promise<T>, maxStepMs?: number): Promise<T>;
  /** Every journal row carried out and every source looked at: nothing is left to do. */
  settle(): Promise<void>;
  /** Ends the gateway properly and starts it again on the same files. */
  restart(change?: Partial<RigOptions>, meanwhile?: () => void): Promise<void>;
  /**
   * The gateway dies at this very instant: what is on disk now is what the next one finds, with what `meanwhile` has done
   * to the data directory.
   */
  crash(change?: Partial<RigOptions>, meanwhile?: (directory: string) => void): Promise<void>;
  idOf(path: string): MailboxId;
}

/** Some day after the fakes' first message; fixed, so that runs are alike. */
const TODAY = Date.UTC(2026, 2, 1);
const REAL_LIMIT_MS = 15_000;
/** Taken before anything is virtual. */
const realNow = performance.now.bind(performance);

/** It is the same day again; nothing that waits may be left. */
export function beginVirtualTime(): void {
  vi.useRealTimers();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'], now: TODAY });
}

/** Virtual time for every test of the file: timers and the clock; I/O and microtasks stay real. */
export function useVirtualTime(): void {
  beforeEach(beginVirtualTime);
  afterEach(() => {
    vi.useRealTimers();
  });
}

interface Running {
  readonly core: Core;
  readonly store: Store;
  readonly files: BodyFiles;
  readonly submissions: SubmissionStore;
  /** From now on its connectors reach nothing. */
  detach(): void;
}

/** Starts a gateway core; everything it makes lies in a directory of its own. */
export async function createRig(options: RigOptions): Promise<Rig> {
  const root = mkdtempSync(join(tmpdir(), 'core-rig-'));
  let generation = 0;
  let settings = options;
  let directory = join(root, '0');
  let running = startCore(directory, settings);

  const stopRunning = async () => {
    await rig.during(Promise.resolve(running.core[Symbol.asyncDispose]()));
    running.store.database.close();
  };
  const startAgain = () => {
    running = startCore(directory, settings);
    Object.assign(rig, parts(running));
  };
  const depth = () => rig.store.accounts.list().reduce((sum, { id }) => sum + rig.store.journal.depth(id).depth, 0);
  const rig: Rig = {
    ...parts(running),
    get directory() {
      return directory;
    },
    until: async (what, condition, maxStepMs = 20_000) => {
      const end = realNow() + REAL_LIMIT_MS;
      for (let step = Math.min(10, maxStepMs); !condition(); step = Math.min(step * 1.5, maxStepMs)) {
        if (realNow() > end) throw new Error(`not reached: ${what}`);
        await passTime(step);
      }
    },
    during: async (work, maxStepMs) => {
      let isOver = false;
      const watched = work.finally(() => {
        isOver = true;
      });
      watched.catch(() => undefined);
      await rig.until('the end of a piece of work', () => isOver, maxStepMs);
      return watched;
    },
    settle: async () => {
      for (let i = 0; ; i++) {
        if (i > 50) throw new Error('the journal never stays empty');
        await rig
          .until('an empty journal', () => depth() === 0)
          .catch((error: Error) => {
            throw new Error(`${error.message}: ${JSON.stringify(owed(rig.store))}`);
          });
        await rig.during(rig.core.overview.syncNow(undefined));
        if (depth() === 0 && i > 0) return;
      }
    },
    restart: async (change = {}, meanwhile = () => undefined) => {
      settings = { ...settings, ...change };
      await stopRunning();
      meanwhile();
      startAgain();
    },
    crash: async (change = {}, meanwhile = () => undefined) => {
      settings = { ...settings, ...change };
      const next = join(root, `${++generation}`);
      // Transactions are synchronous: between two turns of the event loop the files are exactly what is committed.
      cpSync(directory, next, { recursive: true });
      running.detach();
      for (const { fake } of settings.accounts) fake.cut();
      await stopRunning();
      directory = next;
      meanwhile(directory);
      startAgain();
    },
    idOf: (path) => {
      const mailbox = rig.core.mailboxes.find(path);
      if (!mailbox) throw new Error(`there is no mailbox ${path}`);
      return mailbox.id;
    },
    [Symbol.asyncDispose]: async () => {
      await stopRunning();
      rmSync(root, { recursive: true, force: true });
    },
  };
  return rig;
}

/** The journal, for the message of a failed test. */
const owed = ({ database }: Store): unknown[] =>
  database.sqlite.prepare('SELECT * FROM journal LEFT JOIN journalTargets ON journalId = id ORDER BY id LIMIT 5').all();

const parts = ({ core, store, files, submissions }: Running) => ({ core, store, files, submissions });

async function passTime(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await filesAreQuiet();
}

const FILES_LIMIT_MS = 100;

/** Reads and writes of files are real, and take no virtual time however busy the machine is. */
async function filesAreQuiet(): Promise<void> {
  const end = realNow() + FILES_LIMIT_MS;
  do await new Promise<void>((resolve) => setImmediate(resolve));
  while (process.getActiveResourcesInfo().some((kind) => kind.startsWith('FSReq')) && realNow() < end);
}

function startCore(directory: string, options: RigOptions): Running {
  const opened = openDatabase(join(directory, 'gateway.db'));
  // Crashes here are of the process, not of the machine: waiting for the disk would prove nothing.
  const database = { ...opened, durable: opened.batch };
  const store = createStore(database);
  const files = createBodyFiles(join(directory, 'bodies'));
  const submissions = createSubmissionStore(database);
  let isDetached = false;
  const core = createCore({
    store,
    files,
    accounts: options.accounts.map(({ name, address = `${name.toLowerCase()}@example.org`, fake, login, user }, i) => ({
      name,
      address,
      identities: [],
      isDefault: i === 0,
      connector: detachable(fake.connector, () => isDetached),
      ...(login ? { login } : {}),
      ...(user === undefined ? {} : { user }),
    })),
    accountTrees: 'all',
    accountKeywords: true,
    merge: options.merge ?? {},
    cacheBytes: options.cacheBytes ?? 1e9,
    prefetchDays: options.prefetchDays ?? 0,
    undoDays: options.undoDays ?? 7,
    login: createLogin({ user: 'me', devices: () => [] }),
    logger: silentLogger,
    createOutbox: (foundations) => outboxOf(store, submissions, options, foundations, () => isDetached),
  });
  core.start();
  const detach = () => {
    isDetached = true;
  };
  return { core, store, files, submissions, detach };
}

const detachable = ({ traits, connect }: Connector, isDetached: () => boolean): Connector => ({
  traits,
  connect: async (signal) => {
    if (isDetached()) throw new UpstreamError('transient', 'this gateway has died');
    return connect(signal);
  },
});

const detachableSubmitter = ({ submit }: Submitter, isDetached: () => boolean): Submitter => ({
  submit: async (message, signal) => {
    if (isDetached()) throw new UpstreamError('transient', 'this gateway has died');
    return submit(message, signal);
  },
});

function outboxOf(
  store: Store,
  submissions: SubmissionStore,
  options: RigOptions,
  foundations: OutboxFoundations,
  isDetached: () => boolean,
) {
  const { accounts, bodies, sentCopies, onProblem, onProblemOver } = foundations;
  const sending = accounts.map((account): SendingAccount => {
    const { submitter = nowhere, savesSent } = options.accounts.find(({ name }) => name === account.name) ?? {};
    return {
      ...account,
      submitter: detachableSubmitter(submitter, isDetached),
      savesSent: () => savesSent ?? store.accounts.list().find(({ id }) => id === account.id)?.savesSent,
      rememberSavesSent: (saves) => store.accounts.setSavesSent(account.id, saves),
    };
  });
  return createOutbox({
    database: store.database,
    submissions,
    bodies,
    sentCopies,
    seenTime: store.seenTime,
    accounts: sending,
    sizeLimit: 1_000_000,
    logger: silentLogger,
    onProblem,
    onProblemOver,
  });
}

const nowhere: Submitter = {
  submit: async () => {
    throw new UpstreamError('transient', 'this account has no submission server');
  },
};
