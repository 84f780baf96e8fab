// What one session has been told of the mailbox it selected: its sequence numbers, and what it still has to be told.
import { flagSetText } from '../mail/flags.js';
import { formatRanges, rangesInclude, rangesOf, resolveSet, type SequenceSet } from '../mail/sequence-set.js';
import type { Quirks } from './quirks.js';
import { type DemoMailbox, type Entry, flagsOfEntry } from './store/mailbox.js';

/** A message as this session addresses it. */
export interface Target {
  readonly seq: number;
  readonly entry: Entry;
}

type ViewQuirks = Pick<Quirks, 'selectCap' | 'malformedVanished' | 'allRecent'>;

/** What news may hold, and how it is written. */
export interface NewsOptions {
  readonly withExpunges: boolean;
  readonly withFlags: boolean;
  readonly withModseq: boolean;
  /** VANISHED instead of EXPUNGE. */
  readonly withVanished: boolean;
}

export class View {
  readonly mailbox: DemoMailbox;
  readonly isReadOnly: boolean;
  readonly #shown: Entry[] = [];
  /** The modseq this session knows of an entry. */
  readonly #told = new Map<Entry, number>();
  readonly #recent = new Set<Entry>();
  readonly #joinsVanished: boolean;
  readonly #allRecent: boolean;
  #synced = 0;
  #uidKnown = 0;

  constructor(mailbox: DemoMailbox, isReadOnly: boolean, { selectCap, malformedVanished, allRecent }: ViewQuirks) {
    this.mailbox = mailbox;
    this.isReadOnly = isReadOnly;
    this.#joinsVanished = malformedVanished;
    this.#allRecent = allRecent;
    if (selectCap !== undefined) this.#uidKnown = mailbox.entries.at(-selectCap - 1)?.uid ?? 0;
    this.#takeNew();
    this.#synced = mailbox.highestModseq;
  }

  get exists(): number {
    return this.#shown.length;
  }

  get recent(): number {
    return this.#recent.size;
  }

  get shown(): readonly Entry[] {
    return this.#shown;
  }

  isRecent(entry: Entry): boolean {
    return this.#recent.has(entry);
  }

  /** What stands between the parentheses of FLAGS. */
  flagsText(entry: Entry): string {
    return [flagSetText(flagsOfEntry(entry)), this.isRecent(entry) ? '\\Recent' : '']
      .filter((text) => text !== '')
      .join(' ');
  }

  /** Makes a change the session asked for itself: it is no news to it, unless another's is among it. */
  ownChange(entry: Entry, change: () => void): void {
    const isKnown = this.#told.get(entry) === entry.modseq;
    change();
    if (isKnown) this.#told.set(entry, entry.modseq);
  }

  targets(set: SequenceSet, isUid: boolean): Target[] {
    const last = isUid ? (this.#shown.at(-1)?.uid ?? 0) : this.#shown.length;
    const ranges = resolveSet(set, last);
    const targets: Target[] = [];
    this.#shown.forEach((entry, i) => {
      if (rangesInclude(ranges, isUid ? entry.uid : i + 1)) targets.push({ seq: i + 1, entry });
    });
    return targets;
  }

  /** The untagged lines that bring the session up to date. While expunges are held, what is gone keeps its number. */
  news({ withExpunges, withFlags, withModseq, withVanished }: NewsOptions): string[] {
    if (this.#synced === this.mailbox.highestModseq) return [];
    const lines: string[] = [];
    if (withExpunges) lines.push(...this.#takeGone(withVanished));
    if (this.#takeNew()) lines.push(`* ${this.exists} EXISTS`, `* ${this.recent} RECENT`);
    // What is not told now is told later: nothing counts as known.
    if (!withFlags) return lines;
    this.#shown.forEach((entry, i) => {
      if (entry.isGone || this.#told.get(entry) === entry.modseq) return;
      this.#told.set(entry, entry.modseq);
      const modseq = withModseq ? ` MODSEQ (${entry.modseq})` : '';
      lines.push(`* ${i + 1} FETCH (UID ${entry.uid}${modseq} FLAGS (${this.flagsText(entry)}))`);
    });
    if (!this.#shown.some((entry) => entry.isGone)) this.#synced = this.mailbox.highestModseq;
    return lines;
  }

  /** `VANISHED [(EARLIER) ]set` for these uids (RFC 7162 §3.2.10). */
  vanishedLine(uids: readonly number[], isEarlier: boolean): string {
    const ranges = rangesOf([...uids].sort((a, b) => a - b));
    const [first, last] = [ranges[0], ranges.at(-1)];
    const set = this.#joinsVanished && first && last ? `${first[0]}:${last[1]}` : formatRanges(ranges);
    return `* VANISHED ${isEarlier ? '(EARLIER) ' : ''}${set}`;
  }

  #takeGone(asVanished: boolean): string[] {
    const lines: string[] = [];
    const vanished: number[] = [];
    for (let i = this.#shown.length - 1; i >= 0; i -= 1) {
      const entry = this.#shown[i];
      if (!entry?.isGone) continue;
      this.#shown.splice(i, 1);
      this.#told.delete(entry);
      this.#recent.delete(entry);
      if (asVanished) vanished.push(entry.uid);
      else lines.push(`* ${i + 1} EXPUNGE`);
    }
    if (vanished.length > 0) lines.push(this.vanishedLine(vanished, false));
    return lines;
  }

  #takeNew(): boolean {
    const { entries } = this.mailbox;
    const before = this.#shown.length;
    for (let i = entries.findLastIndex(({ uid }) => uid <= this.#uidKnown) + 1; i < entries.length; i += 1) {
      const entry = entries[i];
      if (!entry) continue;
      this.#shown.push(entry);
      this.#told.set(entry, entry.modseq);
      if (this.#allRecent || entry.uid >= this.mailbox.recentFrom) this.#recent.add(entry);
    }
    this.#uidKnown = this.#shown.at(-1)?.uid ?? this.#uidKnown;
    // \Recent is for the first session that may change the mailbox (RFC 3501 §2.3.2).
    if (!this.isReadOnly) this.mailbox.recentFrom = this.mailbox.uidNext;
    return this.#shown.length > before;
  }
}
