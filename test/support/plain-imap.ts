// A tiny IMAP client for tests: sends lines, collects answers, knows nothing. It shares no code with the gateway or with
// imapflow, so that what it sees is what a server really said. Text is latin1: one char a byte.
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface PlainImapOptions {
  readonly host: string;
  readonly port: number;
  /** Implicit TLS; certificates are not checked. */
  readonly tls?: boolean;
  readonly timeoutMs?: number;
}

export interface PlainReply {
  readonly status: string;
  /** After the status word. */
  readonly text: string;
  /** The untagged responses before it, each with its literals in place. */
  readonly untagged: readonly string[];
}

export interface PlainMessage {
  readonly uid: number;
  readonly flags: readonly string[];
  readonly body: string;
}

export class PlainImap {
  greeting = '';
  #socket: Socket;
  #buffer = '';
  #tag = 0;
  #wake: (() => void) | undefined;
  #ended = false;
  readonly #timeoutMs: number;

  private constructor(socket: Socket, timeoutMs: number) {
    this.#socket = socket;
    this.#timeoutMs = timeoutMs;
    // A literal goes out in two writes: the second would wait for the acknowledgement of the first.
    socket.setNoDelay(true);
    this.#listen(socket);
  }

  static async connect({ host, port, tls = false, timeoutMs = 30_000 }: PlainImapOptions): Promise<PlainImap> {
    const socket = tls ? connectTls({ host, port, rejectUnauthorized: false }) : connectTcp({ host, port });
    const client = new PlainImap(socket, timeoutMs);
    client.greeting = await client.read();
    return client;
  }

  /** Connects and logs in. */
  static async login(
    options: PlainImapOptions & { readonly user: string; readonly password: string },
  ): Promise<PlainImap> {
    const client = await PlainImap.connect(options);
    await client.ok(`LOGIN ${quote(options.user)} ${quote(options.password)}`);
    return client;
  }

  /** Sends a command; bytes go as a literal after the server's `+`. Resolves with the tagged answer, whatever it is. */
  async command(...parts: readonly (string | Uint8Array)[]): Promise<PlainReply> {
    this.#tag += 1;
    const tag = `P${this.#tag}`;
    const untagged: string[] = [];
    let line = `${tag} `;
    for (const part of parts) {
      if (typeof part === 'string') {
        line += part;
        continue;
      }
      this.send(`${line}{${part.byteLength}}`);
      const early = await this.#collect(tag, untagged, true);
      if (early) return early;
      this.sendBytes(part);
      line = '';
    }
    this.send(line);
    const reply = await this.#collect(tag, untagged, false);
    if (!reply) throw new Error('a continuation that nobody asked for');
    return reply;
  }

  /** The same, and throws unless the answer is OK. */
  async ok(...parts: readonly (string | Uint8Array)[]): Promise<PlainReply> {
    const reply = await this.command(...parts);
    if (reply.status !== 'OK') throw new Error(`${String(parts[0]).slice(0, 80)}: ${reply.status} ${reply.text}`);
    return reply;
  }

  /** A line as it is, CRLF added. */
  send(line: string): void {
    this.#socket.write(`${line}\r\n`, 'latin1');
  }

