// What this connection has been told of the selected source without having asked.
import type { ImapResponse } from 'imapflow';
import { countRanges, mergeRanges, type NumberRanges, rangesInclude } from '../../mail/sequence-set.js';
import type { SelectedSource, SourcePath } from '../connector.js';
import type { IdleNews } from '../profile.js';
import { rangesFrom } from './sets.js';
import { listOf, textOf, textsOf, uint32Of } from './tokens.js';
import type { UntaggedHandlers } from './wire.js';

/** `* VANISHED (EARLIER) set` or `* VANISHED set` (RFC 7162 §3.2.10). */
export function vanishedOf(response: ImapResponse): { earlier: boolean; ranges: NumberRanges } {
  const [first, second] = response.attributes ?? [];
  const earlier = textsOf(first).some((word) => word.toUpperCase() === 'EARLIER');
  return { earlier, ranges: rangesFrom(textOf(Array.isArray(first) ? second : first) ?? '') };
}

export class SelectedView {
  readonly path: SourcePath;
  readonly source: SelectedSource;
  /** Lower case: stored since the SELECT, looked for, and there. */
  readonly provedKeywords = new Set<string>();
  /** Called when something changed that nobody has been told of yet. */
  onChange: (() => void) | undefined;
  #exists: number;
  #expunged = 0;
  #changed = false;
  readonly #onIdleNews: (news: IdleNews) => void;

  /** @param onIdleNews what was told while IDLE waited for it */
  constructor(path: SourcePath, source: SelectedSource, onIdleNews: (news: IdleNews) => void = () => undefined) {
    this.#onIdleNews = onIdleNews;
    this.path = path;
    this.source = source;
    this.#exists = source.exists;
  }

  /** Messages there are, as far as told. */
  get exists(): number {
    return this.#exists;
  }

  /** How many have gone since the SELECT. */
  get expunged(): number {
    return this.#expunged;
  }

  /** Whether something changed since the last time this was asked. */
  takeChange(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  /** For every command: whatever comes unasked is a change. */
  readonly handlers: UntaggedHandlers = {
    EXISTS: (response) => {
      const count = Number(response.command);
      if (count === this.#exists) return;
      this.#exists = count;
      this.#note('exists');
    },
    EXPUNGE: () => {
      this.#gone(1);
      this.#note('expunge');
    },
    VANISHED: (response) => this.vanished(response),
    FETCH: () => this.#note('flags'),
  };

  /** For commands that expunge: what goes away then is no news. */
  readonly ownExpunges: UntaggedHandlers = {
    EXPUNGE: () => {
      this.#gone(1);
    },
    VANISHED: (response) => {
      this.#gone(countRanges(vanishedOf(response).ranges));
    },
  };

  /**
   * For a STORE on these uids. It should be silent, but some servers echo the flags (Cyrus, with CONDSTORE), and all tell
   * the new modseq (RFC 7162 §3.1.3); what is about other messages is news.
   */
  ownFlags(uids: NumberRanges): UntaggedHandlers {
    const ranges = mergeRanges(uids);
    return {
      FETCH: (response) => {
        const items = listOf(response.attributes?.[1]) ?? [];
        const uid = items.findIndex((item) => textOf(item)?.toUpperCase() === 'UID');
        if (uid < 0 || !rangesInclude(ranges, uint32Of(items[uid + 1]) ?? 0)) this.#note();
      },
    };
  }

  vanished(response: ImapResponse): void {
    const { earlier, ranges } = vanishedOf(response);
    if (!earlier) this.#gone(countRanges(ranges));
    this.#note('expunge');
  }

  /** A FETCH response that answers nothing we asked. */
  unasked(): void {
    this.#note();
  }

  #gone(count: number): void {
    this.#exists -= count;
    this.#expunged += count;
  }

  #note(news?: IdleNews): void {
    this.#changed = true;
    if (news && this.onChange) this.#onIdleNews(news);
    this.onChange?.();
  }
}
