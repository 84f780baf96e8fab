// The data directory as a whole: saved while the gateway runs or not, restored only while it does not.
import type { Config } from '../config/index.js';
import { silentLogger } from '../lib/logger.js';
import { createControlServer } from '../status-socket/index.js';
import { type BackupFacts, backUpData } from '../store/backup.js';
import { type Restored, restoreData } from '../store/restore.js';

export type { BackupFacts } from '../store/backup.js';
export type { Restored } from '../store/restore.js';

/** As store/backup.ts. */
export const backUp = ({ dataDir }: Pick<Config, 'dataDir'>, file: string): BackupFacts => backUpData(dataDir, file);

/** As store/restore.ts, @throws {AlreadyRunningError} too */
export async function restore(
  { dataDir }: Pick<Config, 'dataDir'>,
  file: string,
  options: { readonly force: boolean },
): Promise<Restored> {
  const busy = (): never => {
    throw new Error('a backup is being restored into this data directory');
  };
  const later = async () => busy();
  const handlers = { status: busy, sync: later, undo: later, reloadPassword: later, stop: busy };
  // Whoever has the socket has the data directory.
  const lock = await createControlServer({ dataDir, handlers, logger: silentLogger });
  try {
    return restoreData(dataDir, file, options);
  } finally {
    await lock.close();
  }
}
