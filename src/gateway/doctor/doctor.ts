// Looks at everything a gateway needs, whether one runs or not. Nothing is changed, here or at any provider.
import type { Config } from '../../config/index.js';
import type { GatewayStatus } from '../../gateway.js';
import { silentLogger } from '../../lib/logger.js';
import { type Upstream, upstreamOf } from '../upstreams.js';
import { probeAccount } from './account.js';
import { checkDirectory, checkIndex } from './data.js';
import { type Area, type Finding, findings } from './finding.js';
import { readKnown } from './known.js';
import { checkCertificates, checkClock, checkConfiguration, checkPorts, configurationFaults } from './machine.js';
import { failureSaid } from './network-words.js';
import { checkOwed, toldProblems } from './owed.js';
import * as words from './words.js';

export type { Area, Finding } from './finding.js';
export { configurationFaults } from './machine.js';

export interface DoctorOptions {
  /** What the running gateway tells of itself; undefined: none runs. */
  readonly running: GatewayStatus | undefined;
  /** What is wrong with the configuration: `config` is the rest of it. */
  readonly faults?: readonly string[];
  /** All of the index and of the bodies, however long it takes. */
  readonly isFull: boolean;
  /** Of each step at a server. Default 20 s. */
  readonly timeoutMs?: number;
  onFinding(finding: Finding): void;
}

/** Tells the findings in order; accounts are probed side by side. */
export async function examine(config: Config, options: DoctorOptions): Promise<void> {
  const { running, isFull, faults = [], timeoutMs = 20_000, onFinding } = options;
  const told: Finding[] = [];
  const tell = (found: readonly Finding[]) => {
    told.push(...found);
    found.forEach(onFinding);
  };
  /** What cannot be looked at is itself a finding: the rest goes on. */
  const check = async (area: Area, work: () => readonly Finding[] | Promise<readonly Finding[]>) => {
    try {
      tell(await work());
    } catch (error) {
      tell([cannotLook(area, error)]);
    }
  };
  const { found, sqlite } = checkIndex(config.dataDir, isFull);
  try {
    const { pauseOf, hasWorked } = readKnown(config.dataDir, running);
    const probes = config.accounts.map((account): Promise<Finding[]> => {
      if (account.kind === 'demo') return Promise.resolve([demoFinding(account.name)]);
      const upstream: Upstream = upstreamOf(account, undefined, silentLogger);
      return probeAccount({
        upstream,
        pause: (side) => pauseOf(account.name, side),
        timeoutMs,
        hasWorked: hasWorked(account.name),
      });
    });
    // Their turn comes; until then none of them is an unheard rejection.
    for (const probe of probes) probe.catch(() => undefined);
    tell(configurationFaults(faults));
    tell(checkConfiguration(config, faults.length > 0));
    await check('data', () => checkDirectory(config.dataDir));
    tell(found);
    await check('certificates', () => checkCertificates(config));
    await check('ports', () => checkPorts(config, running && { ...running.ports }));
    await check('clock', () => checkClock(sqlite));
    for (const probe of probes) await check('imap', () => probe);
    await check('owed', () => checkOwed(sqlite, told));
    if (running) tell(toldProblems(running, told));
  } finally {
    sqlite?.close();
  }
}

const cannotLook = (area: Area, error: unknown): Finding =>
  findings(area).bad(words.CANNOT_LOOK, words.CANNOT_LOOK_REMEDY, failureSaid(error));

const demoFinding = (name: string): Finding => findings('imap', name).ok(words.DEMO);
