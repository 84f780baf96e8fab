// A private Dovecot with the three accounts: own configuration, own directory, own port; the mail is gone afterwards.
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { ACCOUNTS, type BenchAccount, PASSWORD } from './accounts.js';
import { type Child, startChild } from './child.js';
import { BenchError } from './failure.js';
import type { ImapEndpoint } from './raw-imap.js';
import { until } from './wait.js';

const DOVECOT = '/usr/sbin/dovecot';
const MAIL_USER = 'mail';
const WAIT_MS = 20_000;

export interface Upstreams {
  readonly port: number;
  endpoint(account: BenchAccount): ImapEndpoint;
  /** Dovecot forgets what it has parsed, once nobody is signed in: the next listing is a first one again. */
  forgetParsed(): Promise<void>;
  stop(): Promise<void>;
}

/** @throws {BenchError} when this machine cannot run it */
export function checkMachine(): void {
  const missing = [DOVECOT, '/usr/lib/dovecot/imap', '/usr/bin/doveadm'].filter((file) => !existsSync(file));
  if (missing.length > 0)
    throw new BenchError(`the bench needs Debian's package dovecot-imapd (missing: ${missing.join(', ')})`);
  if (process.getuid?.() !== 0) throw new BenchError('the bench must run as root: it starts a Dovecot of its own');
}

/** @param directory empty, readable by everybody; taken over entirely */
export async function startUpstreams(directory: string): Promise<Upstreams> {
  const port = await freePort();
  const configFile = join(directory, 'dovecot.conf');
  const idOf = (what: '-u' | '-g') => Number(execFileSync('id', [what, MAIL_USER], { encoding: 'utf8' }));
  const [uid, gid] = [idOf('-u'), idOf('-g')];
  // Dovecot's unprivileged processes look into it.
  chmodSync(directory, 0o755);
  for (const name of ['run', 'state', 'mail']) mkdirSync(join(directory, name));
  chownSync(join(directory, 'mail'), uid, gid);
  writeFileSync(join(directory, 'users'), ACCOUNTS.map(({ user }) => `${user}:{PLAIN}${PASSWORD}::::::\n`).join(''));
  writeFileSync(configFile, configuration({ directory, port, uid, gid }));
  const logFile = join(directory, 'dovecot.log');
  const child = startChild({ command: DOVECOT, args: ['-F', '-c', configFile], logFile });
  await until(`Dovecot listens on ${port}`, WAIT_MS, async () => {
    if (child.hasEnded()) throw new BenchError(`Dovecot has ended:\n${child.log()}`);
    return canConnect(port);
  });
  const nobodyIsIn = () => doveadm(configFile, ['who', '-1']).trim().split('\n').length <= 1;
  return {
    port,
    endpoint: ({ user }) => ({ host: '127.0.0.1', port, user, password: PASSWORD }),
    forgetParsed: async () => {
      await until('every IMAP session has ended', WAIT_MS, nobodyIsIn);
      for (const file of readdirSync(join(directory, 'mail'), { recursive: true, encoding: 'utf8' }))
        if (file.endsWith('dovecot.index.cache')) rmSync(join(directory, 'mail', file));
    },
    stop: () => stop(child),
  };
}

const stop = (child: Child): Promise<void> => child.stop();

const doveadm = (configFile: string, args: readonly string[]): string =>
  execFileSync('/usr/bin/doveadm', ['-c', configFile, '-f', 'tab', ...args], { encoding: 'utf8' });

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const done = (isUp: boolean) => {
      socket.destroy();
      resolve(isUp);
    };
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}

/** A port nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

interface Settings {
  readonly directory: string;
  readonly port: number;
  readonly uid: number;
  readonly gid: number;
}

function configuration({ directory, port, uid, gid }: Settings): string {
  const uses = new Map(ACCOUNTS.flatMap(({ mailboxes }) => mailboxes.map(([path, use]) => [path, use] as const)));
  const specialUses = [...uses].flatMap(([path, use]) =>
    use === undefined ? [] : [`  mailbox "${path}" {\n    special_use = \\${use}\n  }`],
  );
  return `
base_dir = ${directory}/run
state_dir = ${directory}/state
log_path = ${directory}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
first_valid_uid = 1
first_valid_gid = 1
mail_uid = ${uid}
mail_gid = ${gid}
mail_location = mdbox:${directory}/mail/%u
mail_fsync = never
mail_max_userip_connections = 100
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u ${directory}/users
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${directory}/mail/%u
}
service imap-login {
  service_count = 0
  process_min_avail = 1
  client_limit = 500
  inet_listener imap {
    port = ${port}
  }
}
namespace inbox {
  inbox = yes
  separator = /
  prefix =
${specialUses.join('\n')}
}
`;
}
