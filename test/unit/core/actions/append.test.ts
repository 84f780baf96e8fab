import { expect, test } from 'vitest';
import { NO_FLAGS } from '../../../../src/mail/flags.js';
import { createRig, type Rig, useVirtualTime } from '../../../support/core-harness.js';
import { mail } from '../../../support/core-mail.js';
import { createFakeUpstream } from '../../../support/fake-connector.js';

useVirtualTime();

/** Many, so that taking them apart takes a while. */
async function sealed(rig: Rig) {
  const message = async (i: number) => {
    const spool = rig.core.actions.spool(0);
    await spool.write(Buffer.from(mail(`m${i}`)));
    await spool.seal();
    return { spool, flags: NO_FLAGS, internalDate: undefined, isBinary: false };
  };
  return Promise.all(Array.from({ length: 20 }, (_, i) => message(i)));
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test.each([0, 1])(
  'a mailbox deleted while messages are taken apart (%i turns later) is missed: TRYCREATE',
  async (turns) => {
    const fake = createFakeUpstream();
    fake.create('Work');
    await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
    await rig.settle();
    const messages = await rig.during(sealed(rig));
    const appended = rig.core.actions.append('A/Work', messages);
    appended.catch(() => undefined);
    // All are on disk: now they are taken apart, one after the other.
    while (rig.store.bodyIndex.refs().length < messages.length) await turn();
    for (let i = 0; i < turns; i++) await turn();
    rig.core.mailboxes.delete('A/Work');
    await expect(rig.during(appended)).rejects.toMatchObject({ code: 'TRYCREATE' });
  },
);
