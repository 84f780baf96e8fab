// Every failure a user can meet → one line that names the remedy. What is not known here is a bug and keeps its stack.
import { type Config, ConfigError, configurationInChinese } from '../config/index.js';
import { errorCode } from '../lib/files.js';
import type { Language } from '../lib/languages.js';
import { AlreadyRunningError, ControlError, NotRunningError } from '../status-socket/index.js';
import { TlsError } from '../tls/index.js';
import { CliError, ExitCode } from './io.js';
import { both } from './text.js';

export interface Explanation {
  readonly text: string;
  readonly exitCode: ExitCode;
}

/** Told by their names: their classes would load the whole gateway for every command. */
const FROM_THE_STORE = ['DatabaseVersionError', 'DataGoneError', 'BackupError'];

/** The one-line explanation; undefined for a bug. `config` as far as it is known. In Chinese where it is known in it. */
export function explain(error: unknown, config?: Config, language: Language = 'en'): Explanation | undefined {
  if (error instanceof CliError) return { text: error.message, exitCode: error.exitCode };
  if (error instanceof NotRunningError) {
    const text = both(
      `${error.message}: start it with "gateway start"`,
      `没有使用数据目录 ${error.dataDir} 的网关在运行：请用 "gateway start" 启动`,
    );
    return { text: text[language], exitCode: ExitCode.notRunning };
  }
  if (error instanceof ConfigError && language === 'zh') {
    const lines = error.message.split('\n').map((line) => configurationInChinese(line) ?? line);
    return { text: lines.join('\n'), exitCode: ExitCode.failed };
  }
  if (
    error instanceof ConfigError ||
    error instanceof TlsError ||
    error instanceof AlreadyRunningError ||
    error instanceof ControlError ||
    (error instanceof Error && FROM_THE_STORE.includes(error.name))
  ) {
    return { text: error.message, exitCode: ExitCode.failed };
  }
  if (error instanceof Error && error.name === 'DiskError') return explain(asSystemError(error), config);
  const text = error instanceof Error ? systemErrorText(error, config) : undefined;
  return text === undefined ? undefined : { text, exitCode: ExitCode.failed };
}

/** What the store tells in its own words (mail/errors.ts), as the system says it. */
function asSystemError(error: Error & { trouble?: string }): Error {
  if (error.trouble === 'full') return Object.assign(new Error(error.message), { code: 'ENOSPC' });
  return error.cause instanceof Error ? error.cause : Object.assign(new Error(error.message), { code: 'EIO' });
}

interface SystemError {
  readonly path?: string;
  readonly port?: number;
  readonly address?: string;
  readonly syscall?: string;
  /** All the ports that are taken, where it was looked. */
  readonly taken?: readonly number[];
}

const takenText = ({ port, address, taken = [] }: SystemError, config: Config | undefined): string =>
  taken.length < 2
    ? `port ${port} on ${address} is taken by another program: stop that one, or choose another port in ${listenSetting(port, config)}`
    : `ports ${taken.join(', ')} on ${address} are taken by other programs: stop them, or choose other ports in ${listenSetting(undefined, config)}`;

function systemErrorText(error: Error & SystemError, config: Config | undefined): string | undefined {
  const { port, address, path, syscall } = error;
  const setting = listenSetting(port, config);
  const where = path ?? config?.dataDir ?? 'the data directory';
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return takenText(error, config);
    case 'EADDRNOTAVAIL':
      return `${address} is no address of this machine: correct "listen.host" in ${config?.file ?? 'the configuration'}`;
    case 'EACCES':
    case 'EPERM':
      if (port !== undefined)
        return `port ${port} needs more rights than this user has: choose one above 1023 in ${setting}`;
      return `${where}: no permission to read or write here; change its owner, or give another "dataDir"`;
    case 'EROFS':
      return `${where} is on a read-only disk: give another "dataDir"`;
    case 'ENOSPC':
      return `the disk with ${where} is full: make room and start again`;
    case 'EIO':
      return `the disk with ${where} fails: look into the system log, and save what is there to another disk`;
    case 'ENOTDIR':
    case 'EEXIST':
      return `${where} is a file where a directory should be: move it away, or give another "dataDir"`;
    case 'EISDIR':
      return `${where} is a directory where a file should be: move it away, or give another "dataDir"`;
    case 'ENOENT':
      if (syscall === 'mkdir') return `${where} cannot be made: give another "dataDir"`;
      return path === undefined ? undefined : `${path} does not exist`;
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_READONLY':
      return `the index in ${where} cannot be used: ${error.message}: let this user read and write gateway.db and its directory`;
    case 'SQLITE_FULL':
      return `the disk with ${where} is full: make room and start again`;
    case 'SQLITE_BUSY':
      return `the index in ${where} cannot be used: ${error.message}: end the other program that has gateway.db open`;
    case 'SQLITE_CORRUPT':
    case 'SQLITE_NOTADB':
      return `the index in ${where} is damaged: ${error.message}: start the gateway again, it saves what can be read and fetches the rest anew`;
    case 'ERR_DLOPEN_FAILED':
      return 'the SQLite driver was built for another version of Node: run "npm rebuild better-sqlite3"';
    default:
      if (errorCode(error)?.startsWith('SQLITE_IOERR'))
        return `the disk with ${where} fails (${error.message}): look into the system log, and save what is there to another disk`;
      return undefined;
  }
}

function listenSetting(port: number | undefined, config: Config | undefined): string {
  const file = config?.file ?? 'the configuration';
  const key =
    config && (['imap', 'imaps', 'smtp', 'smtps', 'web'] as const).find((name) => config.listen[name] === port);
  return key ? `"listen.${key}" in ${file}` : `"listen" in ${file}`;
}
