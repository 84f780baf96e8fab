import { defineCommand } from '../command.js';
import { BadCommandError } from '../errors.js';
import { savingNothingOnFailure, tellExtended, tellPlain } from '../search-return/answer.js';
import { checkTag, keepUpdated } from '../search-return/contexts.js';
import { BAD_CHARSET, findHits, readProgram, type SearchProgram } from '../search-return/found.js';
import { RETURN_ALL, type ReturnOptions, readReturnOptions } from '../search-return/options.js';
import { selectedOf } from '../session.js';
import type { Decoder } from '../wire/decoder.js';

export interface SearchArgs {
  readonly options: ReturnOptions | undefined;
  readonly charset: string | undefined;
  readonly program: SearchProgram;
}

const CHARSET = /^CHARSET /i;

/**
 * Command: RFC 9051 §6.4.4, RFC 3501 §6.4.4
 * Syntax: RFC 9051 §9, search
 * Extends: RFC 4731 (ESEARCH), RFC 5182 (SEARCHRES), RFC 5032 (WITHIN), RFC 6203 (FUZZY), RFC 9394 (PARTIAL),
 * RFC 7162 §3.1.5 (MODSEQ), RFC 5255 §4 (I18NLEVEL=1: compared by i;unicode-casemap)
 */
export const search = defineCommand<SearchArgs>({
  name: 'SEARCH',
  uid: true,
  states: ['selected'],
  capabilities: ['ESEARCH', 'SEARCHRES', 'WITHIN', 'SEARCH=FUZZY', 'PARTIAL', 'I18NLEVEL=1'],
  expunges: 'held',
  holdsExpunges: ({ program }) => program.hasNumbers,
  parse: (decoder) => {
    decoder.space();
    const options = readReturnOptions(decoder);
    const charset = readCharset(decoder);
    return { options, charset, program: readProgram(decoder, charset) };
  },
  run: (context, { options, charset, program }) =>
    savingNothingOnFailure(context, options, async () => {
      // RFC 9755 §3: texts are UTF-8 then, and a charset must not be named.
      if (charset !== undefined && context.session.enabled.has('UTF8=ACCEPT'))
        throw new BadCommandError('no CHARSET after ENABLE UTF8=ACCEPT');
      checkTag(context, options);
      const { modseq } = selectedOf(context.session);
      const found = await findHits(context, program);
      if (!found) return BAD_CHARSET;
      const answer = { ...found, ordered: found.uids, orderedScores: found.scores };
      // RFC 9051 §6.4.4: in IMAP4rev2 ESEARCH is the only answer.
      const wanted = options ?? (context.rev2 ? RETURN_ALL : undefined);
      if (wanted) tellExtended(context, wanted, answer);
      else tellPlain(context, 'SEARCH', answer);
      keepUpdated(context, options, answer, { sorting: undefined, modseq });
      return undefined;
    }),
});

function readCharset(decoder: Decoder): string | undefined {
  if (!CHARSET.test(decoder.rest)) return undefined;
  decoder.keyword();
  decoder.space();
  const charset = decoder.astring();
  decoder.space();
  return charset;
}
