// Mail servers of a few lines, which count the sign-ins they are asked for.

import { writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { type Config, loadConfig } from '../../../../src/config/index.js';
import { examine, type Finding } from '../../../../src/gateway/doctor/doctor.js';

export interface Counting extends AsyncDisposable {
  readonly port: number;
  /** Sign-ins asked for. */
  logins(): number;
}

type Answer = (line: string, socket: Socket) => string | undefined;

/** Says `greeting` (nothing if undefined) and answers each line. */
export async function lineServer(greeting: string | undefined, answer: Answer = () => undefined): Promise<Counting> {
  let logins = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    if (greeting !== undefined) socket.write(`${greeting}\r\n`);
    let rest = '';
    socket.on('data', (chunk) => {
      const lines = `${rest}${chunk.toString('latin1')}`.split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (/^(?:\S+ LOGIN |\S+ AUTHENTICATE |AUTH )/i.test(line)) logins++;
        const said = answer(line, socket);
        if (said !== undefined) socket.write(said);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    logins: () => logins,
    [Symbol.asyncDispose]: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** An IMAP server that answers every sign-in with `words`. */
export const refusingImap = (words = 'NO [AUTHENTICATIONFAILED] wrong password') =>
  lineServer('* OK [CAPABILITY IMAP4rev1] ready', (line) => {
    const [tag = '', verb = ''] = line.split(' ');
    if (/^LOGIN$/i.test(verb)) return `${tag} ${words}\r\n`;
    if (/^CAPABILITY$/i.test(verb)) return `* CAPABILITY IMAP4rev1\r\n${tag} OK\r\n`;
    return `${tag} OK\r\n`;
  });

/** A submission server that answers every sign-in with `words`, and has no STARTTLS. */
export const smtpServer = (words = '235 2.7.0 welcome') =>
  lineServer('220 here', (line) => {
    if (/^EHLO/i.test(line)) return '250-here\r\n250 AUTH PLAIN\r\n';
    if (/^AUTH/i.test(line)) return `${words}\r\n`;
    return /^QUIT/i.test(line) ? '221 bye\r\n' : '250 fine\r\n';
  });

type Tls = 'none' | 'implicit' | 'starttls';
export interface Wanted {
  readonly name?: string;
  readonly imap: number;
  readonly smtp: number;
  readonly tls?: readonly [imap: Tls, smtp: Tls];
  readonly more?: object;
}

export function configOf(directory: string, ...accounts: Wanted[]): Config {
  const file = join(directory, 'gateway.config.json');
  const entries = accounts.map(({ name = 'A', imap, smtp, tls = ['none', 'none'], more }) => ({
    name,
    address: `${name.toLowerCase()}@example.org`,
    provider: 'generic',
    imap: { host: '127.0.0.1', port: imap, tls: tls[0] },
    smtp: { host: '127.0.0.1', port: smtp, tls: tls[1] },
    auth: { user: name, password: 'secret' },
    ...more,
  }));
  writeFileSync(file, JSON.stringify({ dataDir: join(directory, 'data'), accounts: entries }));
  return loadConfig(file);
}

/** What is said of the account, `level side: what`. */
export const linesAbout = (found: readonly Finding[], account: string): string[] =>
  found.filter((one) => one.account === account).map(({ level, area, what }) => `${level} ${area}: ${what.en}`);

export async function examined(config: Config, timeoutMs = 2_000): Promise<Finding[]> {
  const found: Finding[] = [];
  await examine(config, { running: undefined, isFull: false, timeoutMs, onFinding: (one) => found.push(one) });
  return found;
}
