// One command at a time over imapflow. The ONLY file that touches what imapflow keeps internal (2.10.2, pinned exactly):
// `exec()` gives raw tokens and the server's own refusals, which its public methods hide behind decoded objects and
// `false`; `handleResponse()` is where FETCH lines are read by fetch-line.ts instead. The contract suite and
// test/unit/upstream/imap cover every call made here.
import type { ImapFlow, ImapResponse } from 'imapflow';
import type { Logger } from '../../lib/logger.js';
import { UpstreamError } from '../../mail/errors.js';
import type { Traffic } from '../connector.js';
import type { ServerText } from '../providers/index.js';
import { lost, refusal } from './errors.js';
import { parseFetchLine, type RawLine } from './fetch-line.js';
import { responseCodeOf, statusTextOf, type TokenList } from './tokens.js';

type Handler = (response: ImapResponse) => void | Promise<void>;
export type UntaggedHandlers = Readonly<Record<string, Handler>>;

/** A part of a command: text as it goes on the wire (no CR or LF), or bytes that go as a literal. */
export type CommandPart = string | Uint8Array;

/** The tagged OK. */
export interface Reply {
  readonly code: string | undefined;
  readonly args: TokenList;
  readonly text: string;
}

export interface RunOptions {
  /** By response name; `CAPABILITY` and the like stay with imapflow unless named here. */
  readonly untagged?: UntaggedHandlers;
  /** The server's `+`. It must not wait for anything the server says later. */
  readonly onContinue?: () => void;
  /** The command changes something upstream: if its answer is lost, its outcome is unknown. */
  readonly writes?: boolean;
  /** While this answers true, silence is what we expect (IDLE). */
  readonly quiet?: () => boolean;
  /** Shorter than the connection's own deadline, for what is answered at once by any server that is still there. */
  readonly deadlineMs?: number;
}

/** What we use of imapflow beyond its types. */
interface Internals {
  exec(
    command: string,
    attributes: readonly unknown[],
    options: { untagged: UntaggedHandlers; onPlusTag?: Handler; onSend: () => void },
  ): Promise<{ response: ImapResponse; next: () => void }>;
  throttleWait(delay: number): Promise<boolean>;
  handleResponse(line: RawLine): Promise<boolean>;
  write(text: string): void;
  writeSocket: NodeJS.WritableStream;
}

interface ExecFailure {
  readonly code?: string;
  readonly message?: string;
  readonly response?: ImapResponse;
  readonly responseStatus?: string;
  readonly responseText?: string;
}

const FETCH_TOKEN = { type: 'ATOM', value: 'FETCH' };
const LOGOUT_MS = 3_000;

export class Wire {
  /** Resolves when the connection is gone, whoever ended it. */
  readonly closed: Promise<void>;
  /** Handlers that hold for every command (the selected source's view). */
  defaults: UntaggedHandlers = {};
  readonly #client: ImapFlow;
  readonly #internals: Internals;
  readonly #timeoutMs: number;
  readonly #logger: Logger;
  readonly #texts: readonly ServerText[];
  #isClosed = false;
  #death: string | undefined;
  /** Consumers that are working on what came; the server is not to blame for that silence. */
  #working = 0;
  #written = 0;
  /** Of the command that is on the wire. */
  #onFetch: Handler | undefined;

