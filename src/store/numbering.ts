// A database whose past is not known to the end: what was given out since must never come to mean something else (promise 1).
import type Sqlite from 'better-sqlite3';

/** More than the clock may have been set back, and than mailboxes can have been made ahead of it. */
const VALIDITY_MARGIN_SECONDS = 86_400;
/** More than anybody can have received since. */
const ID_GAP = 10_000_000;

/**
 * Every mailbox gets a uidValidity that was never given out: clients fetch their lists anew. Uids given out since are not
 * known, so nothing less is certain: a gap could still be too small, and what clients know of since would never be told to
 * have vanished (no tombstones). EMAILIDs are message ids: those leave a gap.
 * @param lastBefore the last uidValidity that is known from elsewhere
 */
export function startNewNumbering(sqlite: Sqlite.Database, lastBefore: number): void {
  const last = Number(sqlite.prepare("SELECT value FROM meta WHERE key = 'uidValidity'").pluck().get() ?? 0);
  let uidValidity = Math.max(Math.floor(Date.now() / 1000), last, lastBefore) + VALIDITY_MARGIN_SECONDS;
  const renumber = sqlite.prepare('UPDATE mailboxes SET uidValidity = ? WHERE id = ?');
  for (const id of sqlite.prepare('SELECT id FROM mailboxes').pluck().all()) renumber.run(++uidValidity, id);
  sqlite.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('uidValidity', ?)").run(String(uidValidity));
  sqlite.exec('DELETE FROM tombstones');
  sqlite.prepare('UPDATE sqlite_sequence SET seq = seq + ?').run(ID_GAP);
}
