// One JSON object a line, each request answered by one line.
import type { Socket } from 'node:net';

/** `since`: Unix milliseconds; without it the last removal alone, or all of them for `list`. */
export interface UndoRequest {
  readonly request: 'undo';
  /** `next`: what a plain undo would go on to. */
  readonly mode: 'list' | 'dryRun' | 'undo' | 'next';
  readonly since?: number;
}

/** What a running gateway can be asked. */
export type ControlRequest =
  | { readonly request: 'status' }
  | { readonly request: 'sync'; readonly account?: string; readonly force?: boolean }
  | UndoRequest
  | { readonly request: 'reloadPassword' }
  | { readonly request: 'stop' };

export type ControlResponse =
  | { readonly ok: true; readonly result?: unknown }
  /** `chinese`: the same, where the gateway says it in Chinese too. */
  | { readonly ok: false; readonly error: string; readonly chinese?: string };

/** Requests are tiny; answers (a status with thousands of mailboxes) are not. */
export const MAX_REQUEST_CHARS = 10_000;
export const MAX_RESPONSE_CHARS = 64_000_000;

/** Calls back for every line; a line longer than `limit` ends the connection. */
export function onLines(socket: Socket, limit: number, onLine: (line: string) => void): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > limit || lines.some((line) => line.length > limit)) {
      socket.destroy(new Error('line too long'));
      return;
    }
    for (const line of lines) if (line.trim() !== '') onLine(line);
  });
}

export const toLine = (message: ControlRequest | ControlResponse): string => `${JSON.stringify(message)}\n`;
