// Results that are kept up to date (RFC 5267 §4.3): RETURN (UPDATE), told as ADDTO and REMOVEFROM.
import type { Core } from '../../core/core.js';
import { createMutex } from '../../lib/mutex.js';
import { KEPT_HEADER_FIELD_SET } from '../../mail/header-fields.js';
import { type SearchCriteria, someCriterion } from '../../mail/search-criteria.js';
import { rangesOf } from '../../mail/sequence-set.js';
import type { SortCriterion } from '../../mail/sort-order.js';
import type { CommandContext } from '../command.js';
import { BadCommandError } from '../errors.js';
import { tellArrived } from '../fetch-items/answer-fetch.js';
import type { FetchPart } from '../fetch-items/fetch-item.js';
import type { Reply } from '../reply.js';
import type { ResultWatch, Selected } from '../selected.js';
import { selectedOf } from '../session.js';
import { type Answer, formatInOrder, tellEsearch } from './answer.js';
import { numbersOf } from './found.js';
import type { ReturnOptions } from './options.js';

interface Context {
  readonly tag: string;
  readonly uid: boolean;
  readonly criteria: SearchCriteria;
  /** Undefined: mailbox order. */
  readonly sorting: readonly SortCriterion[] | undefined;
  /** Bodies are read, perhaps upstream, to find out. */
  readonly isCostly: boolean;
  /** Uids in order, as the client knows them. */
  results: readonly number[];
  /** Changed, and whether they match cannot be told now: as they were, and looked at again with the next change. */
  open: Uint32Array;
  /** All changes up to here have been looked at. */
  modseq: number;
  readonly newMessageParts: readonly FetchPart[];
  /** Messages above have arrived since. */
  lastUid: number;
}

interface Updating {
  readonly core: Core;
  readonly reply: Reply;
  readonly signal: AbortSignal;
}

const MAX_CONTEXTS = 16;
/** Changed messages at a time whose bodies are searched again; more are a new search, which the client may ask for. */
const MAX_BODIES = 200;

/** Of one session in one mailbox. */
class Contexts implements ResultWatch {
  readonly #selected: Selected;
  /** By the client. */
  readonly #enabled: ReadonlySet<string>;
  readonly #byTag = new Map<string, Context>();
  readonly #mutex = createMutex();

  constructor(selected: Selected, enabled: ReadonlySet<string>) {
    this.#selected = selected;
    this.#enabled = enabled;
  }

  has(tag: string): boolean {
    return this.#byTag.has(tag);
  }

