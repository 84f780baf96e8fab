import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type SecureContextOptions, TLSSocket } from 'node:tls';
import type { Core } from '../core/core.js';
import { isLoopbackAddress, isPrivateAddress } from '../lib/addresses.js';
import type { Logger } from '../lib/logger.js';
import { type Connection, type ConnectionInfo, startConnection } from './connection.js';

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

/** How long a client that is turned away may take to read why. */
const TURNED_AWAY_MS = 2_000;

/** Listens. @throws Node's EADDRINUSE, EACCES … if a port cannot be had */
export async function createImapServer(options: ImapServerOptions, core: Core): Promise<ImapServer> {
  const { logger, maxConnections = 1_000, maxConnectionsPerDevice = 600 } = options;
  const open = new Set<Connection>();
  const limitFor = (device: string): number | undefined => {
    let count = 0;
    for (const { info } of open) if (info.user === device) count++;
    return count < maxConnectionsPerDevice ? undefined : maxConnectionsPerDevice;
  };
  const accept = (socket: Socket, listener: ImapListener) => {
    socket.on('error', (err) => logger.debug({ err }, 'client socket'));
    const peer = socket.remoteAddress ?? '';
    if (options.privatePeersOnly && !isPrivateAddress(peer)) {
      logger.warn({ peer }, 'turned away a peer outside the private network');
      socket.destroy();
      return;
    }
    if (open.size >= maxConnections) {
      socket.end('* BYE [UNAVAILABLE] too many connections\r\n');
      setTimeout(() => socket.destroy(), TURNED_AWAY_MS).unref();
      return;
    }
    const connection = startConnection(socket, {
      core,
      logger: logger.child({ peer }),
      isTls: listener.tls === 'implicit',
      canStartTls: listener.tls === 'starttls',
      version: options.version,
      limitFor,
      compresses: options.compressOnLoopback === true || !isLoopbackAddress(peer),
      progressMs: options.progressMs,
      plaintextAllowed:
        options.plaintextOnLoopback && isLoopbackAddress(peer) && isLoopbackAddress(socket.localAddress ?? ''),
      secure: (plain) => new TLSSocket(plain, { ...options.tls, isServer: true, minVersion: 'TLSv1.2' }),
    });
    open.add(connection);
    void connection.done.then(() => open.delete(connection));
  };
  const servers: Server[] = [];
  try {
    for (const listener of options.listen) servers.push(await listen(listener, options, accept));
  } catch (error) {
    for (const server of servers) server.close();
    throw error;
  }
  return {
    ports: servers.map((server) => (server.address() as { port: number }).port),
    connections: () => [...open].map(({ info }) => info),
    [Symbol.asyncDispose]: async () => {
      for (const server of servers) server.close();
      for (const connection of open) connection.close('the gateway is stopping');
      await Promise.all([...open].map(({ done }) => done));
    },
  };
}

function listen(
  listener: ImapListener,
  { tls, logger }: ImapServerOptions,
  accept: (socket: Socket, listener: ImapListener) => void,
): Promise<Server> {
  // A client may say all it has to say, close its side, and still wants the answers.
  const allowHalfOpen = true;
  const server =
    listener.tls === 'implicit'
      ? createTlsServer({ ...tls, allowHalfOpen, minVersion: 'TLSv1.2', handshakeTimeout: 20_000 }, (socket) =>
          accept(socket, listener),
        )
      : createServer({ allowHalfOpen }, (socket) => accept(socket, listener));
  server.on('tlsClientError', (err) => logger.debug({ err }, 'tls handshake failed'));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: listener.host, port: listener.port }, () => {
      server.off('error', reject);
      server.on('error', (err) => logger.error({ err }, 'imap listener'));
      resolve(server);
    });
  });
}
