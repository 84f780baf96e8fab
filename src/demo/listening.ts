// How the servers of a demo account listen: plaintext on 127.0.0.1, for this machine's gateway only.
import type { AddressInfo, Server } from 'node:net';

export interface DemoServer extends AsyncDisposable {
  readonly port: number;
}

/** A server of Node's, or what holds one (smtp-server). */
interface Listening {
  on(event: 'error', listener: (error: Error) => void): unknown;
  listen(port: number, host: string, listener: () => void): Server;
  close(done: () => void): unknown;
}

/**
 * Listens on `port`, or on a free one for 0; `endClients` is called first when it is closed, and what they leave is waited for.
 * @throws Node's EADDRINUSE …
 */
export async function listening(server: Listening, port: number, endClients?: () => void): Promise<DemoServer> {
  const net = await new Promise<Server>((resolve, reject) => {
    // Stays: a client that cannot be accepted later is no reason to fall.
    server.on('error', reject);
    const bound = server.listen(port, '127.0.0.1', () => resolve(bound));
  });
  return {
    port: (net.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        endClients?.();
        server.close(() => resolve());
      }),
  };
}
