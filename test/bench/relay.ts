// Stands between the gateway and one upstream: adds a delay, counts what passes, and can be made unreachable.
import { connect, createServer, type Server, type Socket } from 'node:net';
import { joinDelayed } from './delay-line.js';

export interface Traffic {
  /** From the upstream. */
  readonly bytesDown: number;
  readonly bytesUp: number;
  readonly connections: number;
  /** Commands that ask for envelopes, structures, header fields or bodies. */
  readonly contentFetches: number;
}

export interface Relay {
  readonly port: number;
  traffic(): Traffic;
  /** Ends every connection; the port refuses new ones. */
  close(): Promise<void>;
}

/** @param roundTripMs half of it is added each way */
export async function startRelay(targetPort: number, roundTripMs = 0): Promise<Relay> {
  const traffic = { bytesDown: 0, bytesUp: 0, connections: 0, contentFetches: 0 };
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true });
    traffic.connections += 1;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      // The other side is told by the closing that follows.
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
    const asked = createFetchCounter(() => {
      traffic.contentFetches += 1;
    });
    const up = (chunk: Buffer) => {
      traffic.bytesUp += chunk.length;
      asked(chunk);
    };
    const down = (chunk: Buffer) => {
      traffic.bytesDown += chunk.length;
    };
    joinDelayed({ from: client, to: upstream, delayMs: roundTripMs / 2, onChunk: up });
    joinDelayed({ from: upstream, to: client, delayMs: roundTripMs / 2, onChunk: down });
  });
  const port = await listen(server);
  return {
    port,
    traffic: () => ({ ...traffic }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

const LINE_CHARS = 65_536;

/** Sees command lines however they are cut into pieces. */
export function createFetchCounter(onFetch: () => void): (chunk: Buffer) => void {
  let line = '';
  return (chunk) => {
    const lines = (line + chunk.toString('latin1')).split('\n');
    line = (lines.pop() ?? '').slice(0, LINE_CHARS);
    for (const one of lines)
      if (/^\S+ (?:UID )?FETCH .*\b(?:BODY|BODYSTRUCTURE|ENVELOPE|RFC822(?!\.SIZE))\b/i.test(one)) onFetch();
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address && typeof address === 'object') resolve(address.port);
      else reject(new Error('the relay has no port'));
    });
  });
}

/** What all of them have carried since. */
export function trafficOf(relays: readonly Relay[], since?: Traffic): Traffic {
  const total = { bytesDown: 0, bytesUp: 0, connections: 0, contentFetches: 0 };
  for (const relay of relays) {
    const one = relay.traffic();
    for (const key of Object.keys(total) as (keyof Traffic)[]) total[key] += one[key];
  }
  if (since) for (const key of Object.keys(total) as (keyof Traffic)[]) total[key] -= since[key];
  return total;
}
