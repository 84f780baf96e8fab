// One client's view of one mailbox: the uids it has been told, hence what its sequence numbers mean (providers.md §13.7).
import type { Core, MailboxChanges, MailboxId, MailboxSnapshot } from '../core/core.js';
import { indexIn, lowerBound } from '../lib/ascending.js';
import {
  mergeRanges,
  type NumberRanges,
  rangesInclude,
  rangesOf,
  resolveSet,
  type SequenceSet,
  setTexts,
} from '../mail/sequence-set.js';
import { BadCommandError, ByeError } from './errors.js';
import { KeywordsTold } from './mailbox-flags.js';
import type { Reply } from './reply.js';

/** Uids a command names, ascending, with the sequence number of each. */
export interface Resolved {
  readonly uids: Uint32Array;
  readonly seqs: Uint32Array;
}

/** What else must be told along with changes: search results that are kept up to date (RFC 5267). */
export interface ResultWatch {
  /** Before EXPUNGEs are told, while the numbers are still those of before. */
  beforeExpunges(reply: Reply, isGone: (uid: number) => boolean): void;
  /** After changes have been told. */
  afterChanges(core: Core, reply: Reply, signal: AbortSignal): Promise<void>;
}

const NOTHING = new Uint32Array(0);

export class Selected {
  readonly mailboxId: MailboxId;
  readonly readOnly: boolean;
  readonly #uidValidity: number;
  /** What the client has been told; shared with the snapshot (and with other sessions) whenever they are the same. */
  #uids: Uint32Array;
  #modseq: number;
  /** Gone, but the client may not be told yet: still addressable. */
  #gone: NumberRanges = [];
  /** The modseq before the first of them; all up to there has been told. */
  #heldSince: number | undefined;
  readonly #ownModseqs = new Set<number>();
  /** The client has asked not to be told of flags that others change (RFC 5465). */
  isFlagsMuted = false;
  /** What the client has enabled: decides how changes are told. */
  readonly #enabled: ReadonlySet<string>;
  readonly #keywords: KeywordsTold;
  /** Uids, ascending, that the last SEARCH RETURN (SAVE) found: `$` (RFC 5182). Uids never come back, so those that are
   * gone are left out when it is used. */
  saved: Uint32Array = NOTHING;
  watch: ResultWatch | undefined;

  /** `keywords`: those the client has been told of. */
  constructor(
    snapshot: MailboxSnapshot,
    readOnly: boolean,
    enabled: ReadonlySet<string> = new Set(),
    keywords: readonly string[] = [],
  ) {
    this.mailboxId = snapshot.mailboxId;
    this.readOnly = readOnly;
    this.#uidValidity = snapshot.uidValidity;
    this.#uids = snapshot.uids;
    this.#modseq = snapshot.modseq;
    this.#enabled = enabled;
    this.#keywords = new KeywordsTold(keywords, readOnly);
  }

  get uids(): Uint32Array {
    return this.#uids;
  }

  /** The client has been told of every change up to here (but for EXPUNGEs held back). */
  get modseq(): number {
    return this.#modseq;
  }

  get exists(): number {
    return this.#uids.length;
  }

