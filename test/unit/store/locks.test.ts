// Another program may open the index beside a gateway (the sqlite3 shell, a backup): it must find the gateway's locks. A process
// that closes any handle on a file of SQLite's gives up all its locks upon it (https://sqlite.org/howtocorrupt.html §2.2), and
// the other then takes itself for the last one, and the write-ahead log away.
import { execFileSync } from 'node:child_process';
import { cpSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { silentLogger } from '../../../src/lib/logger.js';
import { openStore } from '../../../src/store/open.js';
import { temporaryDirectories } from '../../support/temporary-directory.js';

const OTHER = `const database = new (require('better-sqlite3'))(process.argv[1]);
database.prepare('SELECT count(*) FROM meta').get();
database.close();`;

const newDirectory = temporaryDirectories();
const inodeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.ino;

test.each(['stopped', 'killed'])(
  'the run before was %s: what another program does leaves the log where it is',
  (how) => {
    const before = newDirectory();
    const after = newDirectory();
    const earlier = openStore(before, { logger: silentLogger });
    earlier.database.durable(() =>
      earlier.accounts.upsert({ name: 'A', address: 'a@example.org', provider: 'generic' }),
    );
    if (how === 'stopped') earlier.database.close();
    cpSync(before, after, { recursive: true });
    if (how === 'killed') earlier.database.close();
    const store = openStore(after, { logger: silentLogger });
    try {
      const file = join(after, 'gateway.db');
      store.database.durable(() => store.accounts.upsert({ name: 'B', address: 'b@example.org', provider: 'generic' }));
      const log = inodeOf(`${file}-wal`);
      expect(log).toBeGreaterThan(0);
      execFileSync(process.execPath, ['-e', OTHER, file]);
      expect(inodeOf(`${file}-wal`)).toBe(log);
      expect(store.accounts.list().map(({ name }) => name)).toEqual(['A', 'B']);
    } finally {
      store.database.close();
    }
  },
);
