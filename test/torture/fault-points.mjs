// For `--import`: kills the gateway before its n-th step from when it is told to. A step is what something may remain of: a
// commit, a write to a socket, a rename, an fsync; with `every` each statement that writes, and each write to a file, too.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';
import Sqlite from 'better-sqlite3';

let isArmed = false;
let every = false;
let left = 0;
let steps = [];

function step(what) {
  if (!isArmed) return;
  steps.push(what);
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
}

/** `isStep` says, from `this` and the arguments, what the call is, or undefined. */
function before(prototype, name, isStep) {
  const original = prototype[name];
  prototype[name] = function (...args) {
    const what = isStep(this, args);
    if (what !== undefined) step(what);
    return original.apply(this, args);
  };
}

const memory = new Sqlite(':memory:');
const statement = memory.prepare('SELECT 1');
before(Object.getPrototypeOf(statement), 'run', ({ source, database }) => {
  const isWithin = /^(begin|savepoint|release)/i.test(source) || (database.inTransaction && !/^commit/i.test(source));
  return /^(pragma|select)/i.test(source) || (isWithin && !every) ? undefined : source.replace(/\s+/g, ' ');
});
memory.close();

const file = await fs.promises.open(new URL(import.meta.url).pathname);
before(Object.getPrototypeOf(file), 'sync', () => 'fsync');
before(Object.getPrototypeOf(file), 'write', () => (every ? 'write' : undefined));
await file.close();
before(fs.promises, 'rename', () => 'rename');
before(fs.promises, 'rm', () => (every ? 'rm' : undefined));
syncBuiltinESMExports();

for (const name of ['_write', '_writev']) {
  before(Socket.prototype, name, ({ localPort, remotePort }, [data]) => {
    if (localPort === undefined) return undefined;
    const text =
      Buffer.isBuffer(data) || typeof data === 'string' ? String(data) : data.map(({ chunk }) => chunk).join('');
    return `${localPort} to ${remotePort}: ${text.slice(0, 60).trim()}`;
  });
}

process.on('message', (message) => {
  if (typeof message !== 'object') return;
  isArmed = message.after !== undefined;
  if (isArmed) {
    every = message.every === true;
    left = message.after;
    steps = [];
  }
  process.send({ steps });
});
