// gateway demo-server: one demo account alone, so that any mail program can be tested against a provider's habits.
import { readFileSync } from 'node:fs';
import type { Argv } from 'yargs';
import type { DemoAccountAccess, Quirks } from '../demo/index.js';
import { createLogger } from '../lib/logger.js';
import { nearest } from '../lib/nearest.js';
import { CliError, ExitCode, type Io } from './io.js';
import { onStopSignal } from './signals.js';

export interface DemoServerOptions {
  readonly json: boolean;
  readonly list: boolean;
  readonly personality: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly smtpPort: number;
  /** Undefined: one is made up. */
  readonly password?: string | undefined;
  /** JSON, or a file that holds it: switches other than the personality's. */
  readonly quirks?: string | undefined;
  /** No sample mail, and none arrives. */
  readonly empty: boolean;
}

export const demoServerOptions = (command: Argv<{ readonly json: boolean; readonly config: string }>) =>
  command
    .option('list', { type: 'boolean', default: false, describe: 'Name the personalities, and end' })
    .option('personality', { type: 'string', default: 'generic', requiresArg: true, describe: 'Whose habits it has' })
    .option('port', { type: 'number', default: 0, requiresArg: true, describe: 'For IMAP; 0: any that is free' })
    .option('smtp-port', { type: 'number', default: 0, requiresArg: true, describe: 'For SMTP; 0: any that is free' })
    .option('password', { type: 'string', requiresArg: true, describe: 'To sign in with; made up when left out' })
    .option('quirks', {
      type: 'string',
      requiresArg: true,
      describe: 'Other habits than the personality has: {"noIdle": true, …}, or a file that holds such',
    })
    .option('empty', { type: 'boolean', default: false, describe: 'No sample mail, and none arrives' });

/** Until a signal comes. @throws {CliError} for a personality, a port or a switch that does not exist */
export async function demoServer(options: DemoServerOptions, io: Io, untilStopped = stopSignal): Promise<ExitCode> {
  const { PERSONALITY_NAMES, readQuirks, startDemoUpstreams } = await import('../demo/index.js');
  if (options.list) {
    if (options.json) io.print(JSON.stringify(PERSONALITY_NAMES));
    else for (const name of PERSONALITY_NAMES) io.print(name);
    return ExitCode.ok;
  }
  const personality = PERSONALITY_NAMES.find((name) => name === options.personality.toLowerCase());
  if (!personality) throw new CliError(unknownText(options.personality, PERSONALITY_NAMES), ExitCode.usage);
  for (const port of [options.port, options.smtpPort])
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      throw new CliError(`${port} is no port: they go from 1 to 65535, and 0 is any that is free`, ExitCode.usage);
  const { port: imapPort, smtpPort, password } = options;
  const quirks = options.quirks === undefined ? {} : quirksFrom(options.quirks, readQuirks);
  const request = { name: personality, personality, address: undefined, imapPort, smtpPort, quirks };
  const demo = await startDemoUpstreams([password === undefined ? request : { ...request, password }], {
    logger: createLogger({ level: 'warn' }),
    sampleMail: !options.empty,
    ...(options.empty ? { newMail: false } : {}),
  }).catch((error: NodeJS.ErrnoException & { port?: number }) => {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new CliError(`port ${error.port} is taken: choose another one with --port or --smtp-port`);
  });
  try {
    const stopped = untilStopped();
    tell(personality, demo.account(personality), options.json, io);
    await stopped;
  } finally {
    await demo[Symbol.asyncDispose]();
  }
  if (options.json) io.print(JSON.stringify({ event: 'stopped' }));
  return ExitCode.ok;
}

/** @throws {CliError} */
function quirksFrom(given: string, read: (json: unknown) => Partial<Quirks>): Partial<Quirks> {
  const isJson = /^\s*[{[]/.test(given);
  const where = isJson ? '--quirks' : given;
  try {
    return read(JSON.parse(isJson ? given : readFileSync(given, 'utf8')));
  } catch (error) {
    throw new CliError(`${where}: ${(error as Error).message}`, ExitCode.usage);
  }
}

/** What points an account of a gateway at it. */
export function accountOf(personality: string, { address, password, imapPort, smtpPort }: DemoAccountAccess) {
  const at = (port: number) => ({ host: '127.0.0.1', port, tls: 'none' });
  return { name: 'Demo', address, provider: personality, imap: at(imapPort), smtp: at(smtpPort), auth: { password } };
}

function tell(personality: string, access: DemoAccountAccess, json: boolean, io: Io): void {
  const { address, password, imapPort, smtpPort, oauth } = access;
  if (json) {
    const host = '127.0.0.1';
    const facts = {
      personality,
      host,
      imap: imapPort,
      smtp: smtpPort,
      user: address,
      password,
      oauth,
      pid: process.pid,
    };
    io.print(JSON.stringify({ event: 'ready', ...facts }));
    return;
  }
  io.print(`A demo of ${personality} on this machine, without TLS:`);
  io.print(`  IMAP      127.0.0.1:${imapPort}`);
  io.print(`  SMTP      127.0.0.1:${smtpPort}`);
  io.print(`  user      ${address}`);
  io.print(`  password  ${password}`);
  if (oauth) io.print(`  tokens    http://127.0.0.1:${oauth.tokenPort}/token, refresh token ${oauth.refreshToken}`);
  io.print('As an account of gateway.config.json (the password stands in it, which start warns of):');
  io.print(`  ${JSON.stringify(accountOf(personality, access))}`);
  io.print('It forgets everything when it ends: Ctrl-C.');
}

function unknownText(given: string, names: readonly string[]): string {
  const meant = nearest(given, names);
  const hint = meant === undefined ? `there are ${names.join(', ')}` : `did you mean "${meant}"?`;
  return `there is no personality "${given}": ${hint}`;
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    const undo = onStopSignal(() => {
      undo();
      resolve();
    });
  });
}
