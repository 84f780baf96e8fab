// The upstreams as a process of their own, which lives on when the gateway is killed: demo accounts, as asked for by a message
// of whoever has forked it. Ends with that process. What is done to messages is told, a line each.
import { startDemoUpstreams } from '../../.cache/modules/demo/index.js';
import { DemoAccount } from '../../.cache/modules/demo/store/account.js';
import { silentLogger } from '../../.cache/modules/lib/logger.js';

const tokenOf = (bytes) => /^subject: (\S+)/im.exec(Buffer.from(bytes).toString('latin1'))?.[1];

function tell(name, lineOf) {
  const original = DemoAccount.prototype[name];
  DemoAccount.prototype[name] = function (...args) {
    const result = original.apply(this, args);
    process.send({ line: `${this.address}: ${lineOf(...args)}` });
    return result;
  };
}

tell('append', ({ name }, { bytes }) => `APPEND ${tokenOf(bytes)} to ${name}`);
tell('move', ({ mail, uid }, from, to) => `MOVE ${tokenOf(mail.bytes)} from ${from.name} ${uid} to ${to.name}`);
tell('expunge', ({ mail, uid }, from) => `EXPUNGE ${tokenOf(mail.bytes)} from ${from.name} ${uid}`);
tell('copy', ({ mail, uid }, to) => `COPY ${tokenOf(mail.bytes)} ${uid} to ${to.name}`);

process.once('message', async (requests) => {
  const demos = await startDemoUpstreams(requests, { logger: silentLogger, sampleMail: false, newMail: false });
  process.send({ accounts: Object.fromEntries(requests.map(({ name }) => [name, demos.account(name)])) });
});
process.once('disconnect', () => process.exit());
