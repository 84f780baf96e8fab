// EXPUNGE, and UID EXPUNGE (RFC 4315 §2.1) where the provider has UIDPLUS.
import { bad, type DemoCommand, SELECTED, viewOf } from '../command.js';
import { readTargets } from './sets.js';

export const expungeCommands: readonly DemoCommand[] = [
  {
    name: 'EXPUNGE',
    uid: true,
    states: SELECTED,
    writes: true,
    run: (session, decoder, isUid) => {
      if (isUid && !session.words.has('UIDPLUS')) throw bad('unknown command');
      const { mailbox, shown } = viewOf(session);
      let entries = shown;
      if (isUid) {
        decoder.space();
        entries = readTargets(session, decoder, true).map(({ entry }) => entry);
      }
      decoder.end();
      for (const entry of entries.filter(({ isDeleted }) => isDeleted)) session.account.expunge(entry, mailbox);
      return undefined;
    },
  },
];
