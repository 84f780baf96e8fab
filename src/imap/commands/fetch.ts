import type { FetchColumns, FetchRow, InternedFlags, MessageBody } from '../../core/core.js';
import { SystemFlag } from '../../mail/flags.js';
import { asUid } from '../../mail/ids.js';
import { parseMime } from '../../mail/mime.js';
import { rangesOf, type SequenceSet } from '../../mail/sequence-set.js';
import { type CommandContext, type Completion, defineCommand } from '../command.js';
import { parseFetchItems } from '../quick/index.js';
import type { BodyItem, FetchItem, IndexItem, OpenedBody } from '../quick/items.js';
import { LISTING_ITEMS } from '../quick/listing.js';
import type { Resolved } from '../selected.js';
import { selectedOf } from '../session.js';

interface FetchArgs {
  readonly set: SequenceSet;
  readonly items: readonly FetchItem[];
}

/** Command: RFC 9051 §6.4.5 */
export const fetch = defineCommand<FetchArgs>({
  name: 'FETCH',
  uid: true,
  states: ['selected'],
  expunges: 'held',
  parse: (decoder, uid) => {
    decoder.space();
    const set = decoder.sequenceSet();
    decoder.space();
    const items = parseFetchItems(decoder);
    decoder.end();
    // RFC 9051 §6.4.9: a UID FETCH always tells the uid.
    const uidItem = LISTING_ITEMS['UID'];
    const needsUid = uid && uidItem && !items.includes(uidItem);
    return { set, items: needsUid ? [uidItem, ...items] : items };
  },
  run: async (context, { set, items }) => {
    const selected = selectedOf(context.session);
    const resolved = selected.resolve(set, context.uid);
    if (resolved.uids.length === 0) return undefined;
    const isIndexOnly = items.every((item): item is IndexItem => item.kind === 'index');
    const told = isIndexOnly ? await fetchIndex(context, resolved, items) : await fetchBodies(context, resolved, items);
    return told < resolved.uids.length && !context.uid ? EXPUNGED : undefined;
  },
});

/** RFC 5530; providers.md §13.7: the session still counts messages that are gone, but there is nothing to tell of them. */
const EXPUNGED: Completion = { isNo: true, code: 'EXPUNGEISSUED', text: 'some of the messages are gone' };

/** Messages told in one turn of the event loop. */
const TURN = 4_000;

/** Items from the index alone. Returns how many messages were told. */
async function fetchIndex(context: CommandContext, resolved: Resolved, items: readonly IndexItem[]): Promise<number> {
  return items.some(({ needsRow }) => needsRow) ? fetchRows(context, resolved, items) : fetchFlags(context, resolved, items);
}

/** Only FLAGS and UID: straight from the snapshot's arrays. */
async function fetchFlags(context: CommandContext, { uids, seqs }: Resolved, items: readonly IndexItem[]): Promise<number> {
  const { core, reply, session } = context;
  const { uids: present, flagIds, flagTable } = core.reads.snapshot(selectedOf(session).mailboxId);
  const isPlain = items.length === 2 && items[0] === LISTING_ITEMS['UID'] && items[1] === LISTING_ITEMS['FLAGS'];
  let told = 0;
  let at = 0;
  let text = '';
  for (let i = 0; i < uids.length; i++) {
    const uid = uids[i] ?? 0;
    while (at < present.length && (present[at] ?? 0) < uid) at++;
    const flags = flagTable[flagIds[at] ?? 0];
    if (present[at] !== uid || !flags) continue;
    told++;
    if (isPlain) text += `* ${seqs[i]} FETCH (UID ${uid} FLAGS (${flags.wire}))\r\n`;
    else text += `* ${seqs[i]} FETCH (${items.map((item) => item.write({ uid } as FetchRow, flags)).join(' ')})\r\n`;
    if (text.length > 32_000) {
      reply.raw(text);
      text = '';
    }
    if (i % TURN === TURN - 1) await breathe(context);
  }
  reply.raw(text);
  return told;
}

/** Lets other sessions in, and waits for a slow client. */
async function breathe({ reply }: CommandContext): Promise<void> {
  await reply.drain();
  await new Promise<void>((resolve) => setImmediate(resolve));
}

const columnsOf = (items: readonly FetchItem[]): FetchColumns =>
  Object.assign({}, ...items.map((item) => (item.kind === 'index' ? item.columns : {}))) as FetchColumns;

async function fetchRows(context: CommandContext, { uids, seqs }: Resolved, items: readonly IndexItem[]): Promise<number> {
  const { core, reply, session, signal } = context;
  const { mailboxId } = selectedOf(session);
  const flagsOf = flagLookup(context);
  let told = 0;
  let at = 0;
  for await (const rows of core.reads.rows(mailboxId, uids, columnsOf(items), signal)) {
    let text = '';
    for (const row of rows) {
      while (uids[at] !== row.uid) at++;
      const flags = flagsOf(row.uid);
      if (!flags) continue;
      told++;
      text += `* ${seqs[at]} FETCH (`;
      for (let k = 0; k < items.length; k++) text += (k === 0 ? '' : ' ') + items[k]?.write(row, flags);
      text += ')\r\n';
    }
    reply.raw(text);
    await reply.drain();
  }
  return told;
}

/** Flags of ascending uids, from one snapshot. */
function flagLookup({ core, session }: CommandContext): (uid: number) => InternedFlags | undefined {
  const { uids, flagIds, flagTable } = core.reads.snapshot(selectedOf(session).mailboxId);
  let at = 0;
  return (uid) => {
    while (at < uids.length && (uids[at] ?? 0) < uid) at++;
    return uids[at] === uid ? flagTable[flagIds[at] ?? 0] : undefined;
  };
}

