// Which ports the front ends listen on.
import type { ListenConfig } from '../config/index.js';

export interface NamedListener {
  readonly name: 'imap' | 'imaps' | 'smtp' | 'smtps';
  readonly host: string;
  readonly port: number;
  readonly tls: 'implicit' | 'starttls';
}

/** A port of 0 turns a listener off, unless any free port is wanted (DESIGN §13). */
export function listenersOf(
  listen: ListenConfig,
  startTls: 'imap' | 'smtp',
  implicit: 'imaps' | 'smtps',
): NamedListener[] {
  const { host, ephemeral } = listen;
  const both: NamedListener[] = [
    { name: startTls, host, port: listen[startTls], tls: 'starttls' },
    { name: implicit, host, port: listen[implicit], tls: 'implicit' },
  ];
  return both.filter(({ port }) => port !== 0 || ephemeral);
}
