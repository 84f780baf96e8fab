// CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE (RFC 3501 §6.3.3–6.3.7).
import { type DemoCommand, SIGNED_IN } from '../command.js';
import type { DemoAccount } from '../store/account.js';

const onOne = (name: string, change: (account: DemoAccount, mailbox: string) => unknown): DemoCommand => ({
  name,
  states: SIGNED_IN,
  run: (session, decoder) => {
    decoder.space();
    const mailbox = decoder.mailbox();
    decoder.end();
    change(session.account, mailbox);
    return undefined;
  },
});

export const mailboxCommands: readonly DemoCommand[] = [
  onOne('CREATE', (account, name) => account.create(name)),
  onOne('DELETE', (account, name) => account.delete(name)),
  onOne('SUBSCRIBE', (account, name) => {
    account.mailbox(name).isSubscribed = true;
  }),
  onOne('UNSUBSCRIBE', (account, name) => {
    account.mailbox(name).isSubscribed = false;
  }),
  {
    name: 'RENAME',
    states: SIGNED_IN,
    run: (session, decoder) => {
      decoder.space();
      const from = decoder.mailbox();
      decoder.space();
      const to = decoder.mailbox();
      decoder.end();
      session.account.rename(from, to);
      return undefined;
    },
  },
];
