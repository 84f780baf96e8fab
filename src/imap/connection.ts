// One client connection: read → dispatch → write, one command at a time, until somebody ends it.
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Core } from '../core/core.js';
import type { Logger } from '../lib/logger.js';
import { isOffered } from './capability-mask.js';
import type { Conversation } from './command.js';
import { capabilitiesFor, enableable } from './commands/index.js';
import { compressWire, openWire, untilClosed, type Wire } from './connection-wire.js';
import { dispatch } from './dispatch.js';
import { ByeError, oneLine } from './errors.js';
import { inLanguage } from './language.js';
import { AFTER_LOGIN, BEFORE_LOGIN, LOGGED_OUT_MS, LOGIN_MS } from './limits.js';
import { createNotificationPump, type NotificationPump } from './notify/pump.js';
import type { Session, SessionState } from './session.js';
import { channelBindingOf, handshake } from './tls-socket.js';

export interface ConnectionOptions {
  readonly core: Core;
  readonly logger: Logger;
  readonly isTls: boolean;
  readonly canStartTls: boolean;
  readonly plaintextAllowed: boolean;
  /** What ID tells. */
  readonly version: string | undefined;
  /** How many connections a device may have, when it has so many; else undefined. */
  limitFor(device: string): number | undefined;
  /** COMPRESS is of use here, once there is TLS. */
  readonly compresses: boolean;
  /** After how much silence a command that still runs says so (RFC 9585), ms. */
  readonly progressMs: number | undefined;
  /** Wraps the socket after STARTTLS. */
  secure(socket: Socket): TLSSocket;
}

export interface Connection {
  readonly info: ConnectionInfo;
  /** Resolves when the connection has ended; never rejects. */
  readonly done: Promise<void>;
  /** `* BYE text`, then close. */
  close(text: string): void;
  /** The same without waiting for the client. */
  turnOut(text: string): void;
}

export interface ConnectionInfo {
  readonly remoteAddress: string;
  readonly since: number;
  /** The device that is logged in. */
  readonly user: string | undefined;
  readonly mailbox: string | undefined;
  readonly client: string | undefined;
  readonly isTls: boolean;
}

/** How long one client's pipelined commands may hold the event loop, ms. */
const TURN_MS = 8;

export function startConnection(socket: Socket, options: ConnectionOptions): Connection {
  const connection = new ConnectionRun(socket, options);
  return {
    info: connection,
    done: connection.run(),
    close: (text) => connection.bye(text),
    turnOut: (text) => connection.turnOut(text),
  };
}

