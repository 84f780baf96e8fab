// Runs a command of the installation; without success nothing goes on.
import { spawnSync } from 'node:child_process';

const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };

/** Its output goes to standard error. */
export function run(command, args, options = {}) {
  check(spawnSync(command, args, { stdio: ['ignore', 2, 2], env, ...options }), command, args);
}

/** Returns its standard output. */
export function read(command, args, options = {}) {
  const result = spawnSync(command, args, {
    stdio: ['ignore', 'pipe', 2],
    env: { ...env, ...options.env },
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  check(result, command, args);
  return result.stdout;
}

function check({ status, error }, command, args) {
  if (status === 0) return;
  console.error(`${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
  process.exit(1);
}
