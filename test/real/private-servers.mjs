// Cyrus and Courier beside Dovecot. Debian's IMAP servers conflict with each other, so these two are not installed but
// unpacked, each into a root directory of its own, with every shared library it needs: they run there by chroot.
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { read, run } from './run.mjs';

const CACHE = fileURLToPath(new URL('../../.cache/real-servers/', import.meta.url));

/** Debian's packages of each server, and where in them programs are whose libraries are needed. */
export const PRIVATE_SERVERS = {
  cyrus: { packages: ['cyrus-imapd', 'cyrus-common'], programs: ['usr/lib/cyrus/bin', 'usr/sbin'] },
  courier: {
    packages: [
      'courier-imap',
      'courier-base',
      'courier-authlib',
      'courier-authdaemon',
      'courier-authlib-userdb',
      'gamin',
    ],
    programs: ['usr/bin', 'usr/sbin', 'usr/lib/courier', 'usr/lib/courier-authlib', 'usr/libexec'],
  },
};
/** Plugins of the SASL library are found at run time, so ldd does not tell them. */
const PLUGINS = ['usr/lib/x86_64-linux-gnu/sasl2', 'usr/lib/aarch64-linux-gnu/sasl2'];

export const privateRootOf = (name) => join(CACHE, name);
export const hasPrivateServer = (name) => existsSync(join(privateRootOf(name), 'complete'));

/** As root, with the package lists up to date. Complete or not there: a run that was cut short leaves nothing that counts. */
export function makePrivateServer(name) {
  const { packages, programs } = PRIVATE_SERVERS[name];
  console.error(`Unpacking ${packages.join(', ')} …`);
  const root = `${privateRootOf(name)}.new`;
  const downloads = `${root}.debs`;
  for (const directory of [root, downloads]) rmSync(directory, { recursive: true, force: true });
  for (const directory of [root, downloads]) mkdirSync(directory, { recursive: true });
  run('apt-get', ['download', '-qq', '-o', 'APT::Sandbox::User=root', ...packages, ...missingLibraries(packages)], {
    cwd: downloads,
  });
  for (const file of readdirSync(downloads)) run('dpkg-deb', ['-x', join(downloads, file), root]);
  rmSync(downloads, { recursive: true });
  for (const directory of PLUGINS)
    if (existsSync(`/${directory}`)) cpSync(`/${directory}`, join(root, directory), { recursive: true, force: false });
  copyLibraries(root, [...programs, ...PLUGINS]);
  writeFileSync(join(root, 'complete'), '');
  rmSync(privateRootOf(name), { recursive: true, force: true });
  renameSync(root, privateRootOf(name));
}

/** The libraries that apt would install with them; those that are here already are copied (below). */
function missingLibraries(packages) {
  const plan = read('apt-get', ['install', '-s', '-q', '--no-install-recommends', ...packages]);
  return [...plan.matchAll(/^Inst (lib\S+)/gm)].map(([, name]) => name).filter((name) => !/-dev(:|$)/.test(name));
}

/** Whatever the programs load from this machine is copied to the same place below the root. */
function copyLibraries(root, directories) {
  const files = directories.flatMap((directory) => filesBelow(join(root, directory)));
  const own = [
    ...new Set(
      ['lib', 'usr/lib']
        .flatMap((directory) => filesBelow(join(root, directory)))
        .filter(isLibrary)
        .map(dirname),
    ),
  ];
  const env = { ...process.env, LD_LIBRARY_PATH: own.join(':') };
  for (const file of files) {
    // Scripts and data are no dynamic executables; ldd says so and fails.
    const { stdout } = spawnSync('ldd', [file], { env, encoding: 'utf8' });
    if (/=> not found/.test(stdout)) throw new Error(`${relative(root, file)} lacks libraries:\n${stdout}`);
    for (const [, library] of stdout.matchAll(/^\s*(?:\S+ => )?(\/\S+) \(0x/gm)) {
      const copy = join(root, library);
      if (library.startsWith(root) || existsSync(copy)) continue;
      mkdirSync(dirname(copy), { recursive: true });
      copyFileSync(library, copy);
    }
  }
}

const isLibrary = (file) => /\.so(\.|$)/.test(file);

function filesBelow(directory) {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
