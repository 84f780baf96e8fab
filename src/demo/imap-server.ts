// The IMAP side of a demo account: plaintext on 127.0.0.1, for this machine's gateway only.
import { createServer } from 'node:net';
import type { Logger } from '../lib/logger.js';
import { ImapSession } from './imap-session.js';
import { Limits } from './limits.js';
import { type DemoServer, listening } from './listening.js';
import type { DemoAccount } from './store/account.js';
import type { TokenOffice } from './token-office.js';

export interface DemoServerOptions {
  readonly account: DemoAccount;
  readonly password: string;
  readonly tokens: TokenOffice;
  readonly logger: Logger;
}

export async function startImapServer(options: DemoServerOptions, port = 0): Promise<DemoServer> {
  const sessions = new Set<ImapSession>();
  const limits = new Limits(options.account);
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    const session = new ImapSession(socket, { ...options, limits });
    sessions.add(session);
    socket.on('close', () => sessions.delete(session));
    void session.run();
  });
  return listening(server, port, () => {
    for (const session of sessions) session.end();
  });
}
