import { defineCommand } from '../command.js';
import { cancelUpdate } from '../search-return/contexts.js';
import { selectedOf } from '../session.js';

/** Command: RFC 5267 §4.3.5 */
export const cancelUpdates = defineCommand<readonly string[]>({
  name: 'CANCELUPDATE',
  states: ['selected'],
  capabilities: ['CONTEXT=SEARCH', 'CONTEXT=SORT'],
  expunges: 'allowed',
  parse: (decoder) => {
    const tags: string[] = [];
    do {
      decoder.space();
      tags.push(decoder.string());
    } while (!decoder.atEnd());
    return tags;
  },
  run: ({ session }, tags) => {
    cancelUpdate(selectedOf(session), tags);
    return undefined;
  },
});
