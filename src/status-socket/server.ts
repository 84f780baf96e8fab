// The local socket through which `gateway status` and its like reach the running process. Whoever listens on it owns the
// data directory: a second gateway finds it answered and goes.
import { randomBytes } from 'node:crypto';
import { chmod, rename, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { ensurePrivateDirectory, errorCode } from '../lib/files.js';
import type { Logger } from '../lib/logger.js';
import { isAnswered } from './client.js';
import { leavesFile, placeControlSocket, removeControlSocket } from './path.js';
import {
  type ControlRequest,
  type ControlResponse,
  MAX_REQUEST_CHARS,
  onLines,
  toLine,
  type UndoRequest,
} from './wire.js';

/** What the running process does when asked; what throws is answered as its message, and its `chinese` where it has one. */
export interface ControlHandlers {
  /** Anything JSON can hold. */
  status(): unknown;
  /** Looks at all sources of the account (of every account) now; `force`: also while the provider wants a pause. */
  sync(account: string | undefined, force: boolean): Promise<void>;
  /** Brings back what was removed, or tells what could be; anything JSON can hold. */
  undo(request: UndoRequest): Promise<unknown>;
  /** Reads login.password again. */
  reloadPassword(): Promise<void>;
  /** Begins to stop; the answer is sent before the process ends. */
  stop(): void;
}

export interface ControlServer extends AsyncDisposable {
  /** Where it listens. */
  readonly path: string;
  close(): Promise<void>;
}

/** Another gateway uses this data directory. */
export class AlreadyRunningError extends Error {
  constructor(dataDir: string) {
    super(
      `a gateway is already running with the data directory ${dataDir}: stop it with "gateway stop", or give this one another "dataDir"`,
    );
    this.name = 'AlreadyRunningError';
  }
}

const IDLE_MS = 60_000;
const MAX_CONNECTIONS = 32;

export interface ControlOptions {
  readonly dataDir: string;
  readonly handlers: ControlHandlers;
  readonly logger: Logger;
  /** Who asks nothing for so long is let go; default 60,000. */
  readonly idleMs?: number;
}

/**
 * Makes the data directory when it is missing, and listens. Call it before anything in the directory is opened.
 * @throws {AlreadyRunningError}
 */
export async function createControlServer({
  dataDir,
  handlers,
  logger,
  idleMs = IDLE_MS,
}: ControlOptions): Promise<ControlServer> {
  await ensurePrivateDirectory(dataDir);
  const path = await placeControlSocket(dataDir);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', (error) => logger.debug({ error: error.message }, 'control connection failed'));
    serve(socket, handlers, idleMs);
  });
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, path, dataDir);
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.end();
    const impatient = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, 500);
    await closed;
    clearTimeout(impatient);
    await removeControlSocket(dataDir, path);
  };
  return { path, close, [Symbol.asyncDispose]: close };
}

function serve(socket: Socket, handlers: ControlHandlers, idleMs: number): void {
  socket.setTimeout(idleMs, () => socket.destroy());
  let tail = Promise.resolve();
  onLines(socket, MAX_REQUEST_CHARS, (line) => {
    tail = tail.then(async () => {
      // What takes long is no idleness.
      socket.setTimeout(0);
      const response = await answer(line, handlers);
      socket.setTimeout(idleMs);
      if (socket.writable) socket.write(toLine(response));
    });
  });
}

async function answer(line: string, handlers: ControlHandlers): Promise<ControlResponse> {
  try {
    return { ok: true, result: await dispatch(JSON.parse(line) as ControlRequest, handlers) };
  } catch (error) {
    if (!(error instanceof Error)) return { ok: false, error: String(error) };
    const chinese = 'chinese' in error && typeof error.chinese === 'string' ? { chinese: error.chinese } : {};
    return { ok: false, error: error.message, ...chinese };
  }
}

function dispatch(request: ControlRequest, handlers: ControlHandlers): unknown {
  switch (request?.request) {
    case 'status':
      return handlers.status();
    case 'sync':
      return handlers.sync(typeof request.account === 'string' ? request.account : undefined, request.force === true);
    case 'undo':
      return handlers.undo(undoRequest(request));
    case 'reloadPassword':
      return handlers.reloadPassword();
    case 'stop':
      // After the answer is on its way.
      setImmediate(() => handlers.stop());
      return undefined;
    default:
      throw new Error('this gateway does not know that request: it may be of another version');
  }
}

/** Nothing is brought back because a request was not understood. */
function undoRequest({ mode, since }: UndoRequest): UndoRequest {
  if (!['list', 'dryRun', 'undo', 'next'].includes(mode))
    throw new Error('this gateway does not know that way of undo');
  if (since !== undefined && !Number.isFinite(since)) throw new Error('since is no time');
  return { request: 'undo', mode, ...(since === undefined ? {} : { since }) };
}

async function listen(server: Server, path: string, dataDir: string): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(path, () => {
          server.off('error', reject);
          resolve();
        });
      });
      if (leavesFile) await chmod(path, 0o600);
      return;
    } catch (error) {
      if (errorCode(error) !== 'EADDRINUSE') throw error;
      if (!leavesFile || (await isAnswered(path))) throw new AlreadyRunningError(dataDir);
      await clearStale(path, dataDir);
    }
  }
  throw new AlreadyRunningError(dataDir);
}

/**
 * Takes a dead process's socket away. It is renamed first and asked again under its new name: between the question and
 * the removal a rival may have put its own, living one there, which then goes back.
 */
async function clearStale(path: string, dataDir: string): Promise<void> {
  const aside = `${path}.${randomBytes(2).toString('hex')}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  if (await isAnswered(aside)) {
    await rename(aside, path);
    throw new AlreadyRunningError(dataDir);
  }
  await rm(aside, { force: true });
}
