// One client connection: read → dispatch → write, one command at a time, until somebody ends it.
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Core } from '../core/core.js';
import type { Logger } from '../lib/logger.js';
import type { Conversation } from './command.js';
import { capabilitiesFor } from './commands/index.js';
import { commandOf, dispatch } from './dispatch.js';
import { ByeError, oneLine } from './errors.js';
import { createReply, type Reply } from './reply.js';
import type { Session, SessionState } from './session.js';
import { type ByteReader, createByteReader } from './wire/byte-reader.js';

export interface ConnectionOptions {
  readonly core: Core;
  readonly logger: Logger;
  readonly isTls: boolean;
  readonly canStartTls: boolean;
  readonly plaintextAllowed: boolean;
  /** Wraps the socket after STARTTLS. */
  secure(socket: Socket): TLSSocket;
}

export interface Connection {
  readonly info: ConnectionInfo;
  /** Resolves when the connection has ended; never rejects. */
  readonly done: Promise<void>;
  /** `* BYE text`, then close. */
  close(text: string): void;
}

export interface ConnectionInfo {
  readonly remoteAddress: string;
  readonly since: number;
  readonly user: string | undefined;
  readonly mailbox: string | undefined;
  readonly client: string | undefined;
  readonly isTls: boolean;
}

// providers.md §13.29
const BEFORE_LOGIN = { lineBytes: 8 * 1024, literalBytes: 4 * 1024, idleMs: 60_000, badCommands: 20, commands: 50 };
const AFTER_LOGIN = {
  lineBytes: 64 * 1024,
  literalBytes: 64 * 1024,
  idleMs: 31 * 60_000,
  badCommands: 100,
  commands: Number.POSITIVE_INFINITY,
};
/** A literal that is refused but already on its way is read and thrown away up to this size; beyond it, BYE. */
const DISCARD_BYTES = 1024 * 1024;

export function startConnection(socket: Socket, options: ConnectionOptions): Connection {
  const connection = new ConnectionRun(socket, options);
  return { info: connection, done: connection.run(), close: (text) => connection.bye(text) };
}

