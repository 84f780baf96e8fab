import { type CommandContext, type Completion, defineCommand } from '../command.js';
import { LANGUAGES, lookUpLanguage } from '../language.js';
import { imapString } from '../wire/encode.js';
import { NAMESPACES } from './namespace.js';

/** Command: RFC 5255 §3.2 */
export const language = defineCommand({
  name: 'LANGUAGE',
  states: ['notAuthenticated', 'authenticated', 'selected'],
  capabilities: ['LANGUAGE'],
  expunges: 'allowed',
  parse: (decoder) => {
    const ranges: string[] = [];
    while (decoder.peek() === ' ') {
      decoder.space();
      if (!decoder.atEnd()) ranges.push(decoder.astring());
    }
    decoder.end();
    return ranges;
  },
  run: ({ session, reply }: CommandContext, ranges: readonly string[]): Completion | undefined => {
    if (ranges.length === 0) {
      reply.untagged(`LANGUAGE (${LANGUAGES.map(imapString).join(' ')})`);
      return undefined;
    }
    const found = lookUpLanguage(ranges);
    if (found === undefined) return { isNo: true, text: 'none of these languages is known here' };
    session.language = found;
    reply.untagged(`LANGUAGE (${imapString(found)})`);
    // Names might be translated (§3.4): the client is told that ours are not.
    if (session.state.kind !== 'notAuthenticated') reply.untagged(NAMESPACES);
    return undefined;
  },
});
