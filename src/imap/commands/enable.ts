import { defineCommand } from '../command.js';

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
    // Clients ask for more than there is, which is no error.
    const enabled = words.filter((word) => session.canEnable(word));
    for (const word of enabled) session.enabled.add(word);
    reply.untagged(`ENABLED${enabled.map((word) => ` ${word}`).join('')}`);
    return undefined;
  },
});