class ConnectionRun implements ConnectionInfo {
  readonly since = Date.now();
  readonly remoteAddress: string;
  readonly #options: ConnectionOptions;
  readonly #session: Session;
  readonly #abort = new AbortController();
  #wire: Wire;
  #isTls: boolean;
  readonly #loginTimer: NodeJS.Timeout;
  #isCompressed = false;
  #commandCount = 0;
  #turnSince = performance.now();
  #badInARow = 0;
  readonly #pump: NotificationPump;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#options = options;
    this.#isTls = options.isTls;
    this.remoteAddress = socket.remoteAddress ?? 'unknown';
    this.#session = this.#makeSession();
    this.#pump = createNotificationPump({
      session: this.#session,
      signal: this.#abort.signal,
      reply: () => this.#wire.reply,
      bye: (text) => this.bye(text),
      logger: options.logger,
    });
    this.#wire = this.#open(socket);
    this.#armSocket();
    this.#loginTimer = setTimeout(() => {
      if (this.#session.state.kind === 'notAuthenticated') this.bye('you have not logged in in time');
    }, LOGIN_MS);
    this.#loginTimer.unref();
  }

  #makeSession(): Session {
    const self = this;
    const options = this.#options;
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
      version: options.version,
      limitFor: ({ name }) => options.limitFor(name),
      channelBinding: () => (self.#isTls ? channelBindingOf(self.#wire.socket as TLSSocket) : undefined),
      enabled: new Set(),
      offers(word) {
        const masks =
          this.state.kind === 'notAuthenticated' ? options.core.login.masks() : [this.state.device.withoutCapabilities];
        return masks.some((mask) => isOffered(word, mask));
      },
      canEnable(word) {
        return enableable.has(word) && this.offers(word);
      },
      language: 'i-default',
      clientName: undefined,
      alerts: { last: undefined, ever: new Set() },
      notifier: undefined,
      isIdling: false,
      onDue: () => this.#pump.due(),
      capabilities() {
        return capabilitiesFor(this).join(' ');
      },
      compression: options.isTls && options.compresses ? 'offered' : 'none',
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

  #open(socket: Socket): Wire {
    return openWire(socket, () => this.#limits.readAheadBytes);
  }

  #armSocket(): void {
    this.#wire.socket.setNoDelay(true);
    this.#wire.socket.setKeepAlive(true, 120_000);
    this.#wire.socket.setTimeout(this.#limits.idleMs, () => this.bye('you have been idle for too long'));
    this.#wire.socket.once('close', () => this.#abort.abort());
  }

  bye(text: string): void {
    // In a literal the client would take it for a part of the message.
    if (!this.#wire.reply.isMidLine) {
      this.#wire.reply.untagged(inLanguage(`BYE ${oneLine(text)}`, this.#session.language));
    }
    this.#wire.reply.flush();
    this.#abort.abort();
    this.#wire.end();
    // A client that neither reads nor closes does not hold us up.
    setTimeout(() => this.#wire.socket.destroy(), 2_000).unref();
  }

  turnOut(text: string): void {
    this.bye(text);
    this.#wire.socket.destroySoon();
  }

  async run(): Promise<void> {
    try {
      this.#wire.reply.untagged(`OK [CAPABILITY ${this.#session.capabilities()}] mail gateway ready`);
      this.#wire.reply.flush();
      while (!this.#abort.signal.aborted && (await this.#step()));
    } catch (error) {
      if (error instanceof ByeError) this.bye(error.message);
      else this.#options.logger.error({ err: error }, 'connection failed unexpectedly');
    } finally {
      clearTimeout(this.#loginTimer);
      this.#session.notifier?.close();
      this.#abort.abort();
      this.#wire.reply.flush();
      this.#wire.end();
      await untilClosed(this.#wire.socket, this.#session.loggedOut ? LOGGED_OUT_MS : 1_000);
    }
  }

  /** One command; false when the connection is over. */
  async #step(): Promise<boolean> {
    // Answers go out when the reader has to wait; a client that takes none of them is not read either.
    if (this.#wire.reply.isFull) await this.#wire.reply.drain();
    await this.#yieldTurn();
    this.#pump.release();
    const command = await this.#wire.commands.next({
      ...this.#limits,
      mayStream: this.#session.state.kind !== 'notAuthenticated',
      language: this.#session.language,
    });
    if (command === undefined) return false;
    await this.#pump.hold();
    if (command.kind === 'refused') return this.#count('bad');
    if (++this.#commandCount > this.#limits.commands) throw new ByeError('too many commands before login');
    const { core, logger } = this.#options;
    const outcome = await dispatch(
      {
        session: this.#session,
        core,
        logger,
        reply: this.#wire.reply,
        conversation: this.#conversation,
        signal: this.#abort.signal,
        progressMs: this.#options.progressMs,
      },
      command.text,
    );
    this.#count(outcome);
    await this.#wire.commands.skipUnread();
    this.#wire.socket.setTimeout(this.#limits.idleMs);
    if (this.#session.startTls) return this.#startTls();
    if (this.#session.compression === 'active' && !this.#isCompressed) this.#compress();
    if (this.#session.loggedOut) await this.#wire.reply.drain();
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
    // What took so long has been answered: the client need not wait for the others' turns.
    this.#wire.reply.flush();
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#turnSince = performance.now();
  }

  readonly #conversation: Conversation = {
    ask: async (text) => {
      this.#wire.reply.raw(`+ ${text}\r\n`);
      this.#wire.reply.flush();
      return this.#conversation.line();
    },
    line: () => this.#wire.commands.line(this.#limits.answerBytes),
    literal: (literal) => this.#wire.commands.literal(literal),
    rest: () => this.#wire.commands.rest(),
  };

  #compress(): void {
    this.#isCompressed = true;
    // The last thing in clear is the tagged OK.
    this.#wire.reply.flush();
    this.#wire = compressWire(this.#wire, (text) => this.bye(text));
  }

  /** False when no handshake came of it: then the connection is over. */
  async #startTls(): Promise<boolean> {
    this.#session.startTls = false;
    await this.#wire.reply.drain();
    // Whatever was sent in clear behind STARTTLS is dropped unseen (command injection, CVE-2011-0411 and kin).
    this.#wire.reader.detach();
    this.#wire.socket.removeAllListeners('timeout');
    const secured = this.#options.secure(this.#wire.socket);
    this.#wire = this.#open(secured);
    this.#armSocket();
    const isSecured = await handshake(secured, this.#abort.signal);
    if (!isSecured) secured.destroy();
    this.#isTls = isSecured;
    if (isSecured && this.#options.compresses) this.#session.compression = 'offered';
    return isSecured;
  }
}
