import type { Mailbox, MailboxSnapshot } from '../../core/core.js';
import { indexIn } from '../../lib/ascending.js';
import { MailboxError } from '../../mail/errors.js';
import { SystemFlag } from '../../mail/flags.js';
import {
  countRanges,
  intersectRanges,
  rangesInclude,
  resolveSet,
  type SequenceSet,
  STAR,
  setTexts,
} from '../../mail/sequence-set.js';
import { type CommandContext, type Completion, defineCommand } from '../command.js';
import { enableCondstore } from '../condstore.js';
import { BadCommandError } from '../errors.js';
import { expungeAll } from '../in-slices.js';
import { keywordsIn, tellMailboxFlags } from '../mailbox-flags.js';
import { Selected } from '../selected.js';
import { removerOf, selectedOf } from '../session.js';
import type { Decoder } from '../wire/decoder.js';
import { mailboxName } from '../wire/encode.js';
import { oldNameItem } from './list-answer.js';
import { mailboxIdOf } from './status.js';

/** RFC 7162 §3.2.5: what the client has of the mailbox from earlier. */
interface Resync {
  readonly uidValidity: number;
  readonly modseq: number;
  /** Of these alone it wants to hear; undefined: of all. */
  readonly knownUids: SequenceSet | undefined;
}

interface SelectArgs {
  readonly path: string;
  /** What the client called it. */
  readonly given: string;
  readonly condstore: boolean;
  readonly resync: Resync | undefined;
}

const parse = (decoder: Decoder): SelectArgs => {
  decoder.space();
  const { path, given } = decoder.mailboxAsGiven();
  let condstore = false;
  let resync: Resync | undefined;
  if (decoder.accept(' (')) {
    do {
      const word = decoder.keyword();
      if (word === 'QRESYNC') resync = readResync(decoder);
      else if (word !== 'CONDSTORE') throw decoder.error(`there is no SELECT parameter ${word}`);
      condstore = true;
    } while (decoder.accept(' '));
    decoder.expect(')');
  }
  decoder.end();
  return { path, given, condstore, resync };
};

/** ` (uidvalidity modseq [known-uids] [(seqs uids)])` (RFC 7162 §7, select-param). */
function readResync(decoder: Decoder): Resync {
  decoder.space();
  decoder.expect('(');
  const uidValidity = decoder.number();
  if (uidValidity < 1 || uidValidity > 0xffff_ffff) throw decoder.error('this cannot be a UIDVALIDITY');
  decoder.space();
  const modseq = decoder.modseq();
  if (modseq === 0) throw decoder.error('no mailbox has the modification sequence 0');
  let knownUids: SequenceSet | undefined;
  while (decoder.accept(' ')) {
    if (decoder.peek() !== '(') {
      knownUids = readKnownSet(decoder);
      continue;
    }
    // Pairs of numbers and uids help a server that has forgotten what was expunged; this one never does.
    readMatchData(decoder);
    break;
  }
  decoder.expect(')');
  return { uidValidity, modseq, knownUids };
}

/** `(seqs uids)`: as many of these as of those, each in ascending order (RFC 7162 §3.2.5.2). */
function readMatchData(decoder: Decoder): void {
  decoder.expect('(');
  const seqs = readKnownSet(decoder);
  decoder.space();
  const uids = readKnownSet(decoder);
  decoder.expect(')');
  const isAscending = ({ ranges }: SequenceSet) =>
    ranges.every(([low], i) => i === 0 || low > (ranges[i - 1]?.[1] ?? 0));
  if (!isAscending(seqs) || !isAscending(uids)) throw decoder.error('the numbers and uids must be in ascending order');
  if (countRanges(seqs.ranges) !== countRanges(uids.ranges)) throw decoder.error('each number needs its uid');
}

/** What the client has from earlier: neither `*` nor `$` says it (RFC 7162 §7, known-uids; a SELECT empties `$`). */
function readKnownSet(decoder: Decoder): SequenceSet {
  const set = decoder.sequenceSet();
  if (set.isSaved || set.ranges.some(([, high]) => high === STAR)) throw decoder.error('"*" and "$" cannot stand here');
  return set;
}

/** Command: RFC 9051 §6.3.2 · Extends: RFC 7162 §3.1.8 (CONDSTORE), §3.2.5 (QRESYNC) */
export const select = defineCommand<SelectArgs>({
  name: 'SELECT',
  states: ['authenticated', 'selected'],
  capabilities: ['CONDSTORE', 'QRESYNC'],
  enables: ['CONDSTORE', 'QRESYNC'],
  expunges: 'held',
  parse,
  run: (context, args) => open(context, args, false),
});

/** Command: RFC 9051 §6.3.3 */
export const examine = defineCommand<SelectArgs>({
  name: 'EXAMINE',
  states: ['authenticated', 'selected'],
  expunges: 'held',
  parse,
  run: (context, args) => open(context, args, true),
});

