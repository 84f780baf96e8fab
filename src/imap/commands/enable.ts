import { defineCommand } from '../command.js';
import { enableCondstore } from '../condstore.js';

/** As the RFC writes it. */
const SPELLING: Readonly<Record<string, string>> = { IMAP4REV2: 'IMAP4rev2' };

/** Command: RFC 9051 §6.3.1 */
export const enable = defineCommand({
  name: 'ENABLE',
  states: ['authenticated', 'selected'],
  capabilities: ['ENABLE'],
  enables: ['IMAP4REV2'],
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
    const enabled = [...new Set(words)].filter((word) => session.canEnable(word));
    reply.untagged(`ENABLED${enabled.map((word) => ` ${SPELLING[word] ?? word}`).join('')}`);
    // QRESYNC brings CONDSTORE with it (RFC 7162 §3.2.3).
    if (enabled.includes('CONDSTORE') || enabled.includes('QRESYNC')) enableCondstore(session, reply);
    for (const word of enabled) session.enabled.add(word);
    return undefined;
  },
});
