// What of this machine the gateway needs: certificates, ports, the clock, and a configuration without second thoughts.
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type Sqlite from 'better-sqlite3';
import { type Config, configurationInChinese } from '../../config/index.js';
import { DeadlineError, withDeadline } from '../../lib/deadline.js';
import { takenPorts } from '../../lib/taken-ports.js';
import { stampText } from '../../lib/when.js';
import { certificatePaths } from '../../tls/index.js';
import { type Finding, findings, quoted, type Said, said, same } from './finding.js';
import { failureSaid, noAnswerWithin } from './network-words.js';
import * as words from './words.js';

/** What is wrong with the configuration, a line each. */
export const configurationFaults = (faults: readonly string[]): Finding[] =>
  faults.map((fault) =>
    findings('configuration').bad(words.CONFIGURATION_ERROR, words.CONFIGURATION_REMEDY, ofConfiguration(fault)),
  );

export function checkConfiguration({ file, warnings, accounts }: Config, hasFaults: boolean): Finding[] {
  const say = findings('configuration');
  const { length } = accounts;
  return [
    hasFaults
      ? say.note(words.configurationRest(length), same(file))
      : say.ok(words.configurationRead(length), same(file)),
    ...warnings.map((warning) => say.note(words.UNWISE, ofConfiguration(warning))),
  ];
}

const ofConfiguration = (line: string): Said => said(line, configurationInChinese(line) ?? quoted(line).zh);

const DAY_MS = 86_400_000;

export function checkCertificates({ certsDir }: Config): Finding[] {
  const say = findings('certificates');
  const paths = certificatePaths(certsDir);
  return (['ca', 'server'] as const).map((which) => {
    const [path, of] = [paths[which], words.certificateWords(which)];
    if (!existsSync(path)) return say.note(of.missing, same(path));
    try {
      const { validFrom, validTo } = new X509Certificate(readFileSync(path));
      const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
      const evidence = same(`${path}, ${dayOf(from)} – ${dayOf(to)}`);
      if (from > Date.now() + DAY_MS) return say.bad(of.early, words.CLOCK_REMEDY, evidence);
      return to < Date.now() ? say.bad(of.late, of.remedy, evidence) : say.ok(of.valid, evidence);
    } catch (error) {
      const { en, zh } = failureSaid(error);
      return say.bad(of.unreadable, of.remedy, { en: `${path}: ${en}`, zh: `${path}：${zh}` });
    }
  });
}

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** Of a gateway that runs: that it answers at them; else that nobody else has them. */
export async function checkPorts(
  config: Config,
  running: Readonly<Record<string, number>> | undefined,
): Promise<Finding[]> {
  const say = findings('ports');
  const { host } = config.listen;
  if (!running) {
    const taken = await takenPorts(config.listen);
    return taken.length === 0
      ? [say.ok(words.PORTS_FREE, same(host))]
      : [say.bad(words.PORTS_TAKEN, words.PORTS_TAKEN_REMEDY, same(taken.join(', ')))];
  }
  return Promise.all(
    Object.entries(running).map(async ([name, port]) => {
      const began = performance.now();
      try {
        await withDeadline('connecting', REACH_MS, reach(host, port));
        return say.ok(words.portReached(name), same(`${host}:${port}`), performance.now() - began);
      } catch (error) {
        const { en, zh } = error instanceof DeadlineError ? noAnswerWithin(REACH_MS) : failureSaid(error);
        const evidence = { en: `${host}:${port}: ${en}`, zh: `${host}:${port}：${zh}` };
        return say.bad(words.portNotReached(name), words.PORT_REMEDY, evidence);
      }
    }),
  );
}

const REACH_MS = 5_000;

const reach = (host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    // What listens everywhere listens here.
    const socket = connect({ host: host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host, port });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
  });

/** No clock is asked for the time; but what has been written down lies in the past. */
export function checkClock(sqlite: Sqlite.Database | undefined): Finding[] {
  const say = findings('clock');
  const now = `${stampText(Date.now())}, ${Intl.DateTimeFormat().resolvedOptions().timeZone}`;
  const last = Number(
    sqlite
      ?.prepare(
        `SELECT max(at) FROM (SELECT max(usedAt) AS at FROM bodies UNION ALL SELECT max(createdAt) FROM journal
          UNION ALL SELECT max(createdAt) FROM submissions UNION ALL SELECT max(since) FROM problems)`,
      )
      .pluck()
      .get() ?? 0,
  );
  return last > Date.now() + DAY_MS
    ? [say.bad(words.CLOCK_BEHIND, words.CLOCK_REMEDY, words.clockSeen(now, stampText(last)))]
    : [say.ok(words.CLOCK_RIGHT, same(now))];
}
