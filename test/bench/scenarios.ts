// The runs that make the table's columns.
import { setTimeout as sleep } from 'node:timers/promises';
import { KEPT_HEADER_FIELDS } from '../../src/mail/header-fields.js';
import { ACCOUNTS } from './accounts.js';
import type { Column } from './figures.js';
import { type GatewayRun, startGateway } from './gateway.js';
import { idleSteps } from './idle-connections.js';
import { newMailStep } from './new-mail.js';
import { type ImapEndpoint, RawImap } from './raw-imap.js';
import { fetchEvery, readSteps, withMailbox } from './read-steps.js';
import { type Relay, trafficOf } from './relay.js';
import type { RowKey } from './rows.js';
import type { Upstreams } from './upstreams.js';
import { until } from './wait.js';
import { afterWrites, storeSteps, writeSteps } from './write-steps.js';

type BenchColumn = Column<RowKey>;

/** What the gateway fetches of every message (DESIGN §6), asked in one command over one connection. */
const LISTING = `(UID FLAGS INTERNALDATE RFC822.SIZE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS (${KEPT_HEADER_FIELDS.join(' ').toUpperCase()})])`;

/** The first listing of one upstream's INBOX, by nobody but the bench. */
export const directListing = (column: BenchColumn, endpoint: ImapEndpoint): Promise<void> =>
  column.measure('firstSync', () =>
    withMailbox(endpoint, 'INBOX', async (client, messages) => {
      const { ms } = await fetchEvery(client, messages, LISTING);
      return { value: (messages * 1000) / ms };
    }),
  );

export async function directSteps(column: BenchColumn, endpoint: ImapEndpoint): Promise<void> {
  await readSteps(column, endpoint);
  const settle = () => Promise.resolve();
  await writeSteps(column, endpoint, { trash: ACCOUNTS[0]?.trash ?? 'Trash', settle });
  await afterWrites(column, endpoint);
}

export interface GatewayScenario {
  readonly column: BenchColumn;
  /** Gets what is measured at the upstream in passing. */
  readonly direct?: BenchColumn;
  readonly configFile: string;
  readonly relays: readonly Relay[];
  readonly upstreams: Upstreams;
  /** In all mailboxes of all accounts. */
  readonly messages: number;
}

/** A fresh data directory, everything a client does, and a restart; the gateway is stopped afterwards. */
export async function freshGateway(scenario: GatewayScenario): Promise<void> {
  const { column, configFile, relays, upstreams, messages } = scenario;
  await withGateway(configFile, async (gateway) => {
    column.put('firstReady', { value: gateway.readyMs });
    const ms = await gateway.synced();
    column.put('firstSyncTime', { value: ms / 1000 });
    column.put('firstSync', { value: (messages * 1000) / ms });
    column.put('firstSyncCpu', { value: gateway.cpuSeconds() });
    column.put('memoryAfterSync', { value: gateway.memory().now });
    await readSteps(column, gateway.endpoint);
    await writeSteps(column, gateway.endpoint, { trash: 'Trash', settle: () => gateway.settled() });
    await column.measure('settled', async () => ({ value: await gateway.settled() }));
    await afterWrites(column, gateway.endpoint);
    await newMailStep(column, scenario.direct, gateway.endpoint, upstreams);
    const { now, peak } = gateway.memory();
    column.put('memoryAtEnd', { value: now });
    column.put('memoryPeak', { value: peak });
    await gateway.settled();
    await quiet(relays);
  });
  await restart(column, configFile, relays);
}

/** With nothing new at the upstreams. */
async function restart(column: BenchColumn, configFile: string, relays: readonly Relay[]): Promise<void> {
  const before = trafficOf(relays);
  await withGateway(configFile, async (gateway) => {
    await serves(column, gateway);
    column.put('restartSynced', { value: await gateway.synced() });
    column.put('restartCpu', { value: gateway.cpuSeconds() });
    await quiet(relays);
    const { bytesDown, contentFetches } = trafficOf(relays, before);
    column.put('restartDownloaded', { value: bytesDown / 1000 });
    column.put('restartFetches', { value: contentFetches });
    await idleSteps(column, gateway);
  });
}

async function serves(column: BenchColumn, gateway: GatewayRun): Promise<void> {
  column.put('restartReady', { value: gateway.readyMs });
  await column.measure('restartServes', async () => {
    const client = await RawImap.open(gateway.endpoint);
    await client.ok('SELECT INBOX');
    const value = performance.now() - gateway.startedAt;
    await client.close();
    return { value };
  });
}

/** The same data, started while the last account cannot be reached: nothing about the others may change. */
export async function oneDown(column: BenchColumn, configFile: string): Promise<void> {
  await withGateway(configFile, async (gateway) => {
    await serves(column, gateway);
    const reachable = ACCOUNTS.slice(0, -1).map(({ name }) => name);
    await Promise.all(reachable.map((name) => gateway.synced(name)));
    await readSteps(column, gateway.endpoint, `${ACCOUNTS[0]?.name}/INBOX`);
    await storeSteps(column, gateway.endpoint, () => gateway.settled(reachable));
  });
}

async function withGateway(configFile: string, work: (gateway: GatewayRun) => Promise<void>): Promise<void> {
  const gateway = await startGateway(configFile);
  try {
    await work(gateway);
  } finally {
    await gateway.stop();
  }
}

const QUIET_MS = 1_000;
const QUIET_WAIT_MS = 60_000;

/** Nothing has passed for a while. */
async function quiet(relays: readonly Relay[]): Promise<void> {
  let bytes = -1;
  await until('the gateway leaves the upstreams alone', QUIET_WAIT_MS, async () => {
    const { bytesDown, bytesUp } = trafficOf(relays);
    if (bytesDown + bytesUp === bytes) return true;
    bytes = bytesDown + bytesUp;
    await sleep(QUIET_MS);
    return false;
  });
}