  sendBytes(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** The next response, its literals in place, without the last CRLF. */
  async read(timeoutMs = this.#timeoutMs): Promise<string> {
    const until = Date.now() + timeoutMs;
    for (;;) {
      const end = responseEnd(this.#buffer);
      if (end >= 0) {
        const response = this.#buffer.slice(0, end - 2);
        this.#buffer = this.#buffer.slice(end);
        return response;
      }
      if (this.#ended)
        throw new Error(`the server closed the connection; left over: ${JSON.stringify(this.#buffer.slice(0, 200))}`);
      await this.#more(until - Date.now());
    }
  }

  /** Reads untagged responses until one matches. */
  async readUntil(pattern: RegExp, timeoutMs = this.#timeoutMs): Promise<string> {
    const until = Date.now() + timeoutMs;
    for (;;) {
      const response = await this.read(until - Date.now());
      if (pattern.test(response)) return response;
    }
  }

  async startTls(): Promise<void> {
    await this.ok('STARTTLS');
    const plain = this.#socket;
    plain.removeAllListeners();
    this.#socket = connectTls({ socket: plain, rejectUnauthorized: false });
    this.#listen(this.#socket);
  }

  /** UID of the new message where the server has UIDPLUS. */
  async append(
    name: string,
    bytes: Uint8Array,
    flags: readonly string[] = [],
    date?: string,
  ): Promise<number | undefined> {
    const head = `APPEND ${quote(name)} (${flags.join(' ')}) ${date === undefined ? '' : `"${date}" `}`;
    const { text } = await this.ok(head, bytes);
    const uid = /\[APPENDUID \d+ (\d+)\]/i.exec(text)?.[1];
    return uid === undefined ? undefined : Number(uid);
  }

  /** Everything in a mailbox, read with EXAMINE. */
  async messages(name: string): Promise<PlainMessage[]> {
    const { untagged } = await this.ok(`EXAMINE ${quote(name)}`);
    if (untagged.some((line) => /^\* 0 EXISTS/i.test(line))) return [];
    const fetched = await this.ok('FETCH 1:* (UID FLAGS BODY.PEEK[])');
    return fetched.untagged
      .map(messageOf)
      .filter((message) => message !== undefined)
      .sort((a, b) => a.uid - b.uid);
  }

  close(): void {
    this.#socket.destroy();
  }

  #listen(socket: Socket): void {
    socket.setEncoding('latin1');
    const wake = () => {
      this.#wake?.();
    };
    socket.on('data', (text: string) => {
      this.#buffer += text;
      wake();
    });
    socket.on('error', wake);
    socket.on('close', () => {
      this.#ended = true;
      wake();
    });
  }

  async #collect(tag: string, untagged: string[], untilContinue: boolean): Promise<PlainReply | undefined> {
    for (;;) {
      const response = await this.read();
      if (untilContinue && response.startsWith('+')) return undefined;
      if (response.startsWith(`${tag} `)) {
        const [, status = '', text = ''] = /^\S+ (\S+) ?([\s\S]*)$/.exec(response) ?? [];
        return { status: status.toUpperCase(), text, untagged };
      }
      untagged.push(response);
    }
  }

  #more(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the server did not answer')), Math.max(0, ms));
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
    });
  }
}

/** Where the first complete response ends (behind its CRLF), or -1. */
function responseEnd(text: string): number {
  let from = 0;
  for (;;) {
    const lineEnd = text.indexOf('\r\n', from);
    if (lineEnd < 0) return -1;
    const literal = /\{(\d+)\}$/.exec(text.slice(Math.max(from, lineEnd - 20), lineEnd));
    if (!literal) return lineEnd + 2;
    from = lineEnd + 2 + Number(literal[1]);
    if (from > text.length) return -1;
  }
}

function messageOf(line: string): PlainMessage | undefined {
  const uid = /\bUID (\d+)/.exec(line)?.[1];
  const flags = /\bFLAGS \(([^)]*)\)/.exec(line)?.[1];
  const body = /BODY\[\] (?:\{(\d+)\}\r\n|"((?:[^"\\]|\\.)*)")/i.exec(line);
  if (uid === undefined || flags === undefined || !body) return undefined;
  const start = body.index + body[0].length;
  const text =
    body[1] === undefined ? (body[2] ?? '').replace(/\\(.)/g, '$1') : line.slice(start, start + Number(body[1]));
  return {
    uid: Number(uid),
    flags: flags.split(' ').filter((flag) => flag !== '' && flag.toLowerCase() !== '\\recent'),
    body: text,
  };
}

/** An IMAP quoted string. */
export const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** Modified UTF-7 (RFC 9051 §A.1), written out plainly. */
export function encodeMailboxName(name: string): string {
  return name.replace(/&|[^\u0020-\u007e]+/g, (run) => {
    if (run === '&') return '&-';
    const bytes = Buffer.alloc(run.length * 2);
    for (let i = 0; i < run.length; i += 1) bytes.writeUInt16BE(run.charCodeAt(i), i * 2);
    return `&${bytes.toString('base64').replace(/=+$/, '').replaceAll('/', ',')}-`;
  });
}

/** Back to Unicode. */
export function decodeMailboxName(name: string): string {
  return name.replace(/&([^-]*)-/g, (_, run: string) => {
    if (run === '') return '&';
    const bytes = Buffer.from(run.replaceAll(',', '/'), 'base64');
    return Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2)))
      .swap16()
      .toString('utf16le');
  });
}
