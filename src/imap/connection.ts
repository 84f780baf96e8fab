// One client connection: read → dispatch → write, one command at a time, until somebody ends it.
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Core } from '../core/core.js';
import type { Logger } from '../lib/logger.js';
import type { Conversation } from './command.js';
import { type CommandReader, createCommandReader } from './command-reader.js';
import { capabilitiesFor } from './commands/index.js';
import { dispatch } from './dispatch.js';
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
/** How long one client's pipelined commands may hold the event loop, ms. */
const TURN_MS = 8;

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
  #commands: CommandReader;
  #reply: Reply;
  #isTls: boolean;
  #commandCount = 0;
  #turnSince = performance.now();
  #badInARow = 0;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#options = options;
    this.#socket = socket;
    this.#isTls = options.isTls;
    this.remoteAddress = socket.remoteAddress ?? 'unknown';
    this.#reply = createReply(socket);
    this.#reader = createByteReader(socket, () => this.#reply.flush());
    this.#commands = createCommandReader(this.#reader, this.#reply);
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
    // Answers go out when the reader has to wait; a client that takes none of them is not read either.
    if (this.#reply.isFull) await this.#reply.drain();
    await this.#yieldTurn();
    const command = await this.#commands.next({
      ...this.#limits,
      mayStream: this.#session.state.kind !== 'notAuthenticated',
    });
    if (command === undefined) return false;
    if (command.kind === 'refused') return this.#count('bad');
    if (++this.#commandCount > this.#limits.commands) throw new ByeError('too many commands before login');
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
      command.text,
    );
    this.#count(outcome);
    await this.#commands.skipUnread();
    this.#socket.setTimeout(this.#limits.idleMs);
    if (this.#session.startTls) await this.#startTls();
    if (this.#session.loggedOut) await this.#reply.drain();
    return !this.#session.loggedOut;
  }

  #count(outcome: 'ok' | 'no' | 'bad'): true {
    this.#badInARow = outcome === 'bad' ? this.#badInARow + 1 : 0;
    if (this.#badInARow >= this.#limits.badCommands) throw new ByeError('too many bad commands');
    return true;
  }

  /** A hundred commands may come in one packet: the others get their turn between them. */
  async #yieldTurn(): Promise<void> {
    if (performance.now() - this.#turnSince < TURN_MS) return;
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#turnSince = performance.now();
  }

  readonly #conversation: Conversation = {
    ask: async (text) => {
      this.#reply.raw(`+ ${text}\r\n`);
      this.#reply.flush();
      return this.#conversation.line();
    },
    line: () => this.#commands.line(),
    bytes: (n) => this.#commands.bytes(n),
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
    this.#reply = createReply(secured);
    this.#reader = createByteReader(secured, () => this.#reply.flush());
    this.#commands = createCommandReader(this.#reader, this.#reply);
    this.#armSocket();
  }
}
