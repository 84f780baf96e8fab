// A mail client that is nothing but a socket: what it sends is what the test wrote, what it reads is what came.
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { constants, createDeflateRaw, createInflateRaw, type DeflateRaw } from 'node:zlib';
import { inTime } from './in-time.js';

/** A command's answer: whole lines (CRLF-separated, literals not taken apart), one char a byte. */
export interface Answer {
  readonly untagged: readonly string[];
  /** After the tag: `OK …`, `NO …`, `BAD …`. */
  readonly status: string;
}

export class ImapClient {
  #socket: Socket | TLSSocket;
  #buffer = '';
  #ended = false;
  #wake: (() => void) | undefined;
  #tags = 0;
  #deflate: DeflateRaw | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
  }

  static async connect(port: number, tls = false): Promise<ImapClient> {
    const socket = tls
      ? connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false })
      : connect({ host: '127.0.0.1', port });
    // The client hangs up in many tests: that is no error of theirs.
    socket.on('error', () => undefined);
    await inTime(
      new Promise<void>((resolve, reject) => {
        socket.once(tls ? 'secureConnect' : 'connect', resolve);
        socket.once('error', reject);
      }),
      'no connection',
    );
    return new ImapClient(socket);
  }

  #listen(): void {
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (chunk: Buffer) => {
      this.#buffer += chunk.toString('latin1');
      this.#signal();
    });
    const end = () => {
      this.#ended = true;
      this.#signal();
    };
    for (const event of ['end', 'close', 'error']) this.#socket.on(event, end);
  }

  #signal(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  get socket(): Socket {
    return this.#socket;
  }

  /** Bytes as they are, one char a byte. */
  send(text: string): void {
    this.sendBytes(Buffer.from(text, 'latin1'));
  }

  sendBytes(bytes: Uint8Array): void {
    if (!this.#deflate) this.#socket.write(bytes);
    else {
      this.#deflate.write(bytes);
      this.#deflate.flush(constants.Z_SYNC_FLUSH);
    }
  }

  /** One packet a byte. */
  async sendBytewise(text: string): Promise<void> {
    for (const char of text) {
      await new Promise<void>((resolve) => this.#socket.write(Buffer.from(char, 'latin1'), () => resolve()));
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  /** The next line without its CRLF; undefined at the end of the connection. */
  async line(ms?: number): Promise<string | undefined> {
    for (;;) {
      const end = this.#buffer.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#buffer.slice(0, end);
        this.#buffer = this.#buffer.slice(end + 2);
        return line;
      }
      if (this.#ended) return undefined;
      await inTime(this.#more(), `no further line (so far ${JSON.stringify(this.#buffer.slice(0, 200))})`, ms);
    }
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** The server has closed the connection. */
  get ended(): boolean {
    return this.#ended;
  }

  /** What has come and has not been read. */
  get unread(): string {
    return this.#buffer;
  }

  async greeting(): Promise<string> {
    return (await this.line()) ?? '';
  }

  /** Sends a command under a tag of its own and reads to its tagged answer. */
  async command(text: string): Promise<Answer> {
    const tag = this.start(text);
    return this.finish(tag);
  }

  /** Sends a command and returns its tag. */
  start(text: string): string {
    const tag = `t${++this.#tags}`;
    this.send(`${tag} ${text}\r\n`);
    return tag;
  }

  async finish(tag: string): Promise<Answer> {
    const untagged: string[] = [];
    for (;;) {
      const line = await this.line();
      if (line === undefined) throw new Error(`the connection ended before ${tag} was answered: ${untagged.join('|')}`);
      if (line.startsWith(`${tag} `)) return { untagged, status: line.slice(tag.length + 1) };
      untagged.push(line);
    }
  }

  /** A command that must be answered OK; returns the untagged lines. */
  async ok(text: string): Promise<readonly string[]> {
    const { untagged, status } = await this.command(text);
    if (!status.startsWith('OK')) throw new Error(`${text}: ${status}`);
    return untagged;
  }

  /** After STARTTLS was answered OK. */
  async startTls(): Promise<void> {
    const plain = this.#socket;
    // Its end is the TLS socket's, once that has given out what came before.
    for (const event of ['data', 'end', 'close']) plain.removeAllListeners(event);
    const secured = connectTls({ socket: plain, rejectUnauthorized: false });
    secured.on('error', () => undefined);
    await inTime(new Promise<void>((resolve) => secured.once('secureConnect', resolve)), 'no TLS handshake');
    this.#socket = secured;
    this.#listen();
  }

  /** After COMPRESS was answered OK. */
  compress(): void {
    const inflate = createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH });
    this.#deflate = createDeflateRaw();
    this.#deflate.pipe(this.#socket);
    for (const event of ['data', 'end', 'close', 'error']) this.#socket.removeAllListeners(event);
    this.#socket.on('error', () => inflate.end());
    this.#socket.on('close', () => inflate.end());
    const end = () => {
      this.#ended = true;
      this.#signal();
    };
    for (const event of ['end', 'close', 'error']) inflate.on(event, end);
    inflate.on('data', (chunk: Buffer) => {
      this.#buffer += chunk.toString('latin1');
      this.#signal();
    });
    if (this.#buffer !== '') inflate.write(Buffer.from(this.#buffer, 'latin1'));
    this.#buffer = '';
    this.#socket.pipe(inflate);
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
