// How long new mail takes from an upstream to a client in IDLE. A second client idles at the upstream itself: what the
// upstream takes to announce a message (Dovecot gathers changes for up to half a second) is not the gateway's doing.
import { setTimeout as sleep } from 'node:timers/promises';
import { ACCOUNTS, type BenchAccount } from './accounts.js';
import { BenchError } from './failure.js';
import { type Column, median } from './figures.js';
import { type ImapEndpoint, RawImap } from './raw-imap.js';
import type { RowKey } from './rows.js';
import type { Upstreams } from './upstreams.js';
import { smallMessage } from './write-steps.js';

const PER_ACCOUNT = 4;
/** Lets the upstream's previous announcement be over. */
const PAUSE_MS = 700;

const EXISTS = /^\* \d+ EXISTS$/;

interface Delays {
  /** From the upstream's OK to the APPEND. */
  readonly gatewayMs: number[];
  readonly upstreamMs: number[];
  readonly afterUpstreamMs: number[];
}

/** Fills `newMail` of both columns, and `newMailDelay`. */
export async function newMailStep(
  column: Column<RowKey>,
  direct: Column<RowKey> | undefined,
  endpoint: ImapEndpoint,
  upstreams: Upstreams,
): Promise<void> {
  const delays: Delays = { gatewayMs: [], upstreamMs: [], afterUpstreamMs: [] };
  try {
    for (const account of ACCOUNTS) await deliver(account, endpoint, upstreams.endpoint(account), delays);
  } catch (error) {
    if (!(error instanceof BenchError)) throw error;
    for (const key of ['newMail', 'newMailDelay'] as const) column.put(key, { failure: error.message });
    return;
  }
  const put = (to: Column<RowKey>, key: RowKey, runs: readonly number[]) => to.put(key, { value: median(runs), runs });
  put(column, 'newMail', delays.gatewayMs);
  put(column, 'newMailDelay', delays.afterUpstreamMs);
  if (direct) put(direct, 'newMail', delays.upstreamMs);
}

async function deliver(
  account: BenchAccount,
  endpoint: ImapEndpoint,
  upstream: ImapEndpoint,
  delays: Delays,
): Promise<void> {
  const clients: RawImap[] = [];
  const open = async (at: ImapEndpoint): Promise<RawImap> => {
    const client = await RawImap.open(at);
    clients.push(client);
    return client;
  };
  try {
    const [client, watcher, sender] = [await open(endpoint), await open(upstream), await open(upstream)];
    for (const one of [client, watcher]) {
      await one.ok('SELECT INBOX');
      await one.idle();
    }
    for (let i = 0; i < PER_ACCOUNT; i++) {
      await sleep(PAUSE_MS);
      const message = smallMessage(account.user, `new mail ${i}`);
      const [atClient, atWatcher, sentAt] = await Promise.all([
        client.arrival(EXISTS),
        watcher.arrival(EXISTS),
        sender.ok(`APPEND INBOX {${message.length}+}\r\n${message}`).then(() => performance.now()),
      ]);
      delays.gatewayMs.push(atClient.at - sentAt);
      delays.upstreamMs.push(atWatcher.at - sentAt);
      delays.afterUpstreamMs.push(atClient.at - atWatcher.at);
    }
    await Promise.all([client.done(), watcher.done()]);
  } finally {
    await Promise.all(clients.map((one) => one.close()));
  }
}