  /** False if there are too many. */
  add(context: Context): boolean {
    if (this.#byTag.size >= MAX_CONTEXTS) return false;
    this.#byTag.set(context.tag, context);
    return true;
  }

  remove(tag: string): boolean {
    return this.#byTag.delete(tag);
  }

  beforeExpunges(reply: Reply, isGone: (uid: number) => boolean): void {
    for (const context of this.#byTag.values()) {
      this.#tellRemoved(reply, context, new Set(context.results.filter(isGone)));
    }
  }

  afterChanges(core: Core, reply: Reply, signal: AbortSignal): Promise<void> {
    return this.#mutex.run(async () => {
      for (const context of this.#byTag.values()) {
        try {
          await this.#update(context, { core, reply, signal });
        } catch {
          // The command that was just answered is done all the same; these results end (RFC 5267 §4.3.5).
          this.#byTag.delete(context.tag);
          reply.untagged(`NO [NOUPDATE "${context.tag}"] these results cannot be updated any more`);
        }
      }
    });
  }

  async #update(context: Context, updating: Updating): Promise<void> {
    const { core, reply, signal } = updating;
    const { mailboxId, modseq } = this.#selected;
    if (context.modseq === modseq) return;
    const news = core.reads.changesSince(mailboxId, context.modseq).changed.map(({ uid }) => uid as number);
    const changed = context.open.length === 0 ? news : [...new Set([...news, ...context.open])].sort((a, b) => a - b);
    if (context.isCostly && changed.length > MAX_BODIES) throw new Error('too many bodies to search');
    if (changed.length > 0) {
      const among: SearchCriteria = { key: 'uids', ranges: rangesOf(changed) };
      const hits = await core.reads.search(mailboxId, { key: 'and', all: [among, context.criteria] }, signal);
      const matching = new Set(hits.uids);
      const open = new Set(hits.unread?.uids);
      const order = await this.#orderWith(core, context, matching);
      if (signal.aborted || this.#byTag.get(context.tag) !== context) return;
      context.open = Uint32Array.from(open);
      this.#tellRemoved(reply, context, new Set(changed.filter((uid) => !matching.has(uid) && !open.has(uid))));
      await this.#tellNew(context, updating, matching);
      this.#tellAdded(reply, context, matching, order);
    }
    context.modseq = modseq;
    context.lastUid = this.#selected.uids.at(-1) ?? context.lastUid;
  }

  /** Of messages that have arrived, not of those whose flags brought them in (RFC 5465 §7). */
  async #tellNew(context: Context, { core, reply, signal }: Updating, matching: ReadonlySet<number>): Promise<void> {
    const arrived = [...matching].filter((uid) => uid > context.lastUid);
    if (arrived.length === 0 || context.newMessageParts.length === 0) return;
    const targets = this.#selected.resolve({ ranges: rangesOf(arrived) }, true);
    const fetching = { core, reply, signal, enabled: this.#enabled };
    await tellArrived(fetching, this.#selected, targets, context.newMessageParts);
  }

  /** Undefined for mailbox order. */
  async #orderWith(core: Core, context: Context, added: ReadonlySet<number>): Promise<Map<number, number> | undefined> {
    if (!context.sorting) return undefined;
    const uids = Uint32Array.from(new Set([...context.results, ...added])).sort();
    const hits = { uids, scores: new Uint8Array(uids.length).fill(100) };
    const order = await core.reads.sort(this.#selected.mailboxId, hits, context.sorting);
    return new Map(Array.from(order, (position, place) => [uids[position] ?? 0, place]));
  }

  #tellRemoved(reply: Reply, context: Context, removed: ReadonlySet<number>): void {
    const gone = context.results.filter((uid) => removed.has(uid));
    if (gone.length === 0) return;
    const pairs: [number, number[]][] = [];
    if (!context.sorting) pairs.push([0, gone]);
    else {
      // One after the other from the front: each position is what it is once those before have gone.
      let position = 1;
      let isRun = false;
      for (const uid of context.results) {
        const last = pairs.at(-1);
        if (!removed.has(uid)) {
          position++;
          isRun = false;
        } else if (isRun && last) last[1].push(uid);
        else {
          pairs.push([position, [uid]]);
          isRun = true;
        }
      }
    }
    this.#tell(reply, context, 'REMOVEFROM', pairs);
    context.results = context.results.filter((uid) => !removed.has(uid));
  }

  #tellAdded(
    reply: Reply,
    context: Context,
    matching: ReadonlySet<number>,
    order: ReadonlyMap<number, number> | undefined,
  ): void {
    const known = new Set(context.results);
    const added = [...matching].filter((uid) => !known.has(uid) && this.#selected.seqOf(uid) > 0);
    if (added.length === 0) return;
    const place = (uid: number) => order?.get(uid) ?? uid;
    const results = [...context.results, ...added].sort((a, b) => place(a) - place(b));
    const fresh = new Set(added);
    const pairs: [number, number[]][] = [];
    if (!order) pairs.push([0, results.filter((uid) => fresh.has(uid))]);
    else {
      results.forEach((uid, i) => {
        if (!fresh.has(uid)) return;
        const last = pairs.at(-1);
        // In the order of their places: where each goes is where it will stand.
        if (last && last[0] + last[1].length === i + 1) last[1].push(uid);
        else pairs.push([i + 1, [uid]]);
      });
    }
    this.#tell(reply, context, 'ADDTO', pairs);
    context.results = results;
  }

  #tell(reply: Reply, { tag, uid }: Context, word: string, pairs: readonly [number, number[]][]): void {
    const texts = pairs.map(
      ([position, uids]) => `${position} ${formatInOrder(numbersOf(Uint32Array.from(uids), this.#selected, uid))}`,
    );
    tellEsearch({ reply, tag, uid }, [`${word} (${texts.join(' ')})`]);
  }
}

const contextsOf = (selected: Selected): Contexts | undefined =>
  selected.watch instanceof Contexts ? selected.watch : undefined;

/** @throws {BadCommandError} if the tag already names results that are kept up to date (RFC 5267 §4.3) */
export function checkTag({ session, tag }: CommandContext, options: ReturnOptions | undefined): void {
  if (options?.words.has('UPDATE') && contextsOf(selectedOf(session))?.has(tag))
    throw new BadCommandError('this tag is in use for results that are kept up to date');
}

/** Keeps what has been answered up to date, if UPDATE asks for it; `modseq` is what the client had been told before. */
export function keepUpdated(
  { reply, tag, uid, session }: CommandContext,
  options: ReturnOptions | undefined,
  answer: Answer,
  { sorting, modseq }: { sorting: readonly SortCriterion[] | undefined; modseq: number },
): void {
  if (!options?.words.has('UPDATE')) return;
  const { selected, criteria } = answer;
  const contexts = contextsOf(selected) ?? new Contexts(selected, session.enabled);
  selected.watch = contexts;
  const { newMessageParts } = options;
  const lastUid = selected.uids.at(-1) ?? 0;
  const isCostly = someCriterion(criteria, needsBodies);
  const results = [...answer.ordered];
  const open = new Uint32Array(0);
  const context = { tag, uid, criteria, sorting, isCostly, results, open, modseq, newMessageParts, lastUid };
  // Relevancy is known of the whole result only.
  const isRanked = sorting?.some(({ key }) => key === 'relevancy') ?? false;
  if (isRanked || !contexts.add(context))
    reply.untagged(`NO [NOUPDATE "${tag}"] ${isRanked ? 'such results' : 'more results'} cannot be updated`);
}

/** Headers, too, are kept of some fields only. */
const needsBodies = (one: SearchCriteria): boolean =>
  one.key === 'body' || one.key === 'text' || (one.key === 'header' && !KEPT_HEADER_FIELD_SET.has(one.field));

/** @throws {BadCommandError} for a tag that names nothing */
export function cancelUpdate(selected: Selected, tags: readonly string[]): void {
  const contexts = contextsOf(selected);
  const unknown = tags.find((tag) => !contexts?.has(tag));
  if (unknown !== undefined) throw new BadCommandError('no results are kept up to date under this tag');
  for (const tag of tags) contexts?.remove(tag);
}
