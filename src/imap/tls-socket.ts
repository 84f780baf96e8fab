// What a connection asks of its TLS socket.
import type { TLSSocket } from 'node:tls';

const HANDSHAKE_MS = 20_000;

/** Before TLS 1.3 only connections of a certain kind have it (RFC 9266 §4.2), and Node does not tell which. */
export function channelBindingOf(socket: TLSSocket): Uint8Array | undefined {
  if (socket.getProtocol() !== 'TLSv1.3') return undefined;
  return socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
}

/** False when none came about in time. */
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
