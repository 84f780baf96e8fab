// One client from the moment it is let in: TLS first where its port says so, then its connection.
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { networkOf } from '../lib/addresses.js';
import type { Connection, ConnectionInfo } from './connection.js';
import { handshake } from './tls-socket.js';

export interface GuestOptions {
  readonly socket: Socket;
  /** Given where TLS begins with the first byte. */
  readonly secure: ((plain: Socket) => TLSSocket) | undefined;
  start(socket: Socket): Connection;
}

export interface Guest {
  /** Where it comes from: an address, or of IPv6 the /64. */
  readonly network: string;
  /** It has not logged in. */
  readonly isWaiting: boolean;
  /** Undefined until there is TLS. */
  readonly info: ConnectionInfo | undefined;
  /** Resolves when it has gone; never rejects. */
  readonly done: Promise<void>;
  /** `* BYE text`, then close; without a word where there is no TLS yet. */
  close(text: string): void;
  /** The same, and not a moment is waited for it. */
  turnOut(text: string): void;
}

export function letIn({ socket, secure, start }: GuestOptions): Guest {
  const abort = new AbortController();
  let connection: Connection | undefined;
  const run = async (): Promise<void> => {
    let talking = socket;
    if (secure) {
      const secured = secure(socket);
      secured.on('error', () => undefined);
      if (!(await handshake(secured, abort.signal)) || abort.signal.aborted) return void secured.destroy();
      talking = secured;
    }
    connection = start(talking);
    await connection.done;
  };
  return {
    network: networkOf(socket.remoteAddress ?? ''),
    get isWaiting() {
      return connection?.info.user === undefined;
    },
    get info() {
      return connection?.info;
    },
    done: run(),
    close: (text) => {
      abort.abort();
      connection?.close(text);
    },
    turnOut: (text) => {
      abort.abort();
      connection?.turnOut(text);
    },
  };
}

/** Who makes room for a newcomer: of the network that most of them come from, the one that has waited longest. */
export function firstToLeave(waiting: readonly Guest[]): Guest | undefined {
  const counts = new Map<string, number>();
  for (const { network } of waiting) counts.set(network, (counts.get(network) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return waiting.find(({ network }) => counts.get(network) === most);
}
