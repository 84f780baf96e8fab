// FETCH that needs the messages' bytes, or sets \Seen: one message at a time, in constant memory.
import type { FetchRow, InternedFlags } from '../../core/core.js';
import { DiskError, MailboxError } from '../../mail/errors.js';
import { flagSetText, SystemFlag } from '../../mail/flags.js';
import { rangesOf } from '../../mail/sequence-set.js';
import { type Prepared, prepareBodyPart, writePrepared } from './body-literal.js';
import type { FetchPart } from './fetch-item.js';
import { createPace, type FetchRun } from './fetch-run.js';
import { type OpenMessage, openMessage } from './open-message.js';
import { NO_ROW, withFlags } from './plan.js';
import { presentOf } from './present-flags.js';

/** How much of one message is read before its line is begun. */
const READ_AHEAD_BYTES = 1024 * 1024;
/** How many messages are marked \Seen in one transaction. */
const MARK = 100;

/**
 * Answers for every message that is still there; resolves with the number of those that are not.
 * @throws what kept a message that is there from being had, once all the others have been answered
 */
export async function fetchFromBodies(run: FetchRun): Promise<number> {
  const { core, reply, signal, selected, targets, plan } = run;
  const partsWithFlags = withFlags(plan.parts);
  const marker = createMarker(run);
  const pace = createPace(reply);
  let at = 0;
  let told = 0;
  let failure: unknown;
  const missed = (error: unknown) => {
    failure ??= error;
  };
  try {
    for await (const { uid, row, body } of messages(run, missed)) {
      if (signal.aborted) break;
      selected.mustStand(core);
      const present = presentOf(core.reads.snapshot(selected.mailboxId), uid);
      if (!present) continue;
      const { flags, modseq } = present;
      while ((targets.uids[at] ?? uid) < uid) at++;
      const seen = plan.setsSeen ? marker.seen(flags) : undefined;
      const parts = seen !== undefined && !run.condstore ? partsWithFlags : plan.parts;
      const line = { seq: targets.seqs[at] ?? 0, uid, flags: seen ?? flags.wire, modseq, row, body };
      await writeMessage(run, parts, line);
      if (seen !== undefined) marker.mark(uid, line.seq);
      told++;
      await pace();
    }
  } finally {
    // What the client has got is read, also when the next one could not be had.
    marker.commit();
  }
  if (failure !== undefined) throw failure;
  return targets.uids.length - told;
}

/** It is listed, but its provider has no bytes for it (Outlook's broken items). */
const NOT_GIVEN = new MailboxError('UNAVAILABLE', 'the provider does not give some of these messages');

interface Message {
  readonly uid: number;
  readonly row: FetchRow;
  readonly body: OpenMessage | undefined;
}

/** The targets that are still there, with all that the plan needs of them. */
async function* messages(
  { core, selected: { mailboxId }, targets: { uids }, plan, signal }: FetchRun,
  missed: (error: unknown) => void,
): AsyncGenerator<Message> {
  if (!plan.needsBodies) {
    for await (const rows of core.reads.rows(mailboxId, uids, plan.columns ?? {}, signal)) {
      for (const row of rows) yield { uid: row.uid, row, body: undefined };
    }
    return;
  }
  const rows = plan.columns ? createRowCursor(core.reads.rows(mailboxId, uids, plan.columns, signal)) : undefined;
  try {
    for await (const { uid, body, error } of core.reads.bodies(mailboxId, uids, signal)) {
      const row = rows ? await rows.find(uid) : NO_ROW;
      if (body && row) yield { uid, row, body: openMessage(body) };
      else if (error !== undefined) missed(error);
      else if (presentOf(core.reads.snapshot(mailboxId), uid)) missed(NOT_GIVEN);
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
  readonly modseq: number;
  readonly row: FetchRow;
  readonly body: OpenMessage | undefined;
}

async function writeMessage({ reply }: FetchRun, parts: readonly FetchPart[], line: Line): Promise<void> {
  const { seq, uid, flags, modseq, row, body } = line;
  // All that can fail is done before the line is begun: a tagged NO may not stand in the middle of it.
  const prepared: Prepared[] = [];
  let budgetBytes = READ_AHEAD_BYTES;
  for (const part of parts) {
    if (part.kind === 'index') prepared.push({ kind: 'text', text: part.text(uid, flags, row, modseq) });
    else if (body) {
      const made = await prepareBodyPart(part, body, budgetBytes);
      if (made.kind === 'bytes') budgetBytes -= made.bytes.byteLength;
      prepared.push(made);
    }
  }
  reply.raw(`* ${seq} FETCH (`);
  for (const [i, made] of prepared.entries()) {
    if (i > 0) reply.raw(' ');
    await writePrepared(reply, made);
  }
  reply.raw(')\r\n');
}

/**
 * Sets \Seen on what has been answered (RFC 9051 §6.4.5), many messages in one transaction. It comes after the answer,
 * so that a message that could not be had stays unread; the tagged OK comes after both.
 */
function createMarker({ core, reply, selected, condstore }: FetchRun) {
  const { mailboxId, readOnly } = selected;
  let marked: { uid: number; seq: number }[] = [];
  let modseq = 0;
  const commit = () => {
    if (marked.length === 0) return;
    selected.mustStand(core);
    const before = core.reads.snapshot(mailboxId).modseq;
    const uids = rangesOf(marked.map(({ uid }) => uid));
    const flags = { system: SystemFlag.Seen, keywords: [] };
    try {
      core.actions.storeFlags(mailboxId, { uids, operation: 'add', flags });
      // If nothing else has happened meanwhile, the client has been told already.
      if (before === modseq && !condstore) selected.ownChange(core.reads.snapshot(mailboxId).modseq);
    } catch (error) {
      // A full disk keeps nobody from reading.
      if (!(error instanceof DiskError)) throw error;
      if (!condstore) takeBack();
    }
    marked = [];
  };
  /** They have not become \Seen, as was said. */
  const takeBack = () => {
    const snapshot = core.reads.snapshot(mailboxId);
    for (const { uid, seq } of marked) {
      const present = presentOf(snapshot, uid);
      if (present) reply.untagged(`${seq} FETCH (UID ${uid} FLAGS (${present.flags.wire}))`);
    }
  };
  return {
    /** The flags with \Seen, if it has to be set. */
    seen: (flags: InternedFlags): string | undefined => {
      if (readOnly || flags.system & SystemFlag.Seen) return undefined;
      if (marked.length === 0) modseq = core.reads.snapshot(mailboxId).modseq;
      // Then the flags are told with their MODSEQ, which they do not have yet (RFC 7162 §3.2).
      if (condstore) return flags.wire;
      return flagSetText({ system: flags.system | SystemFlag.Seen, keywords: flags.keywords });
    },
    mark: (uid: number, seq: number) => {
      marked.push({ uid, seq });
      if (marked.length >= MARK) commit();
    },
    commit,
  };
}
