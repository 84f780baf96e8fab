// A private Cyrus in a root directory of its own.
import { execFileSync } from 'node:child_process';
import { chownSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '../wait-until.js';
import { freePorts, startDaemon } from './daemon.js';
import { clonePrivateRoot, type PrivateRoot } from './private-root.js';
import { PASSWORD, type RealServer } from './server.js';

const CYRUS_UID = 8_800;
const BIN = '/usr/lib/cyrus/bin';

export async function startCyrus({ users }: { readonly users: readonly string[] }): Promise<RealServer> {
  const [port = 0] = await freePorts(1);
  const root = clonePrivateRoot('cyrus');
  try {
    prepare(root, users, port);
    // Cyrus tells syslog only.
    const syslog = startDaemon({ command: 'python3', args: ['-u', '-c', SYSLOG, join(root.path, 'dev/log')] });
    const log = () => `${syslog.log()}\n${daemon.log()}`;
    await waitUntil('syslog is there', () => existsSync(join(root.path, 'dev/log')), { explain: syslog.log });
    const daemon = startDaemon({ command: 'chroot', args: [root.path, `${BIN}/master`], readLog: syslog.log });
    const stop = async () => {
      await daemon.stop();
      await syslog.stop();
      root.remove();
    };
    try {
      await daemon.listening(port);
    } catch (error) {
      await stop();
      throw error;
    }
    return { host: '127.0.0.1', port, delimiter: '/', prefix: '', password: PASSWORD, log, stop };
  } catch (error) {
    root.remove();
    throw error;
  }
}

function prepare(root: PrivateRoot, users: readonly string[], port: number): void {
  root.write('etc/passwd', `root:x:0:0::/:/bin/sh\ncyrus:x:${CYRUS_UID}:${CYRUS_UID}::/:/bin/sh\n`);
  root.write('etc/group', `root:x:0:\nmail:x:${CYRUS_UID}:cyrus\n`);
  // libical refuses to start without any time zone.
  root.write('usr/share/zoneinfo/zone.tab', 'GB\t+513030-0000731\tEurope/London\n');
  root.write('etc/imapd.conf', IMAPD_CONF);
  root.write(
    'etc/cyrus.conf',
    `START {\n  recover cmd="${BIN}/ctl_cyrusdb -r"\n}
SERVICES {\n  imap cmd="${BIN}/imapd -U 30" listen="127.0.0.1:${port}" prefork=0 maxchild=100\n}
EVENTS {\n  checkpoint cmd="${BIN}/ctl_cyrusdb -c" period=30\n}
DAEMON {\n  idled cmd="${BIN}/idled"\n}\n`,
  );
  const sasldb = join(root.path, 'etc/sasldb2');
  for (const user of users)
    execFileSync('/usr/sbin/saslpasswd2', ['-p', '-c', '-f', sasldb, '-u', 'localhost', user], { input: PASSWORD });
  chownSync(sasldb, CYRUS_UID, CYRUS_UID);
  for (const directory of ['db', 'proc', 'msg', 'log', 'quota', 'user', 'socket', 'ptclient', 'sieve'])
    root.directory(`var/lib/cyrus/${directory}`);
  for (const directory of ['var/lib/cyrus', 'var/spool/cyrus/mail', 'run/cyrus/socket', 'run/cyrus/lock'])
    root.directory(directory, CYRUS_UID);
}

const SYSLOG = `
import os, socket, sys
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o666)
while True: print(receiver.recv(8192).decode('utf-8', 'replace').rstrip())
`;

const IMAPD_CONF = `
configdirectory: /var/lib/cyrus
defaultpartition: default
partition-default: /var/spool/cyrus/mail
altnamespace: yes
unixhierarchysep: yes
servername: localhost
cyrus_user: cyrus
allowplaintext: yes
autocreate_quota: 0
autocreate_post: yes
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: /etc/sasldb2
sasl_mech_list: PLAIN LOGIN
idlesocket: /run/cyrus/socket/idle
mboxname_lockpath: /run/cyrus/lock
imapidlepoll: 1
conversations: no
`;
