// Looks at everything a gateway needs, whether one runs or not. Nothing is changed, here or at any provider.
import type { Config } from '../../config/index.js';
import type { GatewayStatus } from '../../gateway.js';
import { silentLogger } from '../../lib/logger.js';
import { type Upstream, upstreamOf } from '../upstreams.js';
import { probeAccount } from './account.js';
import { checkDirectory, checkIndex } from './data.js';
import { type Finding, findings, said } from './finding.js';
import { readKnown } from './known.js';
import { checkCertificates, checkClock, checkConfiguration, checkPorts } from './machine.js';
import { checkOwed, toldProblems } from './owed.js';

export type { Area, Finding } from './finding.js';

export interface DoctorOptions {
  /** What the running gateway tells of itself; undefined: none runs. */
  readonly running: GatewayStatus | undefined;
  /** All of the index and of the bodies, however long it takes. */
  readonly isFull: boolean;
  /** Of each step at a server. Default 20 s. */
  readonly timeoutMs?: number;
  onFinding(finding: Finding): void;
}

/** Tells the findings in order; accounts are probed side by side. */
export async function examine(config: Config, options: DoctorOptions): Promise<void> {
  const { running, isFull, timeoutMs = 20_000, onFinding } = options;
  const tell = (found: readonly Finding[]) => found.forEach(onFinding);
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
    tell(checkConfiguration(config));
    tell(checkDirectory(config.dataDir));
    tell(found);
    tell(checkCertificates(config));
    tell(await checkPorts(config, running && { ...running.ports }));
    tell(checkClock(sqlite));
    tell(checkOwed(sqlite));
    if (running) tell(toldProblems(running));
    for (const probe of probes) tell(await probe);
  } finally {
    sqlite?.close();
  }
}

const demoFinding = (name: string): Finding =>
  findings('imap', name).ok(said('a demo account: it runs inside the gateway', '演示账号：在网关内运行'));
