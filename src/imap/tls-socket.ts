// TLS on the server's side of a connection, from the first byte or after STARTTLS, and what is asked of such a socket.
import type { Socket } from 'node:net';
import { createSecureContext, type SecureContextOptions, TLSSocket } from 'node:tls';

const HANDSHAKE_MS = 20_000;

/** Wraps sockets. The certificate is read once, not for each of them. */
export function createSecurer(options: SecureContextOptions): (plain: Socket) => TLSSocket {
  const secureContext = createSecureContext({ ...options, minVersion: 'TLSv1.2' });
  return (plain) => {
    const secured = new TLSSocket(plain, { isServer: true, secureContext });
    // Without a tls.Server behind it, Node tells of what fails after the handshake nowhere else, and reads no further.
    secured.on('_tlsError', () => secured.destroy());
    return secured;
  };
}

/** Before TLS 1.3 only connections of a certain kind have it (RFC 9266 §4.2), and Node does not tell which. */
export function channelBindingOf(socket: TLSSocket): Uint8Array | undefined {
  if (socket.getProtocol() !== 'TLSv1.3') return undefined;
  return socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
}

/** False when none came about in time: then the socket is of no use any more. */
export function handshake(socket: TLSSocket, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const failed = () => resolve(false);
    const timer = setTimeout(failed, HANDSHAKE_MS);
    socket.once('secure', () => {
      clearTimeout(timer);
      resolve(true);
    });
    for (const event of ['error', 'end', 'close']) socket.once(event, failed);
    signal.addEventListener('abort', failed, { once: true });
  });
}
