import { defineCommand } from '../command.js';

/** What ENABLE can switch on here; clients ask for more (mutt: UTF8=ACCEPT), which is not an error. */
const ENABLEABLE: ReadonlySet<string> = new Set();

/** Command: RFC 9051 §6.3.1 */
export const enable = defineCommand({
  name: 'ENABLE',
  states: ['authenticated', 'selected'],
  capabilities: ['ENABLE'],
  expunges: 'allowed',
  parse: (decoder) => {
    const words: string[] = [];
    do {
      decoder.space();
      words.push(decoder.keyword());
    } while (decoder.peek() === ' ');
    decoder.end();
    return words;
  },
  run: ({ session, reply }, words) => {
    const enabled = words.filter((word) => ENABLEABLE.has(word));
    for (const word of enabled) session.enabled.add(word);
    reply.untagged(`ENABLED${enabled.map((word) => ` ${word}`).join('')}`);
    return undefined;
  },
});
