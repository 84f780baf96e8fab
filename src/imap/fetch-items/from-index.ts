// FETCH of what the index knows: no body is touched, and no promise, object or pattern made for a single message.
import { createPace, type FetchRun } from './fetch-run.js';
import { UID_PART } from './listing.js';
import { compileLine, isIndexPart, NO_ROW } from './plan.js';
import { flagsAt, indexFinder } from './present-flags.js';

/** Messages between two looks at the clock and at the client. */
const PIECE = 500;

/** Answers for every message that is still there; resolves with the number of those that are not. */
export async function fetchFromIndex(run: FetchRun): Promise<number> {
  return run.plan.columns ? fetchRows(run) : fetchFlags(run);
}

/** UID and FLAGS alone: from the snapshot's arrays. The uid of a message that is gone the client may still ask. */
async function fetchFlags({ core, reply, signal, selected, targets, plan }: FetchRun): Promise<number> {
  const { uids, seqs } = targets;
  const line = compileLine(plan.parts.filter(isIndexPart));
  const isUidEnough = plan.parts.every((part) => part === UID_PART);
  const snapshot = core.reads.snapshot(selected.mailboxId);
  const find = indexFinder(snapshot, uids[0] ?? 0);
  const pace = createPace(reply);
  let gone = 0;
  for (let i = 0; i < uids.length && !signal.aborted; i++) {
    const uid = uids[i] ?? 0;
    const index = find(uid);
    const flags = flagsAt(snapshot, index);
    if (flags) reply.raw(`* ${seqs[i]} FETCH (${line(uid, flags.wire, NO_ROW, snapshot.modseqs[index] ?? 0)})\r\n`);
    else if (isUidEnough) reply.raw(`* ${seqs[i]} FETCH (${line(uid, '', NO_ROW, 0)})\r\n`);
    else gone++;
    if (i % PIECE === PIECE - 1) await pace();
  }
  return gone;
}

async function fetchRows({ core, reply, signal, selected, targets, plan }: FetchRun): Promise<number> {
  const { uids, seqs } = targets;
  const { mailboxId } = selected;
  const line = compileLine(plan.parts.filter(isIndexPart));
  const snapshot = core.reads.snapshot(mailboxId);
  const find = indexFinder(snapshot, uids[0] ?? 0);
  const pace = createPace(reply);
  let at = 0;
  let told = 0;
  for await (const rows of core.reads.rows(mailboxId, uids, plan.columns ?? {}, signal)) {
    selected.mustStand(core);
    for (const row of rows) {
      const { uid } = row;
      while ((uids[at] ?? uid) < uid) at++;
      const index = find(uid);
      const flags = flagsAt(snapshot, index);
      if (!flags) continue;
      reply.raw(`* ${seqs[at]} FETCH (${line(uid, flags.wire, row, snapshot.modseqs[index] ?? 0)})\r\n`);
      if (++told % PIECE === 0) await pace();
    }
    await pace();
    if (signal.aborted) break;
  }
  return uids.length - told;
}
