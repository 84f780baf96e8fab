// The upstreams as a process of their own, which lives on when the gateway is killed: demo accounts, as asked for by a message
// of whoever has forked it. Ends with that process.
import { startDemoUpstreams } from '../../dist/demo/index.js';
import { silentLogger } from '../../dist/lib/logger.js';

process.once('message', async (requests) => {
  const demos = await startDemoUpstreams(requests, { logger: silentLogger, sampleMail: false, newMail: false });
  process.send(Object.fromEntries(requests.map(({ name }) => [name, demos.account(name)])));
});
process.once('disconnect', () => process.exit());
