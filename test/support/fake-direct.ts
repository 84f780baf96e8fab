// The contract's own hands on a fake upstream account.
import { flagSetText } from '../../src/mail/flags.js';
import type { Direct } from '../contract/contract-support.js';
import { type FakeUpstream, flags } from './fake-connector.js';

export function fakeDirect(fake: FakeUpstream): Direct {
  return {
    delimiter: '/',
    create: async (path) => fake.create(path),
    exists: async (path) => fake.mailbox(path)?.selectable === true,
    deliver: async (path, message, { flags: names = [], internalDate } = {}) =>
      fake.deliver(path, Buffer.from(message, 'latin1'), {
        flags: flags(...names),
        ...(internalDate === undefined ? {} : { internalDate }),
      }),
    messages: async (path) =>
      fake.contents(path).map((message) => ({
        uid: message.uid,
        flags: flagSetText(message.flags).split(' ').filter(Boolean),
        body: Buffer.from(message.bytes).toString('latin1'),
      })),
    setFlags: async (path, uid, change, names) =>
      fake.setFlags(path, uid, flags(...names), change === '+' ? 'add' : 'remove'),
    expunge: async (path, uid) => fake.expunge(path, uid),
  };
}
