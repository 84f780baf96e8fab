// Sees to the servers and clients the real tests need. As root on Debian it installs them; otherwise it says what is missing.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { hasPrivateServer, makePrivateServer, PRIVATE_SERVERS } from './private-servers.mjs';
import { run } from './run.mjs';

/** Debian package → a file that is there when it is installed. */
const PACKAGES = {
  'dovecot-imapd': '/usr/lib/dovecot/imap',
  'sasl2-bin': '/usr/sbin/saslpasswd2',
  isync: '/usr/bin/mbsync',
  swaks: '/usr/bin/swaks',
  // swaks speaks TLS only with it.
  'libnet-ssleay-perl': '/usr/share/doc/libnet-ssleay-perl',
  curl: '/usr/bin/curl',
  openssl: '/usr/bin/openssl',
  python3: '/usr/bin/python3',
  'python3-imap-tools': '/usr/lib/python3/dist-packages/imap_tools',
  'libmail-imapclient-perl': '/usr/share/perl5/Mail/IMAPClient.pm',
  // Mail::IMAPClient speaks TLS only with it.
  'libio-socket-ssl-perl': '/usr/share/perl5/IO/Socket/SSL.pm',
  offlineimap3: '/usr/bin/offlineimap',
  imapfilter: '/usr/bin/imapfilter',
  neomutt: '/usr/bin/neomutt',
  tmux: '/usr/bin/tmux',
  thunderbird: '/usr/bin/thunderbird',
  xvfb: '/usr/bin/Xvfb',
  'libnss3-tools': '/usr/bin/certutil',
};
const WAIT = ['-o', 'DPkg::Lock::Timeout=300'];
const missing = Object.entries(PACKAGES)
  .filter(([, file]) => !existsSync(file))
  .map(([name]) => name);
const missingServers = Object.keys(PRIVATE_SERVERS).filter((name) => !hasPrivateServer(name));

if (missing.length + missingServers.length > 0) {
  const canInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (!canInstall) {
    const what = [...missing, ...missingServers.map((name) => PRIVATE_SERVERS[name].packages[0])].join(', ');
    console.error(`npm run test:real needs Debian's packages ${what}: run it as root on Debian, which installs them.`);
    process.exit(1);
  }
  run('apt-get', ['update', '-qq']);
  if (missing.length > 0) install(missing);
  for (const name of missingServers) makePrivateServer(name);
} else if (process.getuid?.() !== 0) {
  console.error('npm run test:real must run as root: Cyrus and Courier run in a root directory of their own (chroot).');
  process.exit(1);
}

function install(names) {
  console.error(`Installing ${names.join(', ')} …`);
  // The tests start their own servers; the packages' services must not start (policy-rc.d: 101 = not allowed).
  const policy = '/usr/sbin/policy-rc.d';
  const isOurs = !existsSync(policy);
  if (isOurs) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    run('apt-get', ['install', '-y', '-qq', ...WAIT, '--no-install-recommends', '--no-remove', ...names]);
  } finally {
    if (isOurs) rmSync(policy, { force: true });
  }
}
