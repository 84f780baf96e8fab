import iconv from 'iconv-lite';
import { rangesOf } from '../../mail/sequence-set.js';
import { type Completion, defineCommand } from '../command.js';
import { type KeyContext, type ParsedCriteria, parseKey, resolveCriteria } from '../quick/keys.js';
import { selectedOf } from '../session.js';

interface SearchArgs {
  readonly criteria: ParsedCriteria;
  /** A charset we do not know: nothing was searched. */
  readonly badCharset: boolean;
}

/** Command: RFC 9051 §6.4.4 (RFC 3501 §6.4.4: untagged SEARCH) */
export const search = defineCommand<SearchArgs>({
  name: 'SEARCH',
  uid: true,
  states: ['selected'],
  expunges: 'held',
  parse: (decoder) => {
    decoder.space();
    let charset = 'UTF-8';
    if (/^charset /i.test(decoder.rest)) {
      decoder.keyword();
      decoder.space();
      charset = decoder.astring();
      decoder.space();
    }
    const badCharset = !iconv.encodingExists(charset);
    const context: KeyContext = {
      decode: (bytes) => (badCharset ? bytes : iconv.decode(Buffer.from(bytes, 'latin1'), charset)),
    };
    const all = [parseKey(decoder, context)];
    while (!decoder.atEnd()) {
      decoder.space();
      if (!decoder.atEnd()) all.push(parseKey(decoder, context));
    }
    return { criteria: { key: 'parsedAnd', all }, badCharset };
  },
  run: async ({ session, core, reply, signal, uid }, { criteria, badCharset }) => {
    if (badCharset) return BAD_CHARSET;
    const selected = selectedOf(session);
    const resolved = resolveCriteria(criteria, (set, uidForm) => rangesOf(selected.resolve(set, uidForm).uids));
    const hits = await core.reads.search(selected.mailboxId, resolved, signal);
    let text = 'SEARCH';
    for (const hit of hits) {
      // Only what this session has been told of; the rest will come with EXISTS.
      const seq = selected.seqOf(hit);
      if (seq > 0) text += ` ${uid ? hit : seq}`;
    }
    reply.untagged(text);
    return undefined;
  },
});

const BAD_CHARSET: Completion = {
  isNo: true,
  code: 'BADCHARSET (US-ASCII UTF-8 ISO-8859-1 GB18030 Big5 Shift_JIS)',
  text: 'this charset is not known here',
};
