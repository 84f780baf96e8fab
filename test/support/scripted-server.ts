// A server that says exactly what a test wants said, right or wrong. What no script answers is answered as a dull,
// correct IMAP4rev1 server would.

import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';

export interface ScriptedConnection {
  readonly tag: string;
  /** The command without its tag. */
  readonly line: string;
  /** latin1, as it is. */
  write(text: string): void;
  destroy(): void;
}

/** Answers a command; returns false to leave it to the next script. */
export type Script = (connection: ScriptedConnection) => unknown;

export interface ScriptedServer {
  readonly port: number;
  /** Commands received, without tags. */
  readonly received: string[];
  /** Bytes received on all connections, latin1. */
  raw(): string;
  /** Sends something to every open connection, unasked. */
  say(text: string): void;
  connections(): number;
  stop(): Promise<void>;
}

export interface ScriptedOptions {
  /** Any free one when left out. */
  readonly port?: number;
  readonly greeting?: string;
  readonly capabilities?: string;
  /** By the beginning of the command, in upper case; the first that fits answers. With one for DONE, IDLE never ends. */
  readonly scripts?: Readonly<Record<string, string | Script>>;
}

const dull = (capabilities: string): Readonly<Record<string, string>> => ({
  CAPABILITY: `* CAPABILITY ${capabilities}\r\n{tag} OK done\r\n`,
  LOGIN: '{tag} OK logged in\r\n',
  NAMESPACE: '* NAMESPACE (("" "/")) NIL NIL\r\n{tag} OK done\r\n',
  ID: '* ID NIL\r\n{tag} OK done\r\n',
  SELECT:
    '* 3 EXISTS\r\n* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)\r\n* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] ok\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 4] ok\r\n{tag} OK [READ-WRITE] done\r\n',
  IDLE: '+ idling\r\n',
  LOGOUT: '* BYE bye\r\n{tag} OK bye\r\n',
  '': '{tag} OK done\r\n',
});

export async function startScriptedServer({
  greeting = '* OK hello',
  capabilities = 'IMAP4rev1 UIDPLUS MOVE IDLE ID',
  scripts = {},
  port: wantedPort = 0,
}: ScriptedOptions = {}): Promise<ScriptedServer> {
  const received: string[] = [];
  const raw: string[] = [];
  const sockets = new Set<Socket>();
  const answers: [string, string | Script][] = [...Object.entries(scripts), ...Object.entries(dull(capabilities))];
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.setEncoding('latin1');
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.write(`${greeting}\r\n`, 'latin1');
    let buffer = '';
    let idleTag = '';
    socket.on('data', (text: string) => {
      raw.push(text);
      buffer += text;
      for (let end = buffer.indexOf('\r\n'); end >= 0; end = buffer.indexOf('\r\n')) {
        const full = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        if (full.toUpperCase() === 'DONE') {
          if (scripts.DONE === undefined) socket.write(`${idleTag} OK idled\r\n`, 'latin1');
          continue;
        }
        const [, tag = '', line = ''] = /^(\S+) (.*)$/s.exec(full) ?? [];
        if (line.toUpperCase() === 'IDLE') idleTag = tag;
        received.push(line);
        answer(socket, tag, line);
      }
    });
  });
  const answer = (socket: Socket, tag: string, line: string): void => {
    const connection: ScriptedConnection = {
      tag,
      line,
      write: (text) => socket.write(text.replaceAll('{tag}', tag), 'latin1'),
      destroy: () => socket.destroy(),
    };
    for (const [start, script] of answers) {
      if (start !== '' && !`${line.toUpperCase()} `.startsWith(`${start} `)) continue;
      if (typeof script === 'string') connection.write(script);
      else if (script(connection) === false) continue;
      return;
    }
  };
  await new Promise<void>((resolve) => server.listen(wantedPort, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    received,
    raw: () => raw.join(''),
    say: (text) => {
      for (const socket of sockets) socket.write(text, 'latin1');
    },
    connections: () => sockets.size,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
