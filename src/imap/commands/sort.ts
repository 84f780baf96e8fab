import { SORT_KEYS, type SortCriterion, type SortKey } from '../../mail/sort-order.js';
import { defineCommand } from '../command.js';
import { BadCommandError } from '../errors.js';
import { savingNothingOnFailure, tellExtended, tellPlain } from '../search-return/answer.js';
import { checkTag, keepUpdated } from '../search-return/contexts.js';
import { BAD_CHARSET, findHits, readProgram, type SearchProgram, usesFuzzy } from '../search-return/found.js';
import { type ReturnOptions, readReturnOptions } from '../search-return/options.js';
import { selectedOf } from '../session.js';
import type { Decoder } from '../wire/decoder.js';

export interface SortArgs {
  readonly options: ReturnOptions | undefined;
  readonly criteria: readonly SortCriterion[];
  readonly program: SearchProgram;
}

/**
 * Command: RFC 5256 §3 (BASE.6.4.SORT)
 * Extends: RFC 5957 (DISPLAYFROM, DISPLAYTO), RFC 5267 §3 (ESORT), RFC 6203 §6 (RELEVANCY)
 */
export const sort = defineCommand<SortArgs>({
  name: 'SORT',
  uid: true,
  states: ['selected'],
  capabilities: ['SORT', 'SORT=DISPLAY', 'ESORT'],
  expunges: 'held',
  holdsExpunges: ({ program }) => program.hasNumbers,
  parse: (decoder) => {
    decoder.space();
    const options = readReturnOptions(decoder);
    const criteria = readCriteria(decoder);
    decoder.space();
    const charset = decoder.astring();
    decoder.space();
    return { options, criteria, program: readProgram(decoder, charset) };
  },
  run: (context, { options, criteria, program }) =>
    savingNothingOnFailure(context, options, async () => {
      checkTag(context, options);
      const { modseq } = selectedOf(context.session);
      const found = await findHits(context, program);
      if (!found) return BAD_CHARSET;
      if (criteria.some(({ key }) => key === 'relevancy') && !usesFuzzy(found.criteria))
        throw new BadCommandError('RELEVANCY without FUZZY');
      const order = await context.core.reads.sort(found.selected.mailboxId, found, criteria);
      const ordered = order.map((position) => found.uids[position] ?? 0);
      const orderedScores = Uint8Array.from(order, (position) => found.scores[position] ?? 0);
      const answer = { ...found, ordered, orderedScores };
      if (options) tellExtended(context, options, answer);
      else tellPlain(context, 'SORT', answer);
      keepUpdated(context, options, answer, { sorting: criteria, modseq });
      return undefined;
    }),
});

const KEYS: ReadonlySet<string> = new Set(SORT_KEYS);
const isKey = (word: string): word is SortKey => KEYS.has(word);

function readCriteria(decoder: Decoder): SortCriterion[] {
  const criteria: SortCriterion[] = [];
  decoder.list(() => {
    let word = decoder.keyword();
    const reverse = word === 'REVERSE';
    if (reverse) {
      decoder.space();
      word = decoder.keyword();
    }
    const key = word.toLowerCase();
    if (!isKey(key)) throw decoder.error(`there is no sort key ${word}`);
    // The same key again changes nothing; so there are as many at most as there are keys.
    if (!criteria.some((criterion) => criterion.key === key)) criteria.push({ key, reverse });
  });
  if (criteria.length === 0) throw decoder.error('expected a sort key');
  return criteria;
}
