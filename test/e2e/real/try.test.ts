import { test } from 'vitest';
import { sleep } from '../../../src/lib/deadline.js';
import { startStage } from '../../support/real/stage.js';
import { ACCOUNTS, upstreamMessages } from '../../support/real/three-accounts.js';

test('x', async () => {
  const s = await startStage();
  try {
    const [qq] = ACCOUNTS;
    if (!qq) throw 0;
    const uid = await s.arrive(qq, 'hello');
    await s.client.ok('SELECT INBOX');
    console.log(uid, await s.client.ok(`UID STORE ${uid} +FLAGS (\\Seen)`));
    const t = Date.now();
    for (let i = 0; i < 8; i++) {
      await sleep(1000);
      console.log(
        Date.now() - t,
        (await upstreamMessages(s.dovecot, qq, 'INBOX')).map((m) => m.flags.join(' ')).join('|'),
      );
    }
    console.log(await s.gateway.run('status'), s.gateway.log());
  } finally {
    await s.stop();
  }
});