function open(context: CommandContext, { path, given, condstore, resync }: SelectArgs, readOnly: boolean): Completion {
  const { session, core, reply } = context;
  if (session.state.kind === 'notAuthenticated') throw new MailboxError('NOPERM', 'please log in first');
  const { device } = session.state;
  if (resync && !session.enabled.has('QRESYNC')) throw new BadCommandError('QRESYNC must be enabled first');
  // Whether or not it succeeds, the old mailbox is no longer selected (RFC 9051 §6.3.2).
  if (session.state.kind === 'selected') reply.untagged('OK [CLOSED] the previous mailbox is closed');
  session.state = { kind: 'authenticated', device };
  const mailbox = core.mailboxes.find(path);
  if (!mailbox) throw new MailboxError('NONEXISTENT', 'there is no such mailbox');
  if (!mailbox.selectable) throw new MailboxError('CANNOT', 'this is only a level of the hierarchy');
  if (condstore) enableCondstore(session, reply);
  const snapshot = core.reads.snapshot(mailbox.id);
  const keywords = keywordsIn(snapshot);
  tellMailbox(context, { mailbox, snapshot, keywords, readOnly, given });
  if (resync && resync.uidValidity === snapshot.uidValidity) tellResync(context, snapshot, resync);
  const selected = new Selected(snapshot, readOnly, session.enabled, keywords);
  session.state = { kind: 'selected', device, selected };
  return { code: readOnly ? 'READ-ONLY' : 'READ-WRITE' };
}

interface Opening {
  readonly mailbox: Mailbox;
  readonly snapshot: MailboxSnapshot;
  readonly keywords: readonly string[];
  readonly readOnly: boolean;
  readonly given: string;
}

function tellMailbox({ reply, rev2, utf8 }: CommandContext, opening: Opening): void {
  const { mailbox, snapshot, keywords, readOnly, given } = opening;
  tellMailboxFlags(reply, keywords, readOnly);
  reply.untagged(`${snapshot.uids.length} EXISTS`);
  if (rev2) reply.untagged(`LIST () "/" ${mailboxName(mailbox.path, utf8)}${oldNameItem(mailbox, given, utf8)}`);
  else {
    reply.untagged('0 RECENT');
    const unseen = firstUnseen(snapshot);
    if (unseen > 0) reply.untagged(`OK [UNSEEN ${unseen}] first unseen message`);
  }
  reply.untagged(`OK [UIDVALIDITY ${snapshot.uidValidity}] uids are valid`);
  reply.untagged(`OK [UIDNEXT ${snapshot.uidNext}] predicted next uid`);
  // RFC 8474 §4.2
  reply.untagged(`OK [MAILBOXID (${mailboxIdOf(snapshot)})] its id for ever`);
  reply.untagged(`OK [HIGHESTMODSEQ ${snapshot.modseq}] highest modification sequence`);
}

/** What has gone and what has changed since the client last looked (RFC 7162 §3.2.5.1). */
function tellResync({ core, reply }: CommandContext, snapshot: MailboxSnapshot, { modseq, knownUids }: Resync): void {
  const { mailboxId, uids, uidNext } = snapshot;
  const { vanished, changed } = core.reads.changesSince(mailboxId, modseq);
  const known = resolveSet(knownUids ?? { ranges: [[1, STAR]] }, Math.max(1, uidNext - 1));
  for (const set of setTexts(intersectRanges(vanished, known))) reply.untagged(`VANISHED (EARLIER) ${set}`);
  for (const { uid, flags, modseq: changedAt } of changed) {
    if (!rangesInclude(known, uid)) continue;
    const seq = indexIn(uids, uid) + 1;
    reply.untagged(`${seq} FETCH (UID ${uid} FLAGS (${flags.wire}) MODSEQ (${changedAt}))`);
  }
}

function firstUnseen({ flagIds, flagTable }: MailboxSnapshot): number {
  return flagIds.findIndex((id) => ((flagTable[id]?.system ?? 0) & SystemFlag.Seen) === 0) + 1;
}

/** Command: RFC 3501 §6.4.1. Everything answered OK is durable already. */
export const check = defineCommand({
  name: 'CHECK',
  states: ['selected'],
  expunges: 'allowed',
  parse: (decoder) => decoder.end(),
  run: () => undefined,
});

/** Command: RFC 9051 §6.4.1: expunges without a word, then leaves; no HIGHESTMODSEQ either (RFC 7162 §3.2.8). */
export const close = defineCommand({
  name: 'CLOSE',
  states: ['selected'],
  expunges: 'held',
  parse: (decoder) => decoder.end(),
  run: async ({ session, core }) => {
    const selected = selectedOf(session);
    if (!selected.readOnly) await expungeAll({ core, selected }, undefined, removerOf(session));
    leave(session);
    return undefined;
  },
});

/** Command: RFC 3691 §2 */
export const unselect = defineCommand({
  name: 'UNSELECT',
  states: ['selected'],
  capabilities: ['UNSELECT'],
  expunges: 'held',
  parse: (decoder) => decoder.end(),
  run: ({ session }) => {
    leave(session);
    return undefined;
  },
});

function leave(session: CommandContext['session']): void {
  if (session.state.kind === 'selected') session.state = { kind: 'authenticated', device: session.state.device };
}
