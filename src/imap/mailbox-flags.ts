// FLAGS and PERMANENTFLAGS (RFC 9051 §7.3.5, §7.1): the flags a client may meet in a mailbox, and those it may set.
import type { MailboxSnapshot } from '../core/core.js';
import { isAccountTag } from '../mail/flags.js';
import type { Reply } from './reply.js';

const SYSTEM_FLAGS = '\\Answered \\Flagged \\Deleted \\Seen \\Draft';

/** All that its messages have, sorted. */
export function keywordsIn({ flagIds, flagTable }: MailboxSnapshot): string[] {
  const keywords = new Set<string>();
  for (const id of new Set(flagIds)) for (const keyword of flagTable[id]?.keywords ?? []) keywords.add(keyword);
  return [...keywords].sort();
}

export function tellMailboxFlags(reply: Reply, keywords: readonly string[], readOnly: boolean): void {
  reply.untagged(`FLAGS (${[SYSTEM_FLAGS, ...keywords].join(' ')})`);
  const permanent = readOnly
    ? ''
    : [SYSTEM_FLAGS, ...keywords.filter((keyword) => !isAccountTag(keyword)), '\\*'].join(' ');
  reply.untagged(`OK [PERMANENTFLAGS (${permanent})] flags that are kept`);
}

/** What one client has been told of keywords: it meets none that FLAGS has not named (clients that keep count complain). */
export class KeywordsTold {
  readonly #keywords: string[];
  readonly #known: Set<string>;
  /** Keyword lists found to be known: the lists are interned, so most messages cost one look. */
  readonly #seen = new WeakSet<readonly string[]>();
  readonly #readOnly: boolean;

  constructor(keywords: readonly string[], readOnly: boolean) {
    this.#keywords = [...keywords];
    this.#known = new Set(keywords.map((keyword) => keyword.toLowerCase()));
    this.#readOnly = readOnly;
  }

  /** FLAGS again, if one of the lists holds a keyword it has not named. */
  meet(reply: Reply, lists: Iterable<readonly string[]>): void {
    const before = this.#keywords.length;
    for (const list of lists) {
      if (this.#seen.has(list)) continue;
      this.#seen.add(list);
      for (const keyword of list) this.#add(keyword);
    }
    if (this.#keywords.length > before) tellMailboxFlags(reply, this.#keywords.sort(), this.#readOnly);
  }

  #add(keyword: string): void {
    if (this.#known.has(keyword.toLowerCase())) return;
    this.#known.add(keyword.toLowerCase());
    this.#keywords.push(keyword);
  }
}
