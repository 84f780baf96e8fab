// What a client that is logged in, has INBOX selected and idles costs the gateway in resident memory.
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { BenchError } from './failure.js';
import type { Column } from './figures.js';
import type { GatewayRun } from './gateway.js';
import type { ImapEndpoint } from './raw-imap.js';
import type { RowKey } from './rows.js';

const CONNECTIONS = 500;
/** The first ones find room in what the process has already. */
const WARM = 60;
const AT_A_TIME = 20;
/** Lets the garbage of so many logins be seen to. */
const PAUSE_MS = 3_000;
const TIMEOUT_MS = 60_000;

/** Fills `idlePlain` and `idleTls`: kilobytes each. */
export async function idleSteps(column: Column<RowKey>, gateway: GatewayRun): Promise<void> {
  await column.measure('idlePlain', () => measure(gateway, gateway.endpoint, false));
  await column.measure('idleTls', () => measure(gateway, { ...gateway.endpoint, port: gateway.tlsPort() }, true));
}

async function measure(gateway: GatewayRun, endpoint: ImapEndpoint, tls: boolean): Promise<{ value: number }> {
  const sockets: Socket[] = [];
  const open = async (count: number): Promise<number> => {
    for (let left = count; left > 0; left -= AT_A_TIME) {
      const few = Array.from({ length: Math.min(left, AT_A_TIME) }, () => idler(endpoint, tls));
      sockets.push(...(await Promise.all(few)));
    }
    await sleep(PAUSE_MS);
    return gateway.memory().now;
  };
  try {
    const before = await open(WARM);
    const after = await open(CONNECTIONS);
    return { value: ((after - before) * 1024) / CONNECTIONS };
  } finally {
    for (const socket of sockets) socket.destroy();
    await sleep(PAUSE_MS);
  }
}

/** Resolves when the connection idles. @throws {BenchError} */
function idler({ host, port, user, password }: ImapEndpoint, tls: boolean): Promise<Socket> {
  const socket = tls ? connectTls({ host, port, rejectUnauthorized: false }) : connect({ host, port });
  const commands = [`a LOGIN ${user} "${password}"\r\n`, 'b SELECT INBOX\r\n', 'c IDLE\r\n'];
  return new Promise((resolve, reject) => {
    let text = '';
    const fail = (why: string) => reject(new BenchError(`a client that was to idle: ${why}`));
    const timer = setTimeout(() => fail('no answer in time'), TIMEOUT_MS);
    socket.on('error', (error) => fail(error.message));
    socket.on('close', () => fail('the gateway closed the connection'));
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (!/^(\* OK \[CAPABILITY|[ab] OK |\+ ).*\r\n$/m.test(text)) return;
      text = '';
      const next = commands.shift();
      if (next !== undefined) return void socket.write(next);
      clearTimeout(timer);
      resolve(socket);
    });
  });
}
