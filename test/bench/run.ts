// npm run bench: three real Dovecot accounts, the built gateway before them, and a table of figures.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ACCOUNTS } from './accounts.js';
import { BenchError } from './failure.js';
import { Column, type Outcome } from './figures.js';
import { writeConfig } from './gateway.js';
import { type Columns, round, shortfallsOf } from './judge.js';
import { type BenchOptions, parseOptions, USAGE } from './options.js';
import { type Relay, startRelay } from './relay.js';
import { type ColumnName, ROWS, type Row, type RowKey } from './rows.js';
import { directListing, directSteps, freshGateway, oneDown } from './scenarios.js';
import { seed } from './seed.js';
import { type TableColumn, tableOf } from './table.js';
import { checkMachine, startUpstreams, type Upstreams } from './upstreams.js';

const say = (text: string): void => void process.stderr.write(`${text}\n`);
const load = (): string =>
  loadavg()
    .map((one) => one.toFixed(2))
    .join(' ');

type BenchColumns = Partial<Record<ColumnName, Column<RowKey>>>;

const columnNamed = (name: ColumnName): Column<RowKey> =>
  new Column((key, outcome) => {
    const row = ROWS.find((one) => one.key === key);
    say(`  ${name}: ${row?.title}: ${describe(outcome)} ${row?.unit}`);
  });

const describe = (outcome: Outcome): string =>
  'failure' in outcome ? `FAILED: ${outcome.failure}` : round(outcome.value);

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (!options) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  checkMachine();
  const directory = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  const closers: (() => Promise<void>)[] = [];
  const onSignal = () => void end(closers, directory).then(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, onSignal);
  try {
    return await bench(options, directory, closers);
  } finally {
    await end(closers, directory);
  }
}

async function end(closers: (() => Promise<void>)[], directory: string): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
  rmSync(directory, { recursive: true, force: true });
}

async function bench(options: BenchOptions, directory: string, closers: (() => Promise<void>)[]): Promise<number> {
  const started = performance.now();
  const loadBefore = load();
  const upstreams = await startUpstreams();
  closers.push(upstreams.stop);
  const messages = await seedAll(upstreams, options.messages);
  const columns = await measureAll(options, { directory, closers, upstreams, messages });
  report(options, columns, { messages, loadBefore, seconds: (performance.now() - started) / 1000 });
  const outcomes = Object.values(columns).flatMap((column) => [...column.outcomes.values()]);
  return outcomes.some((outcome) => 'failure' in outcome) ? 1 : 0;
}

async function seedAll(upstreams: Upstreams, inbox: number): Promise<number> {
  const from = performance.now();
  say(`seeding ${ACCOUNTS.length} accounts with ${inbox.toLocaleString('en-US')} messages each …`);
  const seeded = await Promise.all(ACCOUNTS.map((account) => seed(account, upstreams.endpoint(account), inbox)));
  const messages = seeded.reduce((sum, one) => sum + one.messages, 0);
  const bytes = seeded.reduce((sum, one) => sum + one.bytes, 0);
  say(
    `${messages.toLocaleString('en-US')} messages, ${round(bytes / 1e6)} MB, in ${round((performance.now() - from) / 1000)} s`,
  );
  return messages;
}

interface Place {
  readonly directory: string;
  readonly closers: (() => Promise<void>)[];
  readonly upstreams: Upstreams;
  readonly messages: number;
}

async function measureAll(options: BenchOptions, place: Place): Promise<BenchColumns> {
  const { upstreams, messages, directory } = place;
  const [first = ACCOUNTS[0]] = ACCOUNTS;
  if (!first) throw new BenchError('no accounts');
  const direct = columnNamed('direct');
  const gateway = columnNamed('gateway');
  const columns: BenchColumns = { gateway, direct };
  await upstreams.forgetParsed();
  await directListing(direct, upstreams.endpoint(first));

  await upstreams.forgetParsed();
  const relays = await startRelays(place, 0);
  const configFile = writeConfig(join(directory, 'gateway'), relays);
  await freshGateway({ column: gateway, direct, configFile, relays, upstreams, messages });
  if (!options.quick) {
    columns.oneDown = columnNamed('oneDown');
    await relays.at(-1)?.close();
    await oneDown(columns.oneDown, configFile);
  }
  await directSteps(direct, upstreams.endpoint(first));

  if (!options.quick) {
    columns.delayed = columnNamed('delayed');
    await upstreams.forgetParsed();
    const far = await startRelays(place, options.rttMs);
    const delayedConfig = writeConfig(join(directory, 'delayed'), far);
    await freshGateway({ column: columns.delayed, configFile: delayedConfig, relays: far, upstreams, messages });
  }
  return columns;
}

async function startRelays({ upstreams, closers }: Place, roundTripMs: number): Promise<Relay[]> {
  const relays = await Promise.all(ACCOUNTS.map(() => startRelay(upstreams.port, roundTripMs)));
  for (const relay of relays) closers.push(relay.close);
  return relays;
}

interface Facts {
  readonly messages: number;
  readonly loadBefore: string;
  readonly seconds: number;
}

function report(options: BenchOptions, columns: BenchColumns, { messages, loadBefore, seconds }: Facts): void {
  const outcomes: Columns = Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, column.outcomes as ReadonlyMap<string, Outcome>]),
  );
  const all: readonly TableColumn[] = [
    { name: 'gateway', title: 'gateway' },
    { name: 'gateway', title: 'by its processor time', byCpu: true },
    { name: 'direct', title: 'one upstream directly' },
    { name: 'delayed', title: `gateway, ${options.rttMs} ms away` },
    { name: 'oneDown', title: 'gateway, one account down' },
  ];
  const titles = all.filter(({ name }) => outcomes[name]);
  const rows: readonly Row[] = ROWS;
  const short = rows.flatMap((row) => shortfallsOf(row, outcomes));
  const lines = [
    '',
    tableOf(rows, titles, outcomes),
    '',
    ...short.map(({ row, column, text }) => `short: ${row} (${column}): ${text}`),
    `${messages.toLocaleString('en-US')} messages in 3 accounts, ${cpus().length} cores, node ${process.version}, load average ${loadBefore} before, ${load()} after, took ${Math.round(seconds)} s`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  if (options.jsonFile === undefined) return;
  const figures = Object.fromEntries(Object.entries(outcomes).map(([name, map]) => [name, Object.fromEntries(map)]));
  const raw = { options, messages, seconds, loadBefore, loadAfter: load(), columns: figures, short };
  writeFileSync(options.jsonFile, `${JSON.stringify(raw, undefined, 2)}\n`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof BenchError)) throw error;
  say(`bench: ${error.message}`);
  process.exitCode = 1;
}
