import { connect } from 'node:net';
import { errorCode } from '../lib/files.js';
import { findControlSocket } from './path.js';
import { type ControlRequest, type ControlResponse, MAX_RESPONSE_CHARS, onLines, toLine } from './wire.js';

/** No gateway runs with this data directory. */
export class NotRunningError extends Error {
  readonly dataDir: string;
  constructor(dataDir: string, options?: ErrorOptions) {
    super(`no gateway is running with the data directory ${dataDir}`, options);
    this.name = 'NotRunningError';
    this.dataDir = dataDir;
  }
}

/** The running gateway refused, or did not answer. */
export class ControlError extends Error {
  /** The same in Chinese, where the gateway has said it. */
  readonly chinese: string | undefined;
  constructor(message: string, { chinese, ...options }: ErrorOptions & { readonly chinese?: string } = {}) {
    super(message, options);
    this.name = 'ControlError';
    this.chinese = chinese;
  }
}

const GONE = new Set(['ECONNRESET', 'EPIPE']);
const CLOSED = 'the gateway closed the connection without an answer';
const NOBODY = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTSOCK', 'ENOTDIR']);

/**
 * Asks the gateway that uses `dataDir`, and resolves with its result.
 * @throws {NotRunningError} @throws {ControlError}
 */
export async function callControl(dataDir: string, request: ControlRequest, timeoutMs = 10_000): Promise<unknown> {
  const path = await findControlSocket(dataDir);
  if (path === undefined) throw new NotRunningError(dataDir);
  const response = await exchange(path, request, timeoutMs).catch((error: unknown) => {
    if (NOBODY.has(errorCode(error) ?? '')) throw new NotRunningError(dataDir, { cause: error });
    // It was asked, and went away: it is on its way out.
    if (GONE.has(errorCode(error) ?? '')) throw new ControlError(CLOSED, { cause: error });
    if (errorCode(error) === 'EACCES') throw new ControlError('the gateway runs as another user', { cause: error });
    throw error;
  });
  if (!response.ok) {
    const { error, chinese } = response;
    throw new ControlError(error, chinese === undefined ? {} : { chinese });
  }
  return response.result;
}

function exchange(path: string, request: ControlRequest, timeoutMs: number): Promise<ControlResponse> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const timer = setTimeout(() => {
      reject(new ControlError(`the gateway did not answer within ${timeoutMs / 1000} s`));
      socket.destroy();
    }, timeoutMs);
    socket.on('connect', () => socket.write(toLine(request)));
    onLines(socket, MAX_RESPONSE_CHARS, (line) => {
      try {
        resolve(JSON.parse(line) as ControlResponse);
      } catch (error) {
        reject(new ControlError('the gateway gave an answer that makes no sense', { cause: error }));
      }
      socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      clearTimeout(timer);
      reject(new ControlError(CLOSED));
    });
  });
}

/** Whether somebody answers at the address. */
export function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const end = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.on('connect', () => end(true));
    socket.on('error', (error) => (NOBODY.has(errorCode(error) ?? '') ? end(false) : reject(error)));
  });
}
