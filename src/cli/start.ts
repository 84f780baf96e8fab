// gateway start: runs until a signal comes, and says what happens.

import { type Config, loadConfig } from '../config/index.js';
import type { CoreEvent, Gateway, startGateway } from '../gateway.js';
import { DeadlineError, withDeadline } from '../lib/deadline.js';
import { errorCode } from '../lib/files.js';
import { createLogger, type Logger } from '../lib/logger.js';
import { createPrettyLogger } from '../lib/pretty-log.js';
import { takenPorts } from '../lib/taken-ports.js';
import { certificatePaths, machineFacts } from '../tls/index.js';
import { ExitCode, type Io } from './io.js';
import { createProgress, type Progress, progressText } from './progress.js';
import { onStopSignal } from './signals.js';
import { inOneLanguage, printable } from './text.js';
import { welcomeLines } from './welcome.js';

const STOP_MS = 5_000;
const LATE = `the gateway did not stop within ${STOP_MS / 1000} s: it is ended; nothing that was acknowledged is lost`;

export interface StartOptions {
  readonly config: string;
  readonly json: boolean;
  readonly logLevel: string | undefined;
}

export interface StartContext {
  readonly io: Io;
  readonly startGateway: typeof startGateway;
  /** Told the configuration as soon as it is known, for error texts. */
  readonly onConfig: (config: Config) => void;
}

export async function start(options: StartOptions, { io, startGateway, onConfig }: StartContext): Promise<ExitCode> {
  const config = loadConfig(options.config);
  onConfig(config);
  const interactive = io.interactive && !options.json;
  const progress = createProgress({ ...io, interactive });
  for (const warning of config.warnings) io.complain(`warning: ${warning}`);
  const logger = makeLogger(config, options.logLevel, interactive ? progress.print : undefined);
  const stop = stopRequest(io);
  try {
    const gateway = await startGateway(config, {
      logger,
      onStopRequested: stop.request,
      onDataGone: stop.fail,
    }).catch(async (error: unknown) => {
      if (errorCode(error) !== 'EADDRINUSE') throw error;
      throw Object.assign(error as Error, { taken: await takenPorts(config.listen) });
    });
    const report = options.json
      ? createJsonReport(config, gateway, io)
      : await createTextReport(config, gateway, progress, interactive);
    const unsubscribe = follow(gateway, report);
    await stop.requested;
    unsubscribe();
    const ended = await stopInTime(gateway);
    if (!ended) io.complain(LATE);
    report.stopped();
    return ended ? ExitCode.ok : ExitCode.failed;
  } finally {
    stop.done();
    progress.end();
    await new Promise<void>((resolve) => logger.flush(() => resolve()));
  }
}

/** At a terminal `info` would bury what matters: it is shown only when asked for. */
function makeLogger(
  config: Config,
  asked: string | undefined,
  writeLine: ((line: string) => void) | undefined,
): Logger {
  const level = asked ?? config.log.level;
  if (!writeLine) return createLogger({ level });
  return createPrettyLogger(asked === undefined && level === 'info' ? 'warn' : level, writeLine);
}

interface StopRequest {
  /** Rejects with what makes it impossible to go on. */
  readonly requested: Promise<void>;
  request(): void;
  fail(error: Error): void;
  done(): void;
}

function stopRequest(io: Io): StopRequest {
  let deadline: NodeJS.Timeout | undefined;
  let resolve: () => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const requested = new Promise<void>((done, failed) => {
    resolve = done;
    fail = failed;
  });
  // It may come while nobody waits yet.
  requested.catch(() => undefined);
  const request = (): void => {
    resolve();
    // For a start that hangs; stopping has a deadline of its own.
    deadline ??= setTimeout(() => {
      io.complain(LATE);
      process.exit(ExitCode.failed);
    }, STOP_MS + 1_000);
  };
  const undo = onStopSignal(request);
  const done = (): void => {
    clearTimeout(deadline);
    undo();
  };
  return { requested, request, fail, done };
}

async function stopInTime(gateway: Gateway): Promise<boolean> {
  try {
    await withDeadline('stopping', STOP_MS, gateway.stop());
    return true;
  } catch (error) {
    if (error instanceof DeadlineError) return false;
    throw error;
  }
}

/** How the events of a run are told. */
export interface Report {
  synced(account: string | undefined): void;
  problem(problem: { readonly account?: string | undefined; readonly text: string; readonly remedy: string }): void;
  progress(): void;
  stopped(): void;
}

/** Tells each event once, also those that came before anybody listened. */
export function follow(gateway: Gateway, report: Report): () => void {
  const synced = new Set<string | undefined>();
  const tellSynced = (account: string | undefined): void => {
    if (synced.has(account)) return;
    synced.add(account);
    report.synced(account);
  };
  const tellProblem: Report['problem'] = (problem) => report.problem(inOneLanguage(problem));
  const unsubscribe = gateway.onEvent((event: CoreEvent) => {
    if (event.event === 'synced') tellSynced(event.account);
    else if (event.event === 'problem') tellProblem(event);
    else report.progress();
  });
  const { accounts, problems } = gateway.status();
  for (const problem of problems) tellProblem(problem);
  for (const account of accounts) if (account.synced) tellSynced(account.name);
  if (accounts.every((account) => account.synced)) tellSynced(undefined);
  report.progress();
  return unsubscribe;
}

/** DESIGN §13: one JSON object a line. */
function createJsonReport(config: Config, gateway: Gateway, io: Io): Report {
  const say = (event: string, facts: object = {}): void => io.print(JSON.stringify({ event, ...facts }));
  const { user } = config.login;
  const ca = certificatePaths(config.certsDir).ca;
  say('ready', { ...gateway.ports, host: config.listen.host, user, ca, pid: process.pid });
  return {
    synced: (account) => say('synced', account === undefined ? {} : { account }),
    problem: ({ account, text, remedy }) =>
      say('problem', { ...(account === undefined ? {} : { account }), text, remedy }),
    progress: () => undefined,
    stopped: () => say('stopped'),
  };
}

async function createTextReport(
  config: Config,
  gateway: Gateway,
  progress: Progress,
  interactive: boolean,
): Promise<Report> {
  const accounts = () => gateway.status().accounts;
  const defaultName = config.accounts.find((account) => account.default)?.name;
  const facts = {
    config,
    ports: gateway.ports,
    // In a pipe the output is probably kept in a log: no place for a password.
    password: interactive ? (await config.login.password.load()).reveal() : undefined,
    address: accounts().find((account) => account.name === defaultName)?.address,
    addresses: machineFacts().addresses,
  };
  for (const line of welcomeLines(facts)) progress.print(line);
  progress.watch(accounts);
  return {
    synced(account) {
      if (account === undefined) {
        progress.update(accounts());
        progress.end();
        progress.print('All accounts are up to date. Ctrl-C stops the gateway.');
      } else if (!interactive) {
        const status = accounts().find(({ name }) => name === account);
        if (status) progress.print(progressText(status));
      }
    },
    problem: ({ account, text, remedy }) =>
      progress.print(
        printable(
          `${account === undefined ? '' : `${account}: `}${text.replace(/\.$/, '')}${remedy === '' ? '' : ` — ${remedy}`}`,
        ),
      ),
    progress: () => progress.update(accounts()),
    stopped() {
      progress.end();
      progress.print('The gateway has stopped.');
    },
  };
}
