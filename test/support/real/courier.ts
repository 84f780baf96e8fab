// A private Courier IMAP in a root directory of its own.
import { execFileSync } from 'node:child_process';
import { freePorts, startDaemon } from './daemon.js';
import { clonePrivateRoot, type PrivateRoot } from './private-root.js';
import { PASSWORD, type RealServer } from './server.js';

const MAIL_UID = 8_801;

/** As Debian's etc/courier/imapd has it, but for a shorter poll while idling and more connections. */
const ENVIRONMENT = {
  IMAP_CAPABILITY: 'IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE',
  IMAP_KEYWORDS: '1',
  IMAP_ACL: '1',
  IMAP_IDLE_TIMEOUT: '2',
  IMAP_MAILBOX_SANITY_CHECK: '1',
  IMAP_CHECK_ALL_FOLDERS: '0',
  IMAP_OBSOLETE_CLIENT: '0',
  IMAP_USELOCKS: '1',
  IMAP_ENHANCEDIDLE: '0',
  IMAP_TRASHFOLDERNAME: 'Trash',
  IMAP_EMPTYTRASH: 'Trash:7',
  IMAP_MOVE_EXPUNGE_TO_TRASH: '0',
};

export async function startCourier({ users }: { readonly users: readonly string[] }): Promise<RealServer> {
  const [port = 0] = await freePorts(1);
  const root = clonePrivateRoot('courier');
  try {
    prepare(root, users);
    const authentication = startDaemon({
      command: 'chroot',
      args: [root.path, '/usr/lib/courier/courier-authlib/authdaemond'],
      env: {
        authmodulelist: 'authuserdb',
        authmodulelistorig: 'authuserdb',
        daemons: '2',
        authdaemonvar: '/run/courier/authdaemon',
      },
    });
    const server = startDaemon({
      command: 'chroot',
      args: [
        root.path,
        '/usr/sbin/couriertcpd',
        ...['-address=127.0.0.1', '-maxprocs=60', '-maxperip=60', '-nodnslookup', '-noidentlookup', String(port)],
        ...['/usr/lib/courier/courier/imaplogin', '/usr/bin/imapd', 'Maildir'],
      ],
      env: ENVIRONMENT,
    });
    const log = () => `${authentication.log()}\n${server.log()}`;
    const stop = async () => {
      await server.stop();
      await authentication.stop();
      root.remove();
    };
    try {
      await server.listening(port);
    } catch (error) {
      await stop();
      throw error;
    }
    return { host: '127.0.0.1', port, delimiter: '.', prefix: 'INBOX.', password: PASSWORD, log, stop };
  } catch (error) {
    root.remove();
    throw error;
  }
}

function prepare(root: PrivateRoot, users: readonly string[]): void {
  root.write('etc/passwd', `root:x:0:0::/:/bin/sh\nmail:x:${MAIL_UID}:${MAIL_UID}::/home:/bin/sh\n`);
  root.write('etc/group', 'root:x:0:\n');
  root.write(
    'etc/courier/authdaemonrc',
    'authmodulelist="authuserdb"\ndaemons=2\nauthdaemonvar=/run/courier/authdaemon\n',
  );
  root.directory('run/courier/authdaemon');
  const hash = execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: PASSWORD, encoding: 'utf8' }).trim();
  const homeOf = (user: string) => `/home/${user}`;
  database(
    root,
    'userdb',
    users,
    (user) => `uid=${MAIL_UID}|gid=${MAIL_UID}|home=${homeOf(user)}|mail=${homeOf(user)}/Maildir`,
  );
  database(root, 'userdbshadow', users, () => `imappw=${hash}`);
  for (const user of users) for (const part of ['new', 'cur', 'tmp']) root.directory(`home/${user}/Maildir/${part}`);
  root.directory('home', MAIL_UID);
}

function database(
  root: PrivateRoot,
  name: string,
  users: readonly string[],
  describeUser: (user: string) => string,
): void {
  const rows = users.map((user) => `${user}\t${describeUser(user)}\n`).join('');
  const file = `/etc/courier/${name}.dat`;
  root.run('/usr/lib/courier/courier/makedatprog', ['-', `${file}.tmp`, file], `${rows}.\n`);
}
