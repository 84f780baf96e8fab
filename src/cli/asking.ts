// The commands that ask a running gateway: status, accounts, sync, stop.
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../config/index.js';
import type { AccountStatus, GatewayStatus } from '../gateway.js';
import { inLanguage, keptIn, type Language } from '../lib/languages.js';
import { ControlError, callControl, NotRunningError } from '../status-socket/index.js';
import { CliError, ExitCode, type Io } from './io.js';
import { limitLines } from './limits-text.js';
import { totals } from './progress.js';
import * as words from './status-words.js';
import { count, inOneLanguage, languageFor, printable, table } from './text.js';
import { traitLines } from './traits-text.js';

export interface AskOptions {
  readonly config: string;
  readonly json: boolean;
}

const SYNC_MS = 10 * 60_000;
const STOP_MS = 8_000;

/** The gateway and this command are one program: what it answers is its own GatewayStatus. */
const askStatus = async (dataDir: string): Promise<GatewayStatus> =>
  (await callControl(dataDir, { request: 'status' })) as GatewayStatus;

export interface StatusOptions extends AskOptions {
  readonly verbose?: boolean;
  readonly language?: Language | undefined;
}

export async function status(
  { config: file, json, verbose = false, language }: StatusOptions,
  io: Io,
): Promise<ExitCode> {
  const config = loadConfig(file, { lazySecrets: true });
  const facts = await askStatus(config.dataDir);
  const lang = languageFor(language);
  if (json) io.print(JSON.stringify(statusJson(facts, lang)));
  else for (const line of statusLines(facts, config.listen.host, verbose, lang)) io.print(line);
  return ExitCode.ok;
}

const statusJson = (facts: GatewayStatus, language: Language): GatewayStatus => ({
  ...facts,
  accounts: facts.accounts.map((account) => ({
    ...account,
    reason: reasonIn(account, language),
    lastError: account.lastError === undefined ? undefined : inLanguage(account.lastError, language),
  })),
  submissions: {
    ...facts.submissions,
    waiting: facts.submissions.waiting.map((one) => ({ ...one, reason: inLanguage(one.reason, language) })),
  },
  problems: facts.problems.map((problem) => inOneLanguage(problem, language)),
});

export function statusLines(
  facts: GatewayStatus,
  host: string,
  isVerbose = false,
  language: Language = 'en',
): string[] {
  const limits = limitLines(facts.accounts, isVerbose, language).map(printable);
  const ports = Object.entries(facts.ports).map(([name, port]) => `${name} ${port}`);
  const { queued, failed, waiting } = facts.submissions;
  const told = saidOnce(facts.problems.map((problem) => inOneLanguage(problem, language)));
  const devices = facts.clients.devices.map(deviceText).join('; ');
  return [
    words.running(Date.now() - facts.startedAt, facts.pid, host, ports.join(', '))[language],
    words.clients(facts.clients.imap, facts.clients.smtp)[language],
    ...(devices === '' ? [] : [words.devices(devices)[language]]),
    ...(queued + failed > 0 ? [words.toBeSent(queued, failed)[language]] : []),
    ...waiting.map((one) => printable(`  ${words.notSent(one)[language]}`)),
    '',
    ...accountTable(facts, language),
    ...(limits.length > 0 ? ['', ...limits] : []),
    ...(isVerbose ? traitLines(facts.accounts, language).map(printable) : []),
    ...told.flatMap((problem) => ['', ...problemLines(problem, language)]),
  ];
}

const deviceText = ({ name, connections, programs }: GatewayStatus['clients']['devices'][number]): string =>
  printable(`${name} ${connections}${programs.length > 0 ? ` (${programs.join(', ')})` : ''}`);

/** In one language; what the journal keeps of its last failure is in the words of whoever refused. */
const reasonIn = ({ reason }: AccountStatus, language: Language): string | undefined =>
  reason === undefined ? undefined : inLanguage(reason, language);

function whyOf(account: AccountStatus, problems: GatewayStatus['problems'], language: Language): string {
  const why = account.reason ?? account.lastError ?? '';
  // There more may stand before it.
  const isTold =
    why !== '' &&
    problems.some(
      ({ account: of, text }) => of === account.name && inLanguage(text, 'en').endsWith(inLanguage(why, 'en')),
    );
  // What stands below with its remedy is not said twice.
  if (isTold) return words.SEE_BELOW[language];
  return reasonIn(account, language) ?? (why === '' ? '' : keptIn(why, language));
}

function accountTable({ accounts, problems }: GatewayStatus, language: Language): string[] {
  const rows = accounts.map((account) => {
    const { done, total } = totals(account);
    // Of an account that is away, what is served is no part of something that goes on.
    const isAllHere = done === total && account.state !== 'syncing';
    const mail =
      total === 0 && !account.synced
        ? '-'
        : account.synced || isAllHere
          ? `${count(total)}`
          : words.partly(done, total)[language];
    const rate =
      !account.synced && account.messagesPerSecond > 0 ? words.rate(account.messagesPerSecond)[language] : '';
    const owed = account.journalDepth === 0 ? '0' : words.owed(account.journalDepth, account.oldestJournalMs)[language];
    const state = words.STATES[account.state];
    return [
      account.name,
      account.address,
      (account.pausedUntil === undefined ? state : words.until(state, account.pausedUntil))[language],
      `${mail} ${rate}`.trim(),
      owed,
      whyOf(account, problems, language),
    ].map(printable);
  });
  return table(words.ACCOUNT_HEADING[language], rows);
}

