// The mail that arrives while the demo runs.
import type { Buffer } from 'node:buffer';
import type { DemoAccount } from '../store/account.js';
import { BULK_SENDERS } from './bulk.js';
import { bulkLetter } from './bulk-letters.js';
import { conversationLetters } from './conversation-letters.js';
import { CONVERSATIONS } from './conversations.js';
import { ownerOf } from './index.js';
import { compose } from './letter.js';
import { FRIENDS } from './people.js';
import { createRandom } from './random.js';

/** The `index`th new mail, dated now: every third one from a friend. */
export function composeArrival(account: DemoAccount, index: number, now: Date): Promise<Buffer> {
  const random = createRandom(`${account.address} ${index}`);
  const serial = `new.${index}.${now.getTime().toString(36)}`;
  if (index % 3 === 0) {
    const conversation = random.pick(CONVERSATIONS);
    const owner = ownerOf(account, conversation.language);
    const other = random.pick(FRIENDS[conversation.language]);
    const [first] = conversationLetters(conversation, { random, owner, other, start: now, serial });
    if (first) return compose(first);
  }
  const sender = random.pick(BULK_SENDERS.filter(({ theme }) => theme !== 'junk'));
  return compose(bulkLetter(sender, { random, owner: ownerOf(account, sender.language), date: now, serial }));
}
