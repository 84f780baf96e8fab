import type { ThreadAlgorithm } from '../../mail/threads.js';
import { defineCommand } from '../command.js';
import { BAD_CHARSET, findHits, numbersOf, readProgram, type SearchProgram } from '../search-return/found.js';
import { threadText } from '../search-return/thread-text.js';

export interface ThreadArgs {
  readonly algorithm: ThreadAlgorithm;
  readonly program: SearchProgram;
}

const ALGORITHMS: ReadonlyMap<string, ThreadAlgorithm> = new Map([
  ['REFERENCES', 'references'],
  ['ORDEREDSUBJECT', 'orderedsubject'],
  ['REFS', 'refs'],
]);

/**
 * Command: RFC 5256 §3 (BASE.6.4.THREAD)
 * Extends: draft-ietf-morg-inthread §3 (REFS: by references alone, the thread with the latest message last)
 */
export const thread = defineCommand<ThreadArgs>({
  name: 'THREAD',
  uid: true,
  states: ['selected'],
  capabilities: [...ALGORITHMS.keys()].map((name) => `THREAD=${name}`),
  expunges: 'held',
  holdsExpunges: ({ program }) => program.hasNumbers,
  parse: (decoder) => {
    decoder.space();
    const word = decoder.keyword();
    const algorithm = ALGORITHMS.get(word);
    if (!algorithm) throw decoder.error(`there is no threading algorithm ${word}`);
    decoder.space();
    const charset = decoder.astring();
    decoder.space();
    return { algorithm, program: readProgram(decoder, charset) };
  },
  run: async (context, { algorithm, program }) => {
    const { core, reply, uid } = context;
    const found = await findHits(context, program);
    if (!found) return BAD_CHARSET;
    const forest = await core.reads.thread(found.selected.mailboxId, found.uids, algorithm);
    const text = threadText(forest, numbersOf(found.uids, found.selected, uid));
    reply.raw(`* THREAD${text === '' ? '' : ` ${text}`}\r\n`);
    return undefined;
  },
});
