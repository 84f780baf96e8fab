// SEARCH (RFC 3501 §6.4.4), with RETURN (RFC 4731) where the provider has ESEARCH.

import type { Decoder } from '../../imap/wire/decoder.js';
import { formatRanges, rangesOf } from '../../mail/sequence-set.js';
import { type DemoCommand, SELECTED, viewOf } from '../command.js';
import { readCriteria } from '../search-keys.js';
import type { DemoSession } from '../session.js';
import { DemoRefusal } from '../store/account.js';
import { withinLimit } from './sets.js';

export const searchCommand: DemoCommand = {
  name: 'SEARCH',
  uid: true,
  states: SELECTED,
  expunges: 'held',
  run: (session, decoder, isUid) => {
    const options = session.words.has('ESEARCH') ? readReturn(decoder) : undefined;
    decoder.space();
    if (/^charset /i.test(decoder.rest)) readCharset(session, decoder);
    const view = viewOf(session);
    const matches = readCriteria(session, decoder);
    const matching = view.shown.flatMap((entry, i) => {
      const target = { seq: i + 1, entry };
      return !entry.isGone && matches(target) ? [target] : [];
    });
    const { targets, code } = withinLimit(session, session.brokenRev2 ? [] : matching);
    const found = targets.map(({ seq, entry }) => (isUid ? entry.uid : seq));
    const { esearchCountsOnly } = session.account.personality.quirks;
    const shown = esearchCountsOnly ? new Set(['COUNT']) : (options ?? new Set<string>());
    if (options || session.brokenRev2)
      session.line(`* ESEARCH (TAG "${session.tag}")${isUid ? ' UID' : ''}${returned(shown, found)}`);
    else session.line(`* SEARCH${found.map((number) => ` ${number}`).join('')}`);
    return code === undefined ? undefined : { code };
  },
};

function readReturn(decoder: Decoder): ReadonlySet<string> | undefined {
  if (!/^ +return +\(/i.test(decoder.rest)) return undefined;
  decoder.space();
  decoder.keyword();
  decoder.space();
  const options = new Set<string>();
  decoder.list(() => options.add(decoder.keyword()));
  return options.size > 0 ? options : new Set(['ALL']);
}

function returned(options: ReadonlySet<string>, found: readonly number[]): string {
  const [first] = found;
  const last = found.at(-1);
  return [
    options.has('MIN') && first !== undefined ? ` MIN ${first}` : '',
    options.has('MAX') && last !== undefined ? ` MAX ${last}` : '',
    options.has('COUNT') ? ` COUNT ${found.length}` : '',
    options.has('ALL') && found.length > 0 ? ` ALL ${formatRanges(rangesOf(found))}` : '',
  ].join('');
}

function readCharset(session: DemoSession, decoder: Decoder): void {
  decoder.keyword();
  decoder.space();
  const charset = decoder.astring().toUpperCase();
  decoder.space();
  const known = session.account.personality.quirks.searchAsciiOnly ? ['US-ASCII'] : ['US-ASCII', 'UTF-8'];
  if (!known.includes(charset))
    throw new DemoRefusal('The specified charset is not supported.', `BADCHARSET (${known.join(' ')})`);
}
