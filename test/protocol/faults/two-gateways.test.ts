// Two gateways and a plain client on one upstream account, all acting at once: in the end both gateways show exactly what the
// upstream has, and of all the messages that nobody deleted each is there, once.
import { describe, it } from 'vitest';
import { createRandom } from '../../bench/random.js';
import { actAtOnce } from '../../support/at-once.js';
import { type ProxiedAccount, startBehindProxies } from '../../support/behind-proxies.js';

/** `SEED=7 STEPS=200` tries another, longer one. */
const SEEDS = process.env.SEED ? [process.env.SEED] : ['1', '2'];
const STEPS = Number(process.env.STEPS ?? 15);

const ACCOUNTS: readonly ProxiedAccount[] = [
  { name: 'A', personality: 'fastmail' },
  // A server that tells no changes by number, but can MOVE: with COPY and EXPUNGE a message moved twice at once is two.
  {
    name: 'A',
    personality: 'generic',
    quirks: { postLoginCaps: 'IMAP4rev1 ID LITERAL+ IDLE UIDPLUS MOVE NAMESPACE CHILDREN UNSELECT SPECIAL-USE' },
  },
];

describe.each(ACCOUNTS)('on $personality', (account) => {
  it.each(SEEDS)('at once (seed %s)', async (seed) => {
    await using rig = await startBehindProxies([account]);
    const { direct, login } = rig.upstream('A');
    await using first = await rig.gateway();
    await using second = await rig.gateway();
    const plain = await login();
    const random = createRandom(seed).next;
    await actAtOnce({ direct, plain, gateways: [first, second], random, steps: STEPS });
  });
});
