// Sees to the servers and clients the real tests need. As root on Debian it installs them; otherwise it says what is missing.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

/** Debian package → a file that is there when it is installed. */
const PACKAGES = {
  'dovecot-imapd': '/usr/lib/dovecot/imap',
  'cyrus-imapd': '/usr/lib/cyrus/bin/imapd',
  'sasl2-bin': '/usr/sbin/saslpasswd2',
  'courier-imap': '/usr/bin/imapd',
  isync: '/usr/bin/mbsync',
  swaks: '/usr/bin/swaks',
  curl: '/usr/bin/curl',
  openssl: '/usr/bin/openssl',
  python3: '/usr/bin/python3',
};
const missing = Object.entries(PACKAGES)
  .filter(([, file]) => !existsSync(file))
  .map(([name]) => name);

if (missing.length > 0) {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    console.error(`npm run test:real needs Debian's packages ${missing.join(', ')}: install them, or run it as root.`);
    process.exit(1);
  }
  install(missing);
}

function install(names) {
  console.error(`Installing ${names.join(', ')} …`);
  // The tests start their own servers; the packages' services must not start (policy-rc.d: 101 = not allowed).
  const policy = '/usr/sbin/policy-rc.d';
  const isOurs = !existsSync(policy);
  if (isOurs) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    run('apt-get', ['update', '-q']);
    run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...names]);
  } finally {
    if (isOurs) rmSync(policy, { force: true });
  }
}

function run(command, args) {
  const { status } = spawnSync(command, args, {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status !== 0) {
    console.error(`${command} ${args.join(' ')} failed`);
    process.exit(1);
  }
}