  constructor(client: ImapFlow, commandTimeoutMs: number, logger: Logger, texts: readonly ServerText[]) {
    this.#texts = texts;
    this.#client = client;
    this.#internals = client as unknown as Internals;
    this.#timeoutMs = commandTimeoutMs;
    this.#logger = logger;
    this.#readFetchLines();
    this.closed = new Promise((resolve) => {
      client.once('close', () => {
        this.#isClosed = true;
        resolve();
      });
    });
    client.on('error', (error: Error) => {
      this.#death ??= error.message;
      this.destroy(error.message);
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Sends a command and waits for its tagged OK.
   * @throws {UpstreamError} for NO, BAD, a lost connection or no sign of life for the deadline; and whatever a handler threw.
   */
  async run(command: string, args: readonly CommandPart[] = [], options: RunOptions = {}): Promise<Reply> {
    if (this.#isClosed) throw lost('the connection is closed');
    const failures: unknown[] = [];
    const untagged = this.#guarded({ ...this.defaults, ...options.untagged }, failures);
    const { onContinue } = options;
    let sent = false;
    const stopWatching = this.#watch(command, options);
    const startedAt = performance.now();
    try {
      const { response, next } = await this.#internals.exec(command, args.map(attributeOf), {
        untagged,
        ...(onContinue ? { onPlusTag: () => onContinue() } : {}),
        onSend: () => {
          sent = true;
          this.#onFetch = untagged.FETCH;
        },
      });
      next();
      if (failures.length > 0) throw failures[0];
      const code = responseCodeOf(response);
      return { code: code?.code, args: code?.args ?? [], text: statusTextOf(response) };
    } catch (error) {
      throw failures.length > 0 ? failures[0] : this.#errorOf(command, error, sent && options.writes === true);
    } finally {
      stopWatching();
      this.#logger.debug({ command, ms: Math.round(performance.now() - startedAt) }, 'upstream command');
    }
  }

  /** imapflow does not see the literals that go past it. */
  traffic(): Traffic {
    const { received, sent } = this.#client.stats();
    return { received, sent: sent + this.#written };
  }

  /** Writes a line outside any command (DONE). */
  line(text: string): void {
    if (!this.#isClosed) this.#internals.write(text);
  }

  /** Writes bytes of a literal; resolves when the socket takes more. @throws {UpstreamError} when the connection is gone */
  async bytes(data: Uint8Array): Promise<void> {
    if (this.#isClosed) throw this.#lost(this.#death ?? 'the connection was lost', true);
    this.#written += data.byteLength;
    const socket = this.#internals.writeSocket;
    if (socket.write(data)) return;
    await Promise.race([new Promise<void>((resolve) => socket.once('drain', resolve)), this.closed]);
    if (this.#isClosed) throw this.#lost(this.#death ?? 'the connection was lost', true);
    this.#written += 1;
  }

  /** Ends the connection at once. */
  destroy(reason: string): void {
    this.#death ??= reason;
    if (!this.#isClosed) this.#client.close();
  }

  /** LOGOUT, then close. */
  async logout(): Promise<void> {
    if (this.#isClosed) return;
    const timer = setTimeout(() => this.destroy('LOGOUT was not answered'), LOGOUT_MS);
    try {
      await this.#client.logout();
    } finally {
      clearTimeout(timer);
      this.destroy('closed by us');
    }
  }

  /** Counts what a consumer does as our own time, not the server's. */
  async #workingOn<T>(work: Promise<T>): Promise<T> {
    this.#working += 1;
    try {
      return await work;
    } finally {
      this.#working -= 1;
    }
  }

  /** FETCH lines go round imapflow's parser; all else, and any FETCH that is out of the ordinary, through it. */
  #readFetchLines(): void {
    const byImapflow = this.#internals.handleResponse.bind(this.#client);
    this.#internals.handleResponse = async (line) => {
      const fetched = this.#onFetch && parseFetchLine(line);
      if (!fetched) return byImapflow(line);
      await this.#onFetch?.({ tag: '*', command: fetched.seq, attributes: [FETCH_TOKEN, fetched.items] });
      return true;
    };
  }

  /** imapflow swallows what a handler throws, so the first failure is kept, and nothing more is handed out after it. */
  #guarded(handlers: UntaggedHandlers, failures: unknown[]): UntaggedHandlers {
    const guarded: Record<string, Handler> = {};
    for (const [name, handler] of Object.entries(handlers))
      guarded[name] = (response) => {
        if (failures.length > 0) return undefined;
        try {
          const pending = handler(response);
          return pending && this.#workingOn(pending).catch((error: unknown) => void failures.push(error));
        } catch (error) {
          failures.push(error);
          return undefined;
        }
      };
    return guarded;
  }

  /** Destroys the connection when nothing moved in either direction for the deadline. */
  #watch(command: string, { quiet, deadlineMs = this.#timeoutMs }: RunOptions): () => void {
    const limit = Math.min(deadlineMs, this.#timeoutMs);
    const step = Math.max(5, Math.min(1_000, limit / 4));
    let moved = -1;
    let silentMs = 0;
    const timer = setInterval(() => {
      const now = this.#client.stats().received + this.#written;
      silentMs = now === moved && this.#working === 0 && quiet?.() !== true ? silentMs + step : 0;
      moved = now;
      if (silentMs >= limit) this.destroy(`${command} was not answered for ${limit} ms`);
    }, step);
    return () => clearInterval(timer);
  }

  #errorOf(command: string, error: unknown, outcomeUnknown: boolean): UpstreamError {
    if (error instanceof UpstreamError) return error;
    const { code, response, responseStatus, responseText, message } = error as ExecFailure;
    if (responseStatus === 'NO' || responseStatus === 'BAD') {
      const responseCode = typeof response === 'object' ? responseCodeOf(response)?.code : undefined;
      return refusal(command, { code: responseCode, text: responseText ?? '', texts: this.#texts });
    }
    if (code === 'InvalidTokenValue' || code === 'InvalidTextValue' || code === 'InvalidStringValue')
      return new UpstreamError(
        'permanent',
        `${command} cannot be put on the wire`,
        { code: 'CANNOT' },
        { cause: error },
      );
    const reason =
      this.#death ?? (this.#isClosed ? 'the connection was lost' : (message ?? 'the answer made no sense'));
    return this.#lost(`${command}: ${reason}`, outcomeUnknown, error);
  }

  #lost(reason: string, outcomeUnknown: boolean, cause?: unknown): UpstreamError {
    return lost(reason, { bye: this.#client.byeReason, outcomeUnknown, cause, texts: this.#texts });
  }
}

const BEFORE_LOGIN = new WeakMap<ImapFlow, readonly string[]>();

/** Remembers which capabilities there were when the login was sent. */
export function watchLogin(client: ImapFlow): void {
  const internals = client as unknown as Internals;
  const exec = internals.exec.bind(client);
  internals.exec = (command, attributes, options) => {
    if (/^(?:LOGIN|AUTHENTICATE)$/.test(command) && !BEFORE_LOGIN.has(client))
      BEFORE_LOGIN.set(client, [...client.capabilities.keys()]);
    return exec(command, attributes, options);
  };
}

/** CAPABILITY words before the login. */
export const capabilitiesBefore = (client: ImapFlow): readonly string[] => BEFORE_LOGIN.get(client) ?? [];

/** imapflow would sit out a server's back-off itself, with its reader parked; core decides when to come back. */
export function refuseToWait(client: ImapFlow): void {
  (client as unknown as Internals).throttleWait = async () => false;
}

/** imapflow's token for a part: TEXT goes out as it is (and refuses CR and LF). */
const attributeOf = (part: CommandPart): unknown =>
  typeof part === 'string' ? { type: 'TEXT', value: part } : { type: 'LITERAL', value: Buffer.from(part) };