/** What helps against two problems of an account stands beside the first. */
const saidOnce = (problems: GatewayStatus['problems']): GatewayStatus['problems'] =>
  problems.map((problem, index) => {
    const isSaid = problems.slice(0, index).some((o) => o.account === problem.account && o.remedy === problem.remedy);
    return isSaid ? { ...problem, remedy: '' } : problem;
  });

const problemLines = ({ account, text, remedy }: GatewayStatus['problems'][number], language: Language): string[] => [
  printable(`! ${account === undefined ? '' : `${account}${language === 'zh' ? '：' : ': '}`}${text}`),
  ...(remedy === '' ? [] : [printable(`  ${remedy}`)]),
];

/** The accounts of the configuration, with their state when a gateway runs. */
export async function accounts({ config: file, json }: AskOptions, io: Io): Promise<ExitCode> {
  const config = loadConfig(file, { lazySecrets: true });
  const running = await askStatus(config.dataDir).catch((error: unknown) => {
    if (error instanceof NotRunningError) return undefined;
    throw error;
  });
  const rows = config.accounts.map((account) => {
    const now = running?.accounts.find(({ name }) => name === account.name);
    return {
      name: account.name,
      address: now?.address ?? account.address,
      provider: account.kind === 'demo' ? account.demo : account.provider,
      demo: account.kind === 'demo',
      default: account.default,
      identities: account.identities,
      state: now?.state,
    };
  });
  if (json) io.print(JSON.stringify(rows));
  else {
    const cells = rows.map((row) => [
      `${row.name}${row.default ? ' (default)' : ''}`,
      row.address ?? '',
      `${row.provider}${row.demo ? ' (demo)' : ''}`,
      row.state ?? 'not running',
    ]);
    for (const line of table(['Account', 'Address', 'Provider', 'State'], cells)) io.print(printable(line));
  }
  return ExitCode.ok;
}

export async function sync(
  { config: file, json, account, force = false }: AskOptions & { account: string | undefined; force?: boolean },
  io: Io,
): Promise<ExitCode> {
  const config = loadConfig(file, { lazySecrets: true });
  const known = config.accounts.map(({ name }) => name);
  const name = account === undefined ? undefined : known.find((one) => one.toLowerCase() === account.toLowerCase());
  if (account !== undefined && name === undefined) {
    throw new CliError(`there is no account "${account}": the configuration has ${known.join(', ')}`);
  }
  await callControl(
    config.dataDir,
    { request: 'sync', ...(name === undefined ? {} : { account: name }), ...(force ? { force } : {}) },
    SYNC_MS,
  ).catch((error: unknown) => {
    if (!(error instanceof ControlError)) throw error;
    const { message: en, chinese: zh = en } = error;
    const lines = { en, zh }[languageFor(undefined)];
    // A line for each account that failed.
    throw new CliError(lines.includes('\n') ? words.notUpToDate(lines)[languageFor(undefined)] : lines);
  });
  const { accounts } = await askStatus(config.dataDir);
  // It has been tried, and has to wait for something.
  const owing = accounts.filter((one) => (name === undefined || one.name === name) && one.journalDepth > 0);
  const owed = owing.map((one) => ({ account: one.name, changes: one.journalDepth, reason: one.lastError }));
  const language = languageFor(undefined);
  if (json) {
    const told = owed.map((one) => ({ ...one, reason: one.reason && inLanguage(one.reason, language) }));
    io.print(JSON.stringify({ event: 'synced', ...(name === undefined ? {} : { account: name }), owed: told }));
  } else for (const line of syncedLines(name, owed, language)) io.print(printable(line));
  return ExitCode.ok;
}

/** What `sync` says: `owed` are the changes that have been tried, and could not be carried out yet. */
export function syncedLines(
  name: string | undefined,
  owed: readonly { readonly account: string; readonly changes: number; readonly reason: string | undefined }[],
  language: Language,
): string[] {
  const waits = owed.map(
    ({ account, changes, reason = '' }) =>
      words.hasYetToBeDone(account, changes, reason === '' ? '' : keptIn(reason, language))[language],
  );
  return [words.upToDate(name, waits.length > 0)[language], ...waits.map((line) => `  ${line}`)];
}

/** Asks the gateway to stop, and waits until it has. */
export async function stop({ config: file, json }: AskOptions, io: Io): Promise<ExitCode> {
  const { dataDir } = loadConfig(file, { lazySecrets: true });
  await callControl(dataDir, { request: 'stop' });
  const deadline = Date.now() + STOP_MS;
  while (await isRunning(dataDir)) {
    if (Date.now() > deadline) throw new CliError(`the gateway has not stopped within ${STOP_MS / 1000} s`);
    await sleep(50);
  }
  io.print(json ? JSON.stringify({ event: 'stopped' }) : 'The gateway has stopped.');
  return ExitCode.ok;
}

async function isRunning(dataDir: string): Promise<boolean> {
  try {
    await askStatus(dataDir);
    return true;
  } catch (error) {
    if (error instanceof NotRunningError) return false;
    // Asked while it closes its doors: it does not answer any more, and may not be gone yet.
    if (error instanceof ControlError) return true;
    throw error;
  }
}