class ConnectionRun implements ConnectionInfo {
  readonly since = Date.now();
  readonly remoteAddress: string;
  readonly #options: ConnectionOptions;
  readonly #session: Session;
  readonly #abort = new AbortController();
  #socket: Socket;
  #reader: ByteReader;
  #reply: Reply;
  #isTls: boolean;
  #commands = 0;
  #badInARow = 0;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#options = options;
    this.#socket = socket;
    this.#isTls = options.isTls;
    this.remoteAddress = socket.remoteAddress ?? 'unknown';
    this.#reader = createByteReader(socket);
    this.#reply = createReply(socket);
    this.#session = this.#makeSession();
    this.#armSocket();
  }

  #makeSession(): Session {
    const self = this;
    const { options } = { options: this.#options };
    return {
      state: { kind: 'notAuthenticated' } as SessionState,
      remoteAddress: this.remoteAddress,
      get isTls() {
        return self.#isTls;
      },
      get mayLogIn() {
        return self.#isTls || options.plaintextAllowed;
      },
      get canStartTls() {
        return options.canStartTls && !self.#isTls;
      },
      enabled: new Set(),
      clientName: undefined,
      capabilities() {
        return capabilitiesFor(this).join(' ');
      },
      startTls: false,
      loggedOut: false,
    };
  }

  get user(): string | undefined {
    const { state } = this.#session;
    return state.kind === 'notAuthenticated' ? undefined : state.device.name;
  }

  get mailbox(): string | undefined {
    const { state } = this.#session;
    return state.kind === 'selected' ? this.#options.core.mailboxes.get(state.selected.mailboxId)?.path : undefined;
  }

  get client(): string | undefined {
    return this.#session.clientName;
  }

  get isTls(): boolean {
    return this.#isTls;
  }

  get #limits() {
    return this.#session.state.kind === 'notAuthenticated' ? BEFORE_LOGIN : AFTER_LOGIN;
  }

  #armSocket(): void {
    this.#socket.setNoDelay(true);
    this.#socket.setKeepAlive(true, 120_000);
    this.#socket.setTimeout(this.#limits.idleMs, () => this.bye('you have been idle for too long'));
    this.#socket.once('close', () => this.#abort.abort());
  }

  bye(text: string): void {
    this.#reply.untagged(`BYE ${oneLine(text)}`);
    this.#reply.flush();
    this.#abort.abort();
    this.#socket.end();
    // A client that neither reads nor closes does not hold us up.
    setTimeout(() => this.#socket.destroy(), 2_000).unref();
  }

  async run(): Promise<void> {
    try {
      this.#reply.untagged(`OK [CAPABILITY ${this.#session.capabilities()}] mail gateway ready`);
      this.#reply.flush();
      while (!this.#abort.signal.aborted && (await this.#step()));
    } catch (error) {
      if (error instanceof ByeError) this.bye(error.message);
      else this.#options.logger.error({ err: error }, 'connection failed unexpectedly');
    } finally {
      this.#abort.abort();
      this.#reply.flush();
      this.#socket.end();
      if (!this.#session.loggedOut) setTimeout(() => this.#socket.destroy(), 1_000).unref();
    }
  }

  /** One command; false when the connection is over. */
  async #step(): Promise<boolean> {
    if (!this.#reader.hasBuffered()) await this.#reply.drain();
    const line = await this.#command();
    if (line === undefined) return false;
    if (line === '') return true;
    if (++this.#commands > this.#limits.commands) throw new ByeError('too many commands before login');
    const { core, logger } = this.#options;
    const outcome = await dispatch(
      {
        session: this.#session,
        core,
        logger,
        reply: this.#reply,
        conversation: this.#conversation,
        signal: this.#abort.signal,
      },
      line,
    );
    this.#badInARow = outcome === 'bad' ? this.#badInARow + 1 : 0;
    if (this.#badInARow >= this.#limits.badCommands) throw new ByeError('too many bad commands');
    this.#socket.setTimeout(this.#limits.idleMs);
    if (this.#session.startTls) await this.#startTls();
    if (this.#session.loggedOut) await this.#reply.drain();
    return !this.#session.loggedOut;
  }

  /** A command's line with its literals in place; '' for one that has been answered already; undefined at the end. */
  async #command(): Promise<string | undefined> {
    let text = '';
    for (;;) {
      const line = await this.#reader.line(this.#limits.lineBytes);
      if (line === undefined) return undefined;
      if (
        line.kind === 'tooLong' ||
        text.length + line.text.length > this.#limits.lineBytes + this.#limits.literalBytes
      ) {
        return this.#refuse(text, 'BAD the command is too long');
      }
      text += line.text;
      const literal = /(~?)\{(\d{1,10})(\+?)\}$/.exec(text);
      if (!literal || this.#isStreamed(text)) return text;
      const sizeBytes = Number(literal[2]);
      const isSynchronising = literal[3] === '';
      if (sizeBytes > this.#limits.literalBytes) return this.#refuseLiteral(text, sizeBytes, isSynchronising);
      if (isSynchronising) {
        this.#reply.raw('+ go ahead\r\n');
        this.#reply.flush();
      }
      const bytes = await this.#reader.text(sizeBytes);
      if (bytes === undefined) return undefined;
      text += `\r\n${bytes}`;
    }
  }

  /** APPEND's message is read by the command itself; its mailbox may be a literal too (RFC 9051 §6.3.12). */
  #isStreamed(text: string): boolean {
    if (!commandOf(text)?.streamsLiteral || this.#session.state.kind === 'notAuthenticated') return false;
    return !/^[^ ]+ +[A-Za-z]+ +~?\{\d+\+?\}$/.test(text);
  }

  #refuse(text: string, status: string): string {
    const tag = /^[^\x00-\x20\x7f-\xff(){%*"\\+]{1,100}(?= )/.exec(text)?.[0] ?? '*';
    this.#reply.raw(`${tag} ${status}\r\n`);
    this.#badInARow++;
    if (this.#badInARow >= this.#limits.badCommands) throw new ByeError('too many bad commands');
    return '';
  }

  async #refuseLiteral(text: string, sizeBytes: number, isSynchronising: boolean): Promise<string | undefined> {
    const refusal = this.#refuse(text, 'BAD [TOOBIG] the literal is too large');
    if (isSynchronising) return refusal;
    if (sizeBytes > DISCARD_BYTES) throw new ByeError('[TOOBIG] the literal is too large');
    for await (const _ of this.#reader.bytes(sizeBytes));
    const rest = await this.#reader.line(this.#limits.lineBytes);
    return rest === undefined ? undefined : '';
  }

  readonly #conversation: Conversation = {
    ask: async (text) => {
      this.#reply.raw(`+ ${text}\r\n`);
      this.#reply.flush();
      return this.#conversation.line();
    },
    line: async () => {
      const line = await this.#reader.line(AFTER_LOGIN.lineBytes);
      return line?.kind === 'line' ? line.text : undefined;
    },
    bytes: (n) => this.#reader.bytes(n),
  };

  async #startTls(): Promise<void> {
    this.#session.startTls = false;
    await this.#reply.drain();
    // Whatever was sent in clear behind STARTTLS is dropped unseen (command injection, CVE-2011-0411 and kin).
    this.#reader.detach();
    this.#socket.removeAllListeners('timeout');
    const secured = this.#options.secure(this.#socket);
    await new Promise<void>((resolve) => {
      secured.once('secure', resolve);
      secured.once('error', () => resolve());
      secured.once('close', () => resolve());
    });
    this.#socket = secured;
    this.#isTls = true;
    this.#reader = createByteReader(secured);
    this.#reply = createReply(secured);
    this.#armSocket();
  }
}
