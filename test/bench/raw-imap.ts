// A client that only gathers bytes while the clock runs, so that it is not what is measured. One command at a time.
import { connect, type Socket } from 'node:net';
import { BenchError } from './failure.js';
import type { Timing } from './figures.js';

export interface ImapEndpoint {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Processor time its main thread has used so far, where that can be told. */
  readonly cpuMs?: () => number;
}

export interface Answer extends Timing {
  /** Everything up to and with the tagged line. */
  readonly data: Buffer;
}

/** A line that came unasked, and when (performance.now). */
export interface Arrival {
  readonly line: string;
  readonly at: number;
}

interface Waiter {
  /** Called with the last bytes read; true when it has what it waits for. */
  readonly isDone: (tail: string) => boolean;
  readonly resolve: (at: number) => void;
  readonly reject: (error: Error) => void;
}

const TAIL_CHARS = 2_048;
const TIMEOUT_MS = 120_000;
const CLOSE_MS = 2_000;

export class RawImap {
  readonly #socket: Socket;
  readonly #cpuMs: (() => number) | undefined;
  #chunks: Buffer[] = [];
  #tail = '';
  #tag = 0;
  #waiter: Waiter | undefined;
  #failure: Error | undefined;

  private constructor(socket: Socket, cpuMs: (() => number) | undefined) {
    this.#socket = socket;
    this.#cpuMs = cpuMs;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#onData(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new BenchError('the server closed the connection')));
  }

  /** Connects and signs in. */
  static async open({ host, port, user, password, cpuMs }: ImapEndpoint): Promise<RawImap> {
    const socket = connect({ host, port });
    const client = new RawImap(socket, cpuMs);
    try {
      await client.#until('a greeting', (tail) => tail.endsWith('\r\n'));
      client.#take();
      await client.ok(`LOGIN "${user}" "${password}"`);
    } catch (error) {
      socket.destroy();
      throw error;
    }
    return client;
  }

  /** Runs a command, whose bytes may hold LITERAL+ literals. @throws {BenchError} unless the answer is OK */
  async ok(command: string | Buffer): Promise<Answer> {
    this.#tag += 1;
    const tag = `B${this.#tag}`;
    const cpuBefore = this.#cpuMs?.();
    const started = performance.now();
    this.#socket.write(Buffer.concat([Buffer.from(`${tag} `), Buffer.from(command), Buffer.from('\r\n')]));
    const what = typeof command === 'string' ? command.slice(0, 80) : command.toString('latin1', 0, 80);
    const ended = await this.#until(what, (tail) => isTagged(tail, tag));
    const cpuAfter = this.#cpuMs?.();
    const data = this.#take();
    const status = data.toString('latin1', data.lastIndexOf(`${tag} `)).trimEnd();
    if (!status.startsWith(`${tag} OK`)) throw new BenchError(`${what}: ${status.slice(tag.length + 1, 200)}`);
    const cpuMs = cpuBefore === undefined || cpuAfter === undefined ? undefined : cpuAfter - cpuBefore;
    return { data, ms: ended - started, cpuMs };
  }

  /** `done` ends it. */
  async idle(): Promise<void> {
    this.#tag += 1;
    this.#socket.write(`B${this.#tag} IDLE\r\n`);
    await this.#until('IDLE', (tail) => /(?:^|\r\n)\+[^\r\n]*\r\n$/.test(tail));
    this.#take();
  }

  /** The next line that matches, while in IDLE; what came before the call does not count. */
  async arrival(pattern: RegExp): Promise<Arrival> {
    this.#take();
    let line = '';
    const at = await this.#until(String(pattern), (tail) => {
      line = tail.split('\r\n').find((one) => pattern.test(one)) ?? '';
      return line !== '' && tail.endsWith('\r\n');
    });
    this.#take();
    return { line, at };
  }

  async done(): Promise<void> {
    this.#socket.write('DONE\r\n');
    const tag = `B${this.#tag}`;
    await this.#until('DONE', (tail) => isTagged(tail, tag));
    this.#take();
  }

  /** Signs out; resolves when the connection is closed. */
  async close(): Promise<void> {
    if (this.#socket.closed) return;
    const closed = new Promise<void>((resolve) => this.#socket.once('close', () => resolve()));
    this.#socket.end('BYE LOGOUT\r\n');
    const impatient = setTimeout(() => this.#socket.destroy(), CLOSE_MS);
    await closed;
    clearTimeout(impatient);
  }

  #take(): Buffer {
    const data = Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#tail = '';
    return data;
  }

  #until(what: string, isDone: Waiter['isDone']): Promise<number> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#tail !== '' && isDone(this.#tail)) return Promise.resolve(performance.now());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiter = undefined;
        reject(new BenchError(`no answer within ${TIMEOUT_MS / 1000} s: ${what}`));
      }, TIMEOUT_MS);
      this.#waiter = {
        isDone,
        resolve: (at) => {
          clearTimeout(timer);
          resolve(at);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(new BenchError(`${what}: ${error.message}`, { cause: error }));
        },
      };
    });
  }

  #onData(chunk: Buffer): void {
    this.#chunks.push(chunk);
    const end = chunk.toString('latin1', Math.max(0, chunk.length - TAIL_CHARS));
    this.#tail = end.length < TAIL_CHARS ? (this.#tail + end).slice(-TAIL_CHARS) : end;
    const waiter = this.#waiter;
    if (!waiter?.isDone(this.#tail)) return;
    this.#waiter = undefined;
    waiter.resolve(performance.now());
  }

  #fail(error: Error): void {
    this.#failure ??= new BenchError(error.message, { cause: error });
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.reject(this.#failure);
  }
}

/** Whether the tail holds the whole tagged line. */
function isTagged(tail: string, tag: string): boolean {
  const at = tail.startsWith(`${tag} `) ? 0 : tail.lastIndexOf(`\r\n${tag} `);
  return at >= 0 && tail.indexOf('\r\n', at + 2) >= 0;
}
