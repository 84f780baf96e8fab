import { createServer, type Server, type Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import type { Core } from '../core/core.js';
import { isLoopbackAddress, isPrivateAddress } from '../lib/addresses.js';
import type { Logger } from '../lib/logger.js';
import { type ConnectionInfo, startConnection } from './connection.js';
import { firstToLeave, type Guest, letIn } from './guest.js';
import { createSecurer } from './tls-socket.js';

export interface ImapListener {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly tls: 'implicit' | 'starttls';
}

export interface ImapServerOptions {
  readonly listen: readonly ImapListener[];
  readonly tls: SecureContextOptions;
  /** A password may be sent in clear over loopback. */
  readonly plaintextOnLoopback: boolean;
  /** Peers outside private address ranges are turned away. */
  readonly privatePeersOnly: boolean;
  /** Offers COMPRESS (over TLS) to clients on this machine too. */
  readonly compressOnLoopback?: boolean;
  /** See ConnectionOptions. */
  readonly progressMs?: number;
  /** Of all clients; default 1,000. */
  readonly maxConnections?: number;
  /** That one device may have logged in; default 600. */
  readonly maxConnectionsPerDevice?: number;
  /** What ID tells; left out when not known. */
  readonly version?: string | undefined;
  readonly logger: Logger;
}

export interface ImapServer extends AsyncDisposable {
  /** The port of each listener, in order. */
  readonly ports: readonly number[];
  connections(): ConnectionInfo[];
}

/** So many connections may be open that have not logged in. One more, and the one that has waited longest makes room. */
const MAX_WAITING = 500;
const TOO_MANY = '[UNAVAILABLE] too many connections';
/** How long a client that is turned away may take to read why … */
const TURNED_AWAY_MS = 2_000;
/** … and how many at a time. */
const MAX_TURNED_AWAY = 100;

/** Listens. @throws Node's EADDRINUSE, EACCES … if a port cannot be had */
export async function createImapServer(options: ImapServerOptions, core: Core): Promise<ImapServer> {
  const { logger, maxConnections = 1_000, maxConnectionsPerDevice = 600 } = options;
  const open = new Set<Guest>();
  const turnAway = turnerAway();
  const secure = createSecurer(options.tls);
  const limitFor = (device: string): number | undefined => {
    let count = 0;
    for (const { info } of open) if (info?.user === device) count++;
    return count < maxConnectionsPerDevice ? undefined : maxConnectionsPerDevice;
  };
  /** False when there is none to be had: everybody is logged in. */
  const makeRoom = (): boolean => {
    const waiting = [...open].filter(({ isWaiting }) => isWaiting);
    if (open.size < maxConnections && waiting.length < MAX_WAITING) return true;
    const leaving = firstToLeave(waiting);
    if (!leaving) return false;
    leaving.turnOut(TOO_MANY);
    return open.delete(leaving);
  };
  const accept = (socket: Socket, { tls }: ImapListener) => {
    socket.on('error', (err) => logger.debug({ err }, 'client socket'));
    const peer = socket.remoteAddress ?? '';
    if (options.privatePeersOnly && !isPrivateAddress(peer)) {
      logger.warn({ peer }, 'turned away a peer outside the private network');
      socket.destroy();
      return;
    }
    if (!makeRoom()) return turnAway(socket, tls);
    const start = (talking: Socket) =>
      startConnection(talking, {
        core,
        logger: logger.child({ peer }),
        isTls: tls === 'implicit',
        canStartTls: tls === 'starttls',
        version: options.version,
        limitFor,
        compresses: options.compressOnLoopback === true || !isLoopbackAddress(peer),
        progressMs: options.progressMs,
        plaintextAllowed:
          options.plaintextOnLoopback && isLoopbackAddress(peer) && isLoopbackAddress(socket.localAddress ?? ''),
        secure,
      });
    const guest = letIn({ socket, secure: tls === 'implicit' ? secure : undefined, start });
    open.add(guest);
    void guest.done.then(() => open.delete(guest));
  };
  const servers: Server[] = [];
  try {
    for (const listener of options.listen) servers.push(await listen(listener, logger, accept));
  } catch (error) {
    for (const server of servers) server.close();
    throw error;
  }
  return {
    ports: servers.map((server) => (server.address() as { port: number }).port),
    connections: () => [...open].flatMap(({ info }) => info ?? []),
    [Symbol.asyncDispose]: async () => {
      for (const server of servers) server.close();
      for (const guest of open) guest.close('the gateway is stopping');
      await Promise.all([...open].map(({ done }) => done));
    },
  };
}

/** Says goodbye at the door; to those who expect TLS, or when many are there already, without a word. */
function turnerAway(): (socket: Socket, tls: ImapListener['tls']) => void {
  const leaving = new Set<Socket>();
  return (socket, tls) => {
    if (tls === 'implicit' || leaving.size >= MAX_TURNED_AWAY) return void socket.destroy();
    leaving.add(socket);
    socket.end(`* BYE ${TOO_MANY}\r\n`);
    const timer = setTimeout(() => socket.destroy(), TURNED_AWAY_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      leaving.delete(socket);
    });
  };
}

function listen(
  listener: ImapListener,
  logger: Logger,
  accept: (socket: Socket, listener: ImapListener) => void,
): Promise<Server> {
  // A client may say all it has to say, close its side, and still wants the answers.
  const server = createServer({ allowHalfOpen: true }, (socket) => accept(socket, listener));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: listener.host, port: listener.port }, () => {
      server.off('error', reject);
      server.on('error', (err) => logger.error({ err }, 'imap listener'));
      resolve(server);
    });
  });
}
