// FETCH that needs the messages' bytes, or sets \Seen: one message at a time, in constant memory.
import { type FetchRow, type InternedFlags, type MessageBody } from '../../core/core.js';
import { flagSetText, SystemFlag } from '../../mail/flags.js';
import { rangesOf } from '../../mail/sequence-set.js';
import { writeBodyPart } from './body-literal.js';
import type { FetchPart } from './fetch-item.js';
import { createPace, type FetchRun, flagsOf } from './fetch-run.js';
import { type OpenMessage, openMessage } from './open-message.js';
import { NO_ROW, withFlags } from './plan.js';

/** How many messages are marked \Seen in one transaction. */
const MARK = 100;

/** Answers for every message that is still there; resolves with the number of those that are not. */
export async function fetchFromBodies(run: FetchRun): Promise<number> {
  const { core, reply, signal, selected, targets, plan } = run;
  const partsWithFlags = withFlags(plan.parts);
  const marker = createMarker(run);
  const pace = createPace(reply);
  let at = 0;
  let told = 0;
  try {
    for await (const { uid, row, body } of messages(run)) {
      if (signal.aborted) break;
      const flags = flagsOf(core.reads.snapshot(selected.mailboxId), uid);
      if (!flags) continue;
      while ((targets.uids[at] ?? uid) < uid) at++;
      const seen = plan.setsSeen ? marker.seen(flags) : undefined;
      const parts = seen ? partsWithFlags : plan.parts;
      await writeMessage(run, parts, { seq: targets.seqs[at] ?? 0, uid, flags: seen ?? flags.wire, row, body });
      if (seen) marker.mark(uid);
      told++;
      await pace();
    }
  } finally {
    // What the client has got is read, also when the next one could not be had.
    marker.commit();
  }
  return targets.uids.length - told;
}

interface Message {
  readonly uid: number;
  readonly row: FetchRow;
  readonly body: OpenMessage | undefined;
}

/** The targets that are still there, with all that the plan needs of them. */
async function* messages({ core, selected: { mailboxId }, targets: { uids }, plan, signal }: FetchRun): AsyncGenerator<Message> {
  if (!plan.needsBodies) {
    for await (const rows of core.reads.rows(mailboxId, uids, plan.columns ?? {}, signal)) {
      for (const row of rows) yield { uid: row.uid, row, body: undefined };
    }
    return;
  }
  const rows = plan.columns ? createRowCursor(core.reads.rows(mailboxId, uids, plan.columns, signal)) : undefined;
  try {
    for await (const { uid, body } of core.reads.bodies(mailboxId, uids, signal)) {
      const row = rows ? await rows.find(uid) : NO_ROW;
      if (body && row) yield { uid, row, body: openMessage(body) };
    }
  } finally {
    await rows?.close();
  }
}

/** Walks along batches of rows beside ascending uids. */
function createRowCursor(batches: AsyncIterable<FetchRow[]>) {
  const iterator = batches[Symbol.asyncIterator]();
  let batch: FetchRow[] = [];
  let at = 0;
  return {
    find: async (uid: number): Promise<FetchRow | undefined> => {
      for (;;) {
        while ((batch[at]?.uid ?? uid) < uid) at++;
        const row = batch[at];
        if (row) return row.uid === uid ? row : undefined;
        const next = await iterator.next();
        if (next.done) return undefined;
        batch = next.value;
        at = 0;
      }
    },
    close: async () => {
      await iterator.return?.();
    },
  };
}

interface Line {
  readonly seq: number;
  readonly uid: number;
  readonly flags: string;
  readonly row: FetchRow;
  readonly body: OpenMessage | undefined;
}

async function writeMessage({ reply }: FetchRun, parts: readonly FetchPart[], { seq, uid, flags, row, body }: Line): Promise<void> {
  // A line that has been begun must be ended: what can fail cleanly is read before.
  if (body) for (const part of parts) if (part.kind === 'body') await part.cut(body);
  let before = `* ${seq} FETCH (`;
  for (const part of parts) {
    reply.raw(before);
    if (part.kind === 'index') reply.raw(part.text(uid, flags, row));
    else if (body) await writeBodyPart(reply, part, body);
    before = ' ';
  }
  reply.raw(')\r\n');
}
