// A private Dovecot: own configuration, own directories, own ports.
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Daemon, freePorts, startDaemon } from './daemon.js';
import { PASSWORD, type RealServer } from './server.js';

export interface DovecotOptions {
  readonly users: readonly string[];
  /** Instead of all that it can do: the words it advertises after login. */
  readonly capability?: string;
  /** How mail lies on disk: `mdbox` keeps many messages in a file, which suits large mailboxes. */
  readonly storage?: 'sdbox' | 'mdbox';
}

export interface Dovecot extends RealServer {
  /** IMAP over TLS, with the certificate in `caFile`. */
  readonly tlsPort: number;
  readonly caFile: string;
  /** What is kept on disk, a directory for each user. */
  readonly mailDirectory: string;
  /** Open IMAP sessions of a user. */
  sessions(user: string): number;
  /** Ends the process and keeps the mail; `start` brings it back on the same ports. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/** Everything but the extensions that tell changes. */
export const WITHOUT_CONDSTORE =
  'IMAP4rev1 SASL-IR LITERAL+ ID ENABLE IDLE NAMESPACE CHILDREN UIDPLUS MOVE UNSELECT SPECIAL-USE LIST-EXTENDED';

/** Special uses by name, for the trees of three kinds of provider; a name that does not exist has none. */
const SPECIAL_USES: readonly [name: string, use: string][] = [
  ['Sent Messages', 'Sent'],
  ['Deleted Messages', 'Trash'],
  ['Junk', 'Junk'],
  ['Drafts', 'Drafts'],
  ['Sent', 'Sent'],
  ['Deleted', 'Trash'],
  ['Trash', 'Trash'],
  ['Archive', 'Archive'],
  ['[Gmail]/Sent Mail', 'Sent'],
  ['[Gmail]/Trash', 'Trash'],
  ['[Gmail]/Spam', 'Junk'],
  ['[Gmail]/Drafts', 'Drafts'],
  ['[Gmail]/All Mail', 'Archive'],
];

const MAIL_USER = 'mail';

export async function startDovecot(options: DovecotOptions): Promise<Dovecot> {
  const base = mkdtempSync(join(tmpdir(), 'gw-dovecot-'));
  const [port = 0, tlsPort = 0] = await freePorts(2);
  const configFile = join(base, 'dovecot.conf');
  prepare(base, options, { port, tlsPort });
  const logFile = join(base, 'dovecot.log');
  const log = () => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '');
  let daemon: Daemon | undefined;
  const resume = async () => {
    daemon = startDaemon({ command: '/usr/sbin/dovecot', args: ['-F', '-c', configFile], readLog: log });
    await daemon.listening(port);
    await daemon.listening(tlsPort);
  };
  const pause = async () => {
    await daemon?.stop();
    daemon = undefined;
  };
  const stop = async () => {
    await pause();
    rmSync(base, { recursive: true, force: true });
  };
  try {
    await resume();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    host: '127.0.0.1',
    port,
    tlsPort,
    caFile: join(base, 'cert.pem'),
    delimiter: '/',
    prefix: '',
    password: PASSWORD,
    log,
    mailDirectory: join(base, 'mail'),
    sessions: (user) => sessionsOf(configFile, user),
    pause,
    resume,
    stop,
  };
}

function sessionsOf(configFile: string, user: string): number {
  const told = execFileSync('/usr/bin/doveadm', ['-c', configFile, '-f', 'tab', 'who', '-1', user], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return told.split('\n').filter((line) => line.startsWith(`${user}\t`)).length;
}

function prepare(base: string, options: DovecotOptions, ports: { port: number; tlsPort: number }): void {
  // Dovecot's unprivileged processes look into it.
  chmodSync(base, 0o755);
  for (const directory of ['run', 'state', 'mail']) mkdirSync(join(base, directory));
  const idOf = (what: '-u' | '-g') => Number(execFileSync('id', [what, MAIL_USER], { encoding: 'utf8' }));
  const [uid, gid] = [idOf('-u'), idOf('-g')];
  chownSync(join(base, 'mail'), uid, gid);
  makeCertificate(base);
  writeFileSync(join(base, 'users'), options.users.map((user) => `${user}:{PLAIN}${PASSWORD}::::::\n`).join(''));
  writeFileSync(join(base, 'dovecot.conf'), configuration(base, options, { ...ports, uid, gid }));
}

function makeCertificate(base: string): void {
  const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1';
  const files = ['-keyout', join(base, 'key.pem'), '-out', join(base, 'cert.pem')];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '30',
      '-subj',
      '/CN=localhost',
      '-addext',
      names,
      ...files,
    ],
    { stdio: 'ignore' },
  );
}

interface Settings {
  readonly port: number;
  readonly tlsPort: number;
  readonly uid: number;
  readonly gid: number;
}

const configuration = (
  base: string,
  { capability, storage = 'sdbox' }: DovecotOptions,
  { port, tlsPort, uid, gid }: Settings,
): string => `
base_dir = ${base}/run
state_dir = ${base}/state
log_path = ${base}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <${base}/cert.pem
ssl_key = <${base}/key.pem
ssl_dh =
disable_plaintext_auth = no
auth_mechanisms = plain login
first_valid_uid = 1
first_valid_gid = 1
mail_uid = ${uid}
mail_gid = ${gid}
mail_location = ${storage}:${base}/mail/%u
mail_fsync = never
mail_max_userip_connections = 500
${capability === undefined ? '' : `imap_capability = ${capability}`}
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u ${base}/users
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${base}/mail/%u
}
service imap-login {
  service_count = 0
  client_limit = 1000
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = ${tlsPort}
    ssl = yes
  }
}
namespace inbox {
  inbox = yes
  separator = /
  prefix =
${SPECIAL_USES.map(([name, use]) => `  mailbox "${name}" {\n    special_use = \\${use}\n  }`).join('\n')}
}
`;