  /** 0 if the client has not been told of the uid. */
  seqOf(uid: number): number {
    return indexIn(this.#uids, uid) + 1;
  }

  /**
   * The messages a set names. In the UID form unknown uids are ignored; `n:*` holds at least the last message.
   * @throws {BadCommandError} for a sequence number that does not exist (RFC 9051 §9, seq-number)
   */
  resolve(set: SequenceSet, uidForm: boolean): Resolved {
    const uids = this.#uids;
    if (set.isSaved) return this.#gather(this.#savedSpans());
    if (uidForm) return this.#resolveUids(resolveSet(set, uids.at(-1) ?? 0));
    const ranges = resolveSet(set, uids.length);
    const last = ranges.at(-1)?.[1] ?? 0;
    if (last > uids.length || (ranges.length === 0 && uids.length === 0)) {
      throw new BadCommandError('there is no message with that sequence number');
    }
    const [only] = ranges;
    if (ranges.length === 1 && only) {
      const [low, high] = only;
      return { uids: uids.subarray(low - 1, high), seqs: sequence(low, high) };
    }
    return this.#gather(ranges.map(([low, high]) => [low - 1, high] as const));
  }

  /**
   * Uids a set names, as ranges within what the client has been told; numbers that do not exist name nothing, as in
   * SEARCH and UID EXPUNGE.
   */
  uidRangesOf(set: SequenceSet, uidForm: boolean): NumberRanges {
    const uids = this.#uids;
    const last = uids.at(-1) ?? 0;
    if (set.isSaved) return rangesOf(this.resolve(set, true).uids);
    if (uidForm)
      return resolveSet(set, last).flatMap(([low, high]) => (low > last ? [] : [[low, Math.min(high, last)] as const]));
    return resolveSet(set, uids.length).flatMap(([low, high]) => {
      const from = uids[low - 1];
      const to = uids[Math.min(high, uids.length) - 1];
      return from === undefined || to === undefined ? [] : [[from, to] as const];
    });
  }

  #savedSpans(): (readonly [number, number])[] {
    const spans: [number, number][] = [];
    for (const uid of this.saved) {
      const index = indexIn(this.#uids, uid);
      const last = spans.at(-1);
      if (last && last[1] === index) last[1]++;
      else if (index >= 0) spans.push([index, index + 1]);
    }
    return spans;
  }

  #resolveUids(ranges: NumberRanges): Resolved {
    const spans = ranges.map(([low, high]) => [lowerBound(this.#uids, low), lowerBound(this.#uids, high + 1)] as const);
    return this.#gather(spans);
  }

  #gather(spans: readonly (readonly [number, number])[]): Resolved {
    const count = spans.reduce((sum, [start, end]) => sum + Math.max(0, end - start), 0);
    const uids = new Uint32Array(count);
    const seqs = new Uint32Array(count);
    let at = 0;
    for (const [start, end] of spans) {
      for (let i = start; i < end; i++) {
        uids[at] = this.#uids[i] ?? 0;
        seqs[at++] = i + 1;
      }
    }
    return { uids, seqs };
  }

  /** Whether a message the client still sees is gone. */
  isGone(uid: number): boolean {
    return rangesInclude(this.#gone, uid);
  }

  /** Before flags are told that no `poll` has seen: these keywords are to be known. */
  meetKeywords(reply: Reply, keywords: readonly string[]): void {
    this.#keywords.meet(reply, [keywords]);
  }

  /** The same for the flags as they are now, whoever set them since. */
  meetPresentKeywords(core: Core, reply: Reply): void {
    if (core.reads.snapshot(this.mailboxId).modseq === this.#modseq) return;
    this.#meetChanged(reply, core.reads.changesSince(this.mailboxId, this.#modseq));
  }

  #meetChanged(reply: Reply, { changed }: MailboxChanges): void {
    this.#keywords.meet(
      reply,
      changed.map(({ flags }) => flags.keywords),
    );
  }

  /** The session has just made this change itself, and tells of it in its own way. */
  ownChange(modseq: number): void {
    if (modseq > this.#modseq) this.#ownModseqs.add(modseq);
  }

  /**
   * Before anything is done or told by the uids this client knows: they may have come to mean other messages.
   * @throws {ByeError} if the mailbox has been renumbered or deleted
   */
  mustStand(core: Core): void {
    if (core.mailboxes.get(this.mailboxId)?.uidValidity !== this.#uidValidity) {
      throw new ByeError('the mailbox has been renumbered or deleted; please reconnect');
    }
  }

  /**
   * Tells the client what has happened since it was last told: EXPUNGE or VANISHED (when allowed), EXISTS, FETCH (FLAGS).
   * @throws {ByeError} as mustStand
   */
  poll(core: Core, reply: Reply, { expunges }: { expunges: boolean }): void {
    this.mustStand(core);
    const changes = core.reads.changesSince(this.mailboxId, this.#modseq);
    const isQuiet = changes.modseq === this.#modseq && (this.#gone.length === 0 || !expunges);
    if (isQuiet) {
      this.#tellHeld(reply);
      return;
    }
    this.#gone = mergeRanges([...this.#gone, ...changes.vanished]);
    if (this.#gone.length > 0 && !expunges) this.#heldSince ??= this.#modseq;
    // At once, also where the EXPUNGE itself has to wait (RFC 5267 §4.3.4).
    if (this.#gone.length > 0) this.watch?.beforeExpunges(reply, (uid) => this.isGone(uid));
    if (expunges) this.#tellExpunges(reply);
    this.#meetChanged(reply, changes);
    const known = this.#uids.length;
    this.#tellNew(core, reply, changes);
    this.#tellFlags(reply, changes, known);
    this.#modseq = changes.modseq;
    for (const modseq of this.#ownModseqs) if (modseq <= changes.modseq) this.#ownModseqs.delete(modseq);
    this.#tellHeld(reply);
  }

  /**
   * While VANISHED is held back, the modseqs told beside it say nothing of it: a client that lost its connection now
   * would never hear of what has gone (RFC 7162 §3.2, §6).
   */
  #tellHeld(reply: Reply): void {
    if (this.#heldSince === undefined) return;
    const isHeld = this.#gone.length > 0;
    const modseq = isHeld ? this.#heldSince : this.#modseq;
    if (this.#enabled.has('QRESYNC')) reply.untagged(`OK [HIGHESTMODSEQ ${modseq}] all up to here has been told`);
    if (!isHeld) this.#heldSince = undefined;
  }

  #tellExpunges(reply: Reply): void {
    if (this.#gone.length === 0) return;
    if (this.#enabled.has('QRESYNC')) this.#tellVanished(reply);
    // From the highest down: no line changes the numbers of the ones that follow.
    else
      for (let i = this.#uids.length - 1; i >= 0; i--) {
        if (rangesInclude(this.#gone, this.#uids[i] ?? 0)) reply.untagged(`${i + 1} EXPUNGE`);
      }
    this.#uids = this.#uids.filter((uid) => !rangesInclude(this.#gone, uid));
    this.#gone = [];
  }

  /** RFC 7162 §3.2.10: the uids, of which the client was told, in as few lines as they fit. */
  #tellVanished(reply: Reply): void {
    const known = this.#uids.filter((uid) => rangesInclude(this.#gone, uid));
    for (const set of setTexts(rangesOf(known))) reply.untagged(`VANISHED ${set}`);
  }

  #tellNew(core: Core, reply: Reply, changes: MailboxChanges): void {
    const lastTold = this.#uids.at(-1) ?? 0;
    const { uids } = core.reads.snapshot(this.mailboxId);
    const firstNew = lowerBound(uids, lastTold + 1);
    const added = uids.length - firstNew;
    if (added > 0) {
      const told = new Uint32Array(this.#uids.length + added);
      told.set(this.#uids);
      told.set(uids.subarray(firstNew), this.#uids.length);
      this.#uids = told;
      reply.untagged(`${told.length} EXISTS`);
      if (!this.#enabled.has('IMAP4REV2')) reply.untagged('0 RECENT');
    }
    // The same list again as everybody's: let go of this session's own.
    if (this.#gone.length === 0 && this.#uids.length === uids.length && changes.modseq >= this.#modseq)
      this.#uids = uids;
  }

  /** Of the first `known` messages: of new ones the client asks what it wants to know (EXISTS alone, as Dovecot does). */
  #tellFlags(reply: Reply, changes: MailboxChanges, known: number): void {
    if (this.isFlagsMuted) return;
    const withModseq = this.#enabled.has('CONDSTORE');
    for (const { uid, flags, modseq } of changes.changed) {
      if (this.#ownModseqs.has(modseq)) continue;
      const seq = this.seqOf(uid);
      if (seq === 0 || seq > known) continue;
      reply.untagged(`${seq} FETCH (UID ${uid} FLAGS (${flags.wire})${withModseq ? ` MODSEQ (${modseq})` : ''})`);
    }
  }
}

function sequence(low: number, high: number): Uint32Array {
  const seqs = new Uint32Array(Math.max(0, high - low + 1));
  for (let i = 0; i < seqs.length; i++) seqs[i] = low + i;
  return seqs;
}
