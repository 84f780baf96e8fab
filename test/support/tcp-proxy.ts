// Stands between the gateway's upstream connector and a server (demo or real), and does to the connection what networks
// and broken servers do: cuts it at a chosen byte, delays, throttles, half-closes, hangs, changes what the server says.
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** One response of the server's (with its literals, CRLF included, one char a byte) → what the client gets; '' is nothing. */
export type Rewrite = (response: string) => string;

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** Bytes it has brought, both ways. */
  carried: number;
  isFrozen: boolean;
}

const NEVER = Number.POSITIVE_INFINITY;

export class TcpProxy {
  /** Each way: half of the round trip. */
  delayMs = 0;
  /** Of the server's answers. */
  bytesPerSecond = NEVER;
  /** Every connection is cut when it has brought so many, both ways. */
  bytesPerConnection = NEVER;
  /** Of whole responses, on all connections, from now on; undefined: bytes pass as they are. */
  rewrite: Rewrite | undefined;
  /** Connections accepted since the start. */
  connections = 0;
  /** Bytes carried since the last `cutAt` (or the start), in both directions together. */
  carried = 0;
  /** The cut that was ordered last has been made. */
  hasCut = false;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  readonly #waiting = new Set<() => void>();
  #cutAt = NEVER;
  #isHanging = false;
  #isDown = false;

  private constructor(targetPort: number) {
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#accept(client, targetPort));
  }

  static async start(targetPort: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(targetPort);
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject);
      proxy.#server.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Cuts the connection that carries the n-th byte from now on (1 is the next) right behind it; what came before arrives. */
  cutAt(n: number): void {
    this.#cutAt = n;
    this.carried = 0;
    this.hasCut = false;
  }

  /** Nothing is done to the connections any more, but for those that are gone. */
  calm(): void {
    this.#cutAt = NEVER;
    this.delayMs = 0;
    this.bytesPerSecond = NEVER;
    this.bytesPerConnection = NEVER;
    this.rewrite = undefined;
    this.#isHanging = false;
    this.#isDown = false;
    for (const go of [...this.#waiting]) go();
  }

  /** Nothing passes on any connection, old or new; all stay open. */
  hang(): void {
    this.#isHanging = true;
  }

  /** What is open now brings nothing any more, and nobody is told (a NAT that forgot); new connections are well. */
  freeze(): void {
    for (const pair of this.#pairs) pair.isFrozen = true;
  }

  /** The server's side of every connection is finished (FIN); what the client sends still arrives. */
  halfClose(): void {
    for (const { client } of this.#pairs) client.end();
  }

  /** To every client, as if the server had said it. */
  say(text: string): void {
    for (const { client } of this.#pairs) client.write(text, 'latin1');
  }

  /** Ends every connection at once. */
  cut(): void {
    for (const pair of this.#pairs) end(pair);
  }

  /** From now on every connection ends as soon as it is made. */
  down(): void {
    this.#isDown = true;
    this.cut();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.cut();
    await closed;
  }

  #accept(client: Socket, targetPort: number): void {
    this.connections += 1;
    const server = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true });
    const pair: Pair = { client, server, carried: 0, isFrozen: false };
    this.#pairs.add(pair);
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on('error', () => end(pair));
      socket.on('close', () => {
        end(pair);
        this.#pairs.delete(pair);
      });
    }
    if (this.#isDown) {
      end(pair);
      return;
    }
    void this.#carry(pair, client, server, (chunk) => chunk);
    const responses = createResponses();
    void this.#carry(pair, server, client, (chunk) => responses(chunk, this.rewrite), true);
  }

  /** One direction of one connection, in order; ends with the connection, and never throws. */
  async #carry(pair: Pair, from: Socket, to: Socket, change: (chunk: Buffer) => Buffer, isDown = false): Promise<void> {
    try {
      for await (const { chunk, at } of arrivals(from)) {
        if (this.delayMs > 0) await rest(at + this.delayMs - performance.now());
        const changed = change(chunk);
        if (!isDown || this.bytesPerSecond === NEVER) await this.#deliver(pair, to, changed);
        else await this.#trickle(pair, to, changed);
      }
      to.end();
    } catch {
      end(pair);
    }
  }

  async #trickle(pair: Pair, to: Socket, bytes: Buffer): Promise<void> {
    for (let i = 0; i < bytes.length; ) {
      const step = Math.max(1, Math.min(bytes.length, Math.floor(this.bytesPerSecond / 50)));
      await this.#deliver(pair, to, bytes.subarray(i, i + step));
      if (this.bytesPerSecond !== NEVER) await rest(20);
      i += step;
    }
  }

