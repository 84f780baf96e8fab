// What of this machine the gateway needs: certificates, ports, the clock, and a configuration without second thoughts.
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type Sqlite from 'better-sqlite3';
import type { Config } from '../../config/index.js';
import { withDeadline } from '../../lib/deadline.js';
import { takenPorts } from '../../lib/taken-ports.js';
import { certificatePaths } from '../../tls/index.js';
import { type Finding, findings, said } from './finding.js';

/** What is wrong with the configuration, a line each. */
export const configurationFaults = (faults: readonly string[]): Finding[] =>
  faults.map((fault) =>
    findings('configuration').bad(
      said('the configuration has an error', '配置有错误'),
      said('Correct it, then restart the gateway.', '请改正后重启网关。'),
      fault,
    ),
  );

export function checkConfiguration({ file, warnings, accounts }: Config, hasFaults: boolean): Finding[] {
  const say = findings('configuration');
  const { length } = accounts;
  return [
    hasFaults
      ? say.note(
          said(
            `what is right of it is looked at: ${length} ${length === 1 ? 'account' : 'accounts'}`,
            `检查其余正确的部分：${length} 个账号`,
          ),
          file,
        )
      : say.ok(
          said(
            `the configuration is read: ${length} ${length === 1 ? 'account' : 'accounts'}`,
            `配置已读取：${length} 个账号`,
          ),
          file,
        ),
    ...warnings.map((warning) => say.note(said(warning, warning))),
  ];
}

const DAY_MS = 86_400_000;

export function checkCertificates({ certsDir }: Config): Finding[] {
  const say = findings('certificates');
  const { ca, server } = certificatePaths(certsDir);
  return (
    [
      [ca, said("the gateway's CA", '网关的 CA'), 'gateway cert reissue --ca'],
      [server, said("the gateway's certificate", '网关的证书'), 'gateway cert reissue'],
    ] as const
  ).map(([path, what, command]) => {
    if (!existsSync(path))
      return say.note(said(`${what.en} is made by the first start`, `${what.zh}由首次启动生成`), path);
    const remedy = said(`Run "${command}".`, `请运行 "${command}"。`);
    try {
      const { validFrom, validTo } = new X509Certificate(readFileSync(path));
      const evidence = `${path}, ${validFrom} – ${validTo}`;
      if (Date.parse(validFrom) > Date.now() + DAY_MS)
        return say.bad(said(`${what.en} is of the future`, `${what.zh}尚未生效`), CLOCK_REMEDY, evidence);
      return Date.parse(validTo) < Date.now()
        ? say.bad(said(`${what.en} has expired`, `${what.zh}已过期`), remedy, evidence)
        : say.ok(said(`${what.en} is valid`, `${what.zh}有效`), evidence);
    } catch (error) {
      return say.bad(said(`${what.en} cannot be read`, `${what.zh}无法读取`), remedy, `${path}: ${String(error)}`);
    }
  });
}

/** Of a gateway that runs: that it answers at them; else that nobody else has them. */
export async function checkPorts(
  config: Config,
  running: Readonly<Record<string, number>> | undefined,
): Promise<Finding[]> {
  const say = findings('ports');
  const { host } = config.listen;
  if (!running) {
    const taken = await takenPorts(config.listen);
    if (taken.length === 0) return [say.ok(said('the ports are free for the gateway', '端口可用'), host)];
    const remedy = said(
      'Stop the other program, or choose other ports in "listen".',
      '请停止占用端口的程序，或在 "listen" 中更换端口。',
    );
    return [say.bad(said('another program has a port of the gateway', '端口被其他程序占用'), remedy, taken.join(', '))];
  }
  return Promise.all(
    Object.entries(running).map(async ([name, port]) => {
      const what = said(`clients reach ${name}`, `客户端可连接 ${name}`);
      const began = performance.now();
      try {
        await withDeadline('connecting', 5_000, reach(host, port));
        return say.ok(what, `${host}:${port}`, performance.now() - began);
      } catch (error) {
        const remedy = said('Restart the gateway; a firewall may be in the way.', '请重启网关；也可能被防火墙拦截。');
        return say.bad(
          said(`clients do not reach ${name}`, `客户端无法连接 ${name}`),
          remedy,
          `${host}:${port}: ${String(error)}`,
        );
      }
    }),
  );
}

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
  const evidence = `${new Date().toISOString()}, ${Intl.DateTimeFormat().resolvedOptions().timeZone}`;
  const last = Number(
    sqlite
      ?.prepare(
        `SELECT max(at) FROM (SELECT max(usedAt) AS at FROM bodies UNION ALL SELECT max(createdAt) FROM journal
          UNION ALL SELECT max(createdAt) FROM submissions UNION ALL SELECT max(since) FROM problems)`,
      )
      .pluck()
      .get() ?? 0,
  );
  if (last > Date.now() + DAY_MS)
    return [
      say.bad(
        said('the clock is behind what has been written down', '本机时钟早于已记录的时间'),
        CLOCK_REMEDY,
        `${evidence}; written down: ${new Date(last).toISOString()}`,
      ),
    ];
  return [say.ok(said('the clock goes on from what has been written down', '本机时钟正常'), evidence)];
}

const CLOCK_REMEDY = said('Set the clock of this machine right.', '请校准本机时钟。');
