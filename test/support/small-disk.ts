// A disk of its own that can be filled, made read-only and mended again. Mounting needs root: a machine that does not let us
// mount fails the test with that text, since nothing else shows what a full disk does.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk {
  readonly path: string;
  /** Takes all room but so many bytes; again: takes what has become free since. */
  fill(leaveBytes?: number): void;
  /** Gives back what `fill` took. */
  makeRoom(): void;
  /** As `mount` does it: only while no file is open for writing. */
  readOnly(on: boolean): void;
  /** As the kernel does it when the disk fails: at once, for good (a disk of kind `ext4`). */
  abort(): void;
  remove(): void;
}

const run = (command: string, ...args: string[]): void => {
  try {
    execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stderr } = error as { stderr?: Buffer };
    throw new Error(
      `this test needs a disk of its own (root, and leave to mount): ${command} ${args.join(' ')}: ${stderr ?? error}`,
      { cause: error },
    );
  }
};

export function makeSmallDisk(sizeBytes: number, kind: 'tmpfs' | 'ext4' = 'tmpfs'): SmallDisk {
  const base = mkdtempSync(join(tmpdir(), 'small-disk-'));
  const path = mkdtempSync(join(base, 'mounted-'));
  if (kind === 'tmpfs') run('mount', '-t', 'tmpfs', '-o', `size=${sizeBytes},mode=700`, 'tmpfs', path);
  else {
    const image = join(base, 'image');
    writeFileSync(image, '');
    truncateSync(image, sizeBytes);
    run('mkfs.ext4', '-q', '-F', image);
    run('mount', '-o', 'loop', image, path);
  }
  const fillers: string[] = [];
  return {
    path,
    fill: (leaveBytes = 0) => {
      const { bavail, bsize } = statfsSync(path);
      const filler = join(path, `filler-${fillers.length}`);
      fillers.push(filler);
      try {
        writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - leaveBytes), 1));
      } catch (error) {
        // Somebody else has written meanwhile: it is full.
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    },
    makeRoom: () => {
      for (const filler of fillers.splice(0)) rmSync(filler, { force: true });
    },
    readOnly: (on) => run('mount', '-o', `remount,${on ? 'ro' : 'rw'}`, path),
    abort: () => run('mount', '-o', 'remount,abort', path),
    remove: () => {
      run('umount', '-l', path);
      rmSync(base, { recursive: true, force: true });
    },
  };
}
