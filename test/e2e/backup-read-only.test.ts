// A disk that has become read-only is when a backup is wanted most.
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { backUpData } from '../../src/store/backup.js';
import { openDatabase } from '../../src/store/database.js';
import { createStore } from '../../src/store/store.js';
import { makeSmallDisk, type SmallDisk } from '../support/small-disk.js';
import { temporaryDirectories } from '../support/temporary-directory.js';

const makeDirectory = temporaryDirectories();
let disk: SmallDisk | undefined;
afterEach(() => disk?.remove());

test.each([
  ['the gateway was closed properly', ['gateway.db']],
  ['it was killed: what is newest stands in the WAL', ['gateway.db', 'gateway.db-wal']],
])('is made from it: %s', (_, files) => {
  const directory = makeDirectory();
  const database = openDatabase(join(directory, 'gateway.db'));
  createStore(database).accounts.upsert({ name: 'A', address: 'a@x.example', provider: 'generic' });
  if (files.length === 1) database.sqlite.pragma('wal_checkpoint(TRUNCATE)');
  disk = makeSmallDisk(8_000_000);
  for (const file of files) copyFileSync(join(directory, file), join(disk.path, file));
  database.close();
  disk.readOnly(true);
  const made = join(makeDirectory(), 'mail.backup');
  expect(backUpData(disk.path, made)).toMatchObject({ owed: 0 });
  expect(existsSync(made)).toBe(true);
  const backup = openDatabase(made);
  expect(createStore(backup).accounts.list()).toMatchObject([{ name: 'A' }]);
  backup.close();
});