/** With the messages' bytes: in chunks, so that \Seen is one change for each chunk. */
async function fetchBodies(context: CommandContext, resolved: Resolved, items: readonly FetchItem[]): Promise<number> {
  let told = 0;
  const CHUNK = 200;
  for (let start = 0; start < resolved.uids.length && !context.signal.aborted; start += CHUNK) {
    const end = start + CHUNK;
    const chunk = { uids: resolved.uids.subarray(start, end), seqs: resolved.seqs.subarray(start, end) };
    const seen = await markSeen(context, chunk, items);
    told += await writeBodies(context, chunk, items, seen);
  }
  return told;
}

/** Reading without PEEK sets \Seen (RFC 9051 §6.4.5); returns the uids for which that is news. */
async function markSeen({ core, session }: CommandContext, { uids }: Resolved, items: readonly FetchItem[]): Promise<ReadonlySet<number>> {
  const selected = selectedOf(session);
  const isWanted = items.some((item) => item.kind === 'body' && item.setsSeen) && !selected.readOnly;
  if (!isWanted) return new Set();
  const { uids: present, flagIds, flagTable } = core.reads.snapshot(selected.mailboxId);
  const wanted = new Set(uids);
  const unseen: number[] = [];
  present.forEach((uid, i) => {
    if (wanted.has(uid) && !((flagTable[flagIds[i] ?? 0]?.system ?? 0) & SystemFlag.Seen)) unseen.push(uid);
  });
  if (unseen.length === 0) return new Set();
  const flags = { system: SystemFlag.Seen, keywords: [] };
  core.actions.storeFlags(selected.mailboxId, { uids: rangesOf(unseen), operation: 'add', flags });
  selected.ownChange(core.reads.snapshot(selected.mailboxId).modseq);
  return new Set(unseen);
}

async function writeBodies(
  context: CommandContext,
  { uids, seqs }: Resolved,
  items: readonly FetchItem[],
  seen: ReadonlySet<number>,
): Promise<number> {
  const { core, reply, session, signal } = context;
  const { mailboxId } = selectedOf(session);
  const rows = await collectRows(context, uids, items);
  const flagsOf = flagLookup(context);
  let told = 0;
  let at = 0;
  for await (const { uid, body } of core.reads.bodies(mailboxId, uids, signal)) {
    while (uids[at] !== uid) at++;
    const row = rows.get(uid);
    const flags = flagsOf(uid);
    if (!body || !row || !flags) continue;
    told++;
    const tail = seen.has(uid) && !items.some((item) => item === LISTING_ITEMS['FLAGS']) ? ` FLAGS (${flags.wire})` : '';
    await writeMessage(context, { seq: seqs[at] ?? 0, row, flags, body, tail }, items);
    await reply.drain();
  }
  return told;
}

async function collectRows(
  { core, session, signal }: CommandContext,
  uids: Uint32Array,
  items: readonly FetchItem[],
): Promise<Map<number, FetchRow>> {
  const rows = new Map<number, FetchRow>();
  const batches = core.reads.rows(selectedOf(session).mailboxId, uids, columnsOf(items), signal);
  for await (const batch of batches) for (const row of batch) rows.set(row.uid, row);
  return rows;
}

interface Message {
  readonly seq: number;
  readonly row: FetchRow;
  readonly flags: InternedFlags;
  readonly body: MessageBody;
  readonly tail: string;
}

async function writeMessage({ reply }: CommandContext, { seq, row, flags, body, tail }: Message, items: readonly FetchItem[]): Promise<void> {
  // Opened before the first word goes out: a message that cannot be read must not leave half an answer.
  const needsOpening = items.some((item) => item.kind === 'body' && !item.streamed);
  const opened = needsOpening ? await open(body) : undefined;
  reply.raw(`* ${seq} FETCH (`);
  for (const [k, item] of items.entries()) {
    if (k > 0) reply.raw(' ');
    if (item.kind === 'index') reply.raw(item.write(row, flags));
    else await writeSection(reply, item, body, opened);
  }
  reply.raw(`${tail})\r\n`);
}

async function open(body: MessageBody): Promise<OpenedBody> {
  const bytes = await body.bytes();
  return { bytes, root: parseMime(bytes) };
}

async function writeSection(
  reply: CommandContext['reply'],
  item: BodyItem,
  body: MessageBody,
  opened: OpenedBody | undefined,
): Promise<void> {
  if (item.streamed) {
    const { start, end } = item.streamed(body.sizeBytes);
    reply.raw(`${item.label} {${end - start}}\r\n`);
    for await (const chunk of body.stream(start, end)) {
      reply.rawBytes(withoutNul(chunk));
      await reply.drain();
    }
    return;
  }
  const bytes = opened && item.slice(opened);
  if (!bytes) {
    reply.raw(`${item.label} NIL`);
    return;
  }
  reply.raw(`${item.label} {${bytes.length}}\r\n`);
  reply.rawBytes(withoutNul(bytes));
}

/** A literal cannot hold NUL (RFC 9051 §4.3): 0x80 stands for it, as in Dovecot, so that lengths stay. */
function withoutNul(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(0)) return bytes;
  return bytes.map((byte) => (byte === 0 ? 0x80 : byte));
}

/** Tells the flags of these messages (STORE's answer). */
export function writeFlags({ core, reply, session }: CommandContext, { uids, seqs }: Resolved, withUid: boolean): void {
  const flagsOf = flagLookup({ core, session } as CommandContext);
  uids.forEach((uid, i) => {
    const flags = flagsOf(asUid(uid));
    if (flags) reply.untagged(`${seqs[i]} FETCH (${withUid ? `UID ${uid} ` : ''}FLAGS (${flags.wire}))`);
  });
}
