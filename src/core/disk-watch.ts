// What the user is told while the disk takes nothing (store/health.ts). Meanwhile what is here is served, what would have to
// be kept is refused, and nothing is fetched, carried out or sent.
import type { DiskTrouble } from '../mail/errors.js';
import type { Trouble } from '../mail/problems.js';
import type { Store } from '../store/store.js';

const SUBJECT = 'disk';

type Report = (accountId: undefined, subject: string, trouble: Trouble) => void;

/** Reports the disk's trouble as one problem, and takes it back when it is over. */
export function watchDisk({ database, problems }: Store, report: Report): void {
  const tell = (trouble: DiskTrouble | undefined): void => {
    if (trouble === undefined) problems.resolve(undefined, SUBJECT);
    else report(undefined, SUBJECT, { code: 'disk', trouble });
  };
  // Left over from a run that ended with it.
  tell(database.health.trouble());
  database.health.onChange(tell);
}