  async #deliver(pair: Pair, to: Socket, bytes: Buffer): Promise<void> {
    while (this.#isHanging || pair.isFrozen) await this.#released(pair);
    const left = this.#cutAt - this.carried;
    this.carried += bytes.length;
    pair.carried += bytes.length;
    if (pair.carried > this.bytesPerConnection) throw new Error('enough');
    if (left > bytes.length || left <= 0) return write(to, bytes);
    this.hasCut = true;
    this.#cutAt = NEVER;
    await write(to, bytes.subarray(0, left));
    throw new Error('cut');
  }

  /** Resolves when nobody hangs any more. @throws {Error} when the connection has ended */
  #released({ client, server }: Pair): Promise<void> {
    return new Promise((resolve, reject) => {
      const over = () => {
        this.#waiting.delete(over);
        for (const socket of [client, server]) socket.off('close', over);
        if (client.destroyed || server.destroyed) reject(new Error('the connection has ended'));
        else resolve();
      };
      this.#waiting.add(over);
      for (const socket of [client, server]) socket.once('close', over);
    });
  }
}

function end({ client, server }: Pair): void {
  client.destroy();
  server.destroy();
}

const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

const write = (to: Socket, bytes: Buffer): Promise<void> =>
  new Promise((resolve, reject) => {
    if (bytes.length === 0) resolve();
    else to.write(bytes, (error) => (error ? reject(error) : resolve()));
  });

const MAX_UNDER_WAY = 8 * 1024 * 1024;

/** What a socket brings, and when it came; ends with its end. @throws {Error} when it closes without one */
async function* arrivals(socket: Socket): AsyncGenerator<{ chunk: Buffer; at: number }> {
  const queue: { chunk: Buffer; at: number }[] = [];
  let bytes = 0;
  let hasEnded = false;
  let hasClosed = false;
  let wake = (): void => undefined;
  socket.on('data', (chunk: Buffer) => {
    queue.push({ chunk, at: performance.now() });
    bytes += chunk.length;
    if (bytes > MAX_UNDER_WAY) socket.pause();
    wake();
  });
  socket.on('end', () => {
    hasEnded = true;
    wake();
  });
  socket.on('close', () => {
    hasClosed = true;
    wake();
  });
  for (;;) {
    const piece = queue.shift();
    if (piece) {
      bytes -= piece.chunk.length;
      if (bytes <= MAX_UNDER_WAY && socket.isPaused()) socket.resume();
      yield piece;
    } else if (hasEnded) return;
    else if (hasClosed) throw new Error('the connection has ended');
    else
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  }
}

/** Puts whole responses together while somebody wants to change them. */
function createResponses(): (chunk: Buffer, rewrite: Rewrite | undefined) => Buffer {
  let buffer = '';
  return (chunk, rewrite) => {
    if (!rewrite && buffer === '') return chunk;
    buffer += chunk.toString('latin1');
    let out = '';
    for (let length = responseLength(buffer); length > 0; length = responseLength(buffer)) {
      const response = buffer.slice(0, length);
      buffer = buffer.slice(length);
      out += rewrite ? rewrite(response) : response;
    }
    if (!rewrite) {
      out += buffer;
      buffer = '';
    }
    return Buffer.from(out, 'latin1');
  };
}

/** Of the first whole response, its literals and last CRLF included; 0 when it is not complete. */
function responseLength(text: string): number {
  for (let from = 0; ; ) {
    const lineEnd = text.indexOf('\r\n', from);
    if (lineEnd < 0) return 0;
    const literal = /\{(\d+)\}$/.exec(text.slice(Math.max(from, lineEnd - 20), lineEnd));
    if (!literal) return lineEnd + 2;
    from = lineEnd + 2 + Number(literal[1]);
    if (from > text.length) return 0;
  }
}
