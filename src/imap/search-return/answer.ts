// The answers: `* SEARCH` or `* SORT` with plain numbers, or ESEARCH (RFC 4731 §3.1, RFC 9051 §7.3.4).
import type { MailboxSnapshot } from '../../core/core.js';
import { indexIn } from '../../lib/ascending.js';
import { formatRanges } from '../../mail/sequence-set.js';
import type { CommandContext, Completion } from '../command.js';
import { BadCommandError } from '../errors.js';
import { selectedOf } from '../session.js';
import { type Found, numbersOf, usesFuzzy, usesModseq } from './found.js';
import { type ReturnOptions, sliceOf } from './options.js';

/** Found messages in the order they are answered in: mailbox order, or SORT's. */
export interface Answer extends Found {
  readonly ordered: Uint32Array;
  /** Of each of `ordered`. */
  readonly orderedScores: Uint8Array;
}

/** `* SEARCH 2 5 (MODSEQ 7)` */
export function tellPlain({ core, reply, uid }: CommandContext, word: 'SEARCH' | 'SORT', answer: Answer): void {
  const { selected, criteria, ordered } = answer;
  const isWithModseq = usesModseq(criteria) && ordered.length > 0;
  const modseq = isWithModseq
    ? ` (MODSEQ ${highestModseqOf(core.reads.snapshot(selected.mailboxId), answer.uids)})`
    : '';
  const numbers = numbersOf(ordered, selected, uid);
  reply.raw(`* ${word}${numbers.length === 0 ? '' : ` ${numbers.join(' ')}`}${modseq}\r\n`);
}

/** `* ESEARCH (TAG "a") UID MIN 2 COUNT 3`, and what SAVE saves. @throws {BadCommandError} */
export function tellExtended(context: CommandContext, options: ReturnOptions, answer: Answer): void {
  const { words } = options;
  if (words.has('RELEVANCY') && !usesFuzzy(answer.criteria)) throw new BadCommandError('RELEVANCY without FUZZY');
  if (words.has('SAVE')) answer.selected.saved = returned(options, answer).sort();
  // RFC 5182 §2.1: SAVE alone answers nothing.
  if (words.has('SAVE') && words.size === 1 && !options.partial) return;
  const items = [...boundItems(context, options, answer), ...listItems(context, options, answer)];
  const modseq = usesModseq(answer.criteria) ? modseqItem(context, options, answer) : [];
  tellEsearch(context, [...items, ...modseq]);
}

/** A search to be saved that ends with NO leaves `$` empty; one that ends with BAD leaves it as it was (RFC 5182 §2.1). */
export async function savingNothingOnFailure(
  { session }: CommandContext,
  options: ReturnOptions | undefined,
  search: () => Promise<Completion | undefined>,
): Promise<Completion | undefined> {
  const forget = () => {
    if (options?.words.has('SAVE')) selectedOf(session).saved = new Uint32Array(0);
  };
  try {
    const completion = await search();
    if (completion?.isNo) forget();
    return completion;
  } catch (error) {
    if (!(error instanceof BadCommandError)) forget();
    throw error;
  }
}

export function tellEsearch({ reply, tag, uid }: Pick<CommandContext, 'reply' | 'tag' | 'uid'>, items: string[]): void {
  const text = [`(TAG "${tag.replace(/["\\]/g, '\\$&')}")`, ...(uid ? ['UID'] : []), ...items].join(' ');
  reply.untagged(`ESEARCH ${text}`);
}

function boundItems({ uid }: CommandContext, { words }: ReturnOptions, { ordered, selected }: Answer): string[] {
  const ends = numbersOf(Uint32Array.of(ordered[0] ?? 0, ordered.at(-1) ?? 0), selected, uid);
  // RFC 4731 §3.1: MIN and MAX are left out when nothing was found.
  return [
    ...(words.has('MIN') && ordered.length > 0 ? [`MIN ${ends[0]}`] : []),
    ...(words.has('MAX') && ordered.length > 0 ? [`MAX ${ends[1]}`] : []),
    ...(words.has('COUNT') ? [`COUNT ${ordered.length}`] : []),
  ];
}

function listItems({ uid }: CommandContext, options: ReturnOptions, answer: Answer): string[] {
  const { words, partial } = options;
  const { ordered, orderedScores, selected } = answer;
  const items: string[] = [];
  if (words.has('ALL') && ordered.length > 0) items.push(`ALL ${formatInOrder(numbersOf(ordered, selected, uid))}`);
  if (partial) {
    const part = sliceOf(ordered, partial);
    const set = part.length === 0 ? 'NIL' : formatInOrder(numbersOf(part, selected, uid));
    items.push(`PARTIAL (${partial.text} ${set})`);
  }
  if (words.has('RELEVANCY')) {
    const scores = partial ? sliceOf(orderedScores, partial) : orderedScores;
    items.push(`RELEVANCY (${scores.join(' ')})`);
  }
  return items;
}

/** RFC 7162 §3.1.10: of the messages that are returned. */
function modseqItem({ core }: CommandContext, options: ReturnOptions, answer: Answer): string[] {
  if (answer.ordered.length === 0) return [];
  const uids = returned(options, answer).sort();
  return uids.length === 0 ? [] : [`MODSEQ ${highestModseqOf(core.reads.snapshot(answer.selected.mailboxId), uids)}`];
}

/** What the options name (RFC 5182 §2.4, RFC 9394 §3.2): all, unless only an end or a part is asked for. */
function returned({ words, partial }: ReturnOptions, { ordered }: Answer): Uint32Array {
  const isNarrow = words.has('MIN') || words.has('MAX') || partial;
  if (!isNarrow || words.has('ALL') || words.has('COUNT')) return ordered.slice();
  const uids = new Set(partial ? sliceOf(ordered, partial) : []);
  const [first, last] = [ordered[0], ordered.at(-1)];
  if (words.has('MIN') && first !== undefined) uids.add(first);
  if (words.has('MAX') && last !== undefined) uids.add(last);
  return Uint32Array.from(uids);
}

/** As a set, in the order as it comes: a range stands only for neighbours that rise (RFC 5267 §3.2). */
export function formatInOrder(numbers: Iterable<number>): string {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last && number === last[1] + 1) last[1] = number;
    else runs.push([number, number]);
  }
  return formatRanges(runs);
}

/** Of the given ascending uids; those that have just gone count for nothing. */
function highestModseqOf({ uids: all, modseqs }: MailboxSnapshot, uids: Uint32Array): number {
  let highest = 0;
  for (const uid of uids) highest = Math.max(highest, modseqs[indexIn(all, uid)] ?? 0);
  return highest;
}
