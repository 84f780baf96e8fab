// Cyrus and Courier run by chroot in a root directory that install.mjs made; each rig gets a copy of its own.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface PrivateRoot {
  readonly path: string;
  /** Writes a file, of this rig alone. */
  write(file: string, text: string): void;
  /** Makes a directory with all above it, owned by the user. */
  directory(path: string, owner?: number): void;
  /** Runs a program in it, and waits. */
  run(program: string, args: readonly string[], input?: string): string;
  /** Ends whatever still runs in it, and deletes it. */
  remove(): void;
}

const CACHE = fileURLToPath(new URL('../../../.cache/real-servers/', import.meta.url));

/** The copy shares its files with the original by hard links: it takes a moment and no space. */
export function clonePrivateRoot(name: 'cyrus' | 'courier'): PrivateRoot {
  const original = join(CACHE, name);
  if (!existsSync(join(original, 'complete')))
    throw new Error(`${name} is not there: npm run test:real (as root) installs it`);
  const path = mkdtempSync(join(CACHE, `${name}-`));
  execFileSync('cp', ['-al', `${original}/.`, path]);
  const at = (file: string) => join(path, file);
  // What a rig writes must not reach the original through a hard link.
  rmSync(at('etc'), { recursive: true, force: true });
  const directory = (file: string, owner?: number) => {
    mkdirSync(at(file), { recursive: true });
    if (owner !== undefined) execFileSync('chown', ['-R', `${owner}:${owner}`, at(file)]);
  };
  const root: PrivateRoot = {
    path,
    directory,
    write(file, text) {
      directory(dirname(file));
      rmSync(at(file), { force: true });
      writeFileSync(at(file), text);
    },
    run: (program, args, input) =>
      execFileSync('chroot', [path, program, ...args], { encoding: 'utf8', ...(input === undefined ? {} : { input }) }),
    remove() {
      endAllIn(path);
      rmSync(path, { recursive: true, force: true });
    },
  };
  execFileSync('chmod', ['755', path]);
  directory('dev');
  execFileSync('mknod', ['-m', '666', at('dev/null'), 'c', '1', '3']);
  directory('tmp');
  execFileSync('chmod', ['1777', at('tmp')]);
  return root;
}

/** Servers leave helpers behind (gam_server, idled) that no process group holds: their root directory tells them. */
function endAllIn(path: string): void {
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      if (readlinkSync(`/proc/${entry}/root`) === path) process.kill(Number(entry), 'SIGKILL');
    } catch (error) {
      // It has just ended, or is another container's.
      if (!['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
}
