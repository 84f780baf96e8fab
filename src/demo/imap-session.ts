// One client connection of a demo upstream: read → dispatch → write, a command at a time.
import type { Socket } from 'node:net';
import { constants, createDeflateRaw, createInflateRaw } from 'node:zlib';
import { type ByteReader, createByteReader } from '../imap/wire/byte-reader.js';
import { Decoder } from '../imap/wire/decoder.js';
import type { Logger } from '../lib/logger.js';
import { parseSequenceSet, rangesInclude, resolveSet } from '../mail/sequence-set.js';
import { capabilityWords, greetingText } from './capabilities.js';
import { bad, type Completion, type DemoCommand, isBadCommand } from './command.js';
import { commandNamed } from './commands/index.js';
import type { Limits } from './limits.js';
import type { DemoSession } from './session.js';
import { type DemoAccount, DemoRefusal } from './store/account.js';
import type { TokenOffice } from './token-office.js';
import type { View } from './view.js';

export interface SessionOptions {
  readonly account: DemoAccount;
  readonly password: string;
  readonly limits: Limits;
  readonly tokens: TokenOffice;
  readonly logger: Logger;
}

const MAX_LINE = 64 * 1024;
const MAX_LITERAL = 80 * 1024 * 1024;
/** Answers are gathered into writes of about this size. */
const CHUNK = 64 * 1024;

export class ImapSession implements DemoSession {
  readonly account: DemoAccount;
  readonly password: string;
  readonly limits: Limits;
  readonly tokens: TokenOffice;
  user: string | undefined;
  isEnding = false;
  isIdentified = false;
  tag = '';
  condstore = false;
  qresync = false;
  brokenRev2 = false;
  utf8 = false;
  startCompression = false;
  readonly #socket: Socket;
  readonly #logger: Logger;
  #reader: ByteReader;
  #out: NodeJS.WritableStream;
  #pending: string[] = [];
  #pendingLength = 0;
  #view: View | undefined;
  #unwatch: (() => void) | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #errors = 0;

  constructor(socket: Socket, { account, password, limits, tokens, logger }: SessionOptions) {
    this.limits = limits;
    this.tokens = tokens;
    this.account = account;
    this.password = password;
    this.#socket = socket;
    this.#logger = logger;
    this.#reader = createByteReader(socket);
    this.#out = socket;
    socket.setNoDelay(true);
  }

  get words(): ReadonlySet<string> {
    return new Set(capabilityWords(this.account.personality, this.user !== undefined));
  }

  get view(): View | undefined {
    return this.#view;
  }

  set view(view: View | undefined) {
    this.#unwatch?.();
    this.#view = view;
    this.#unwatch = view?.mailbox.onRenumber(() => this.#dismiss('Mailbox has been rebuilt'));
  }

  /** Until the connection ends; never rejects. */
  async run(): Promise<void> {
    try {
      const { byeAtOnce } = this.account.personality.quirks;
      this.isEnding = byeAtOnce !== undefined;
      this.line(byeAtOnce === undefined ? `* OK ${greetingText(this.account.personality)}` : `* BYE ${byeAtOnce}`);
      this.#keepAlive();
      await this.flush();
      while (!this.isEnding && (await this.#step()));
    } catch (err) {
      this.#logger.warn({ err }, 'demo upstream: the session failed');
    }
    clearTimeout(this.#idleTimer);
    this.view = undefined;
    if (this.user !== undefined) this.limits.signOut();
    this.#socket.end();
  }

  end(): void {
    this.isEnding = true;
    this.#socket.destroy();
  }

  line(text: string): void {
    this.#pending.push(text, '\r\n');
    this.#pendingLength += text.length + 2;
  }

  pace(): Promise<void> {
    return this.#pendingLength < CHUNK ? Promise.resolve() : this.flush();
  }

  async flush(): Promise<void> {
    if (this.#pending.length === 0 || this.#socket.destroyed) return;
    const text = this.#pending.join('');
    this.#pending = [];
    this.#pendingLength = 0;
    if (this.user !== undefined) this.limits.transferred(text.length, 0);
    const out = this.#out;
    if (out.write(text, 'latin1')) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        out.removeListener('drain', done);
        this.#socket.removeListener('close', done);
        resolve();
      };
      out.once('drain', done);
      this.#socket.once('close', done);
    });
  }

  async ask(text: string): Promise<string | undefined> {
    this.line(`+ ${text}`);
    await this.flush();
    const line = await this.#reader.line(MAX_LINE);
    return line?.kind === 'line' ? line.text : undefined;
  }

  tell(withExpunges: boolean, withFlags = true): void {
    const wanted = { withExpunges, withFlags, withModseq: this.condstore, withVanished: this.qresync };
    for (const line of this.view?.news(wanted) ?? []) this.line(line);
  }

  tellVanished(sinceModseq: number, set = '1:*'): void {
    const { view } = this;
    const ranges = resolveSet(parseSequenceSet(set), Number.MAX_SAFE_INTEGER);
    const gone = (view?.mailbox.expunged ?? []).filter(
      ({ uid, modseq }) => modseq > sinceModseq && rangesInclude(ranges, uid),
    );
    const uids = gone.map(({ uid }) => uid);
    if (view && uids.length > 0) this.line(view.vanishedLine(uids, true));
  }

  /** The server has had enough of this connection. */
  #dismiss(why: string): void {
    this.isEnding = true;
    this.line(`* BYE ${why}`);
    void this.flush().then(() => this.#socket.end());
  }

  /** What a provider ends a connection for, once something has gone wrong on it. */
  #reasonToEnd(): string | undefined {
    const { byeAfterErrors, notConnected, passwordsRefused } = this.account.personality.quirks;
    if (this.#errors === 0 || this.isEnding) return undefined;
    if (notConnected && this.user !== undefined) return notConnected.bye;
    if (passwordsRefused !== undefined && this.user === undefined) return this.account.personality.texts.bye;
    return byeAfterErrors && this.#errors >= byeAfterErrors.errors ? byeAfterErrors.text : undefined;
  }

  #keepAlive(): void {
    const ms = this.account.personality.quirks.idleTimeoutMs;
    if (ms === undefined) return;
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => this.#dismiss('Idle for too long'), ms).unref();
  }

  async #step(): Promise<boolean> {
    const text = await this.#command();
    if (text === undefined) return false;
    this.account.sweep();
    if (text !== '') await this.#dispatch(text);
    await this.flush();
    if (this.startCompression) this.#compress();
    return true;
  }

  /** A command with its literals in place; '' for one that has been dealt with; undefined at the end. */
  async #command(): Promise<string | undefined> {
    const { dropLongLines, refuseLongLines } = this.account.personality.quirks;
    let text = '';
    for (;;) {
      const line = await this.#reader.line(MAX_LINE);
      if (line === undefined) return undefined;
      const length = line.kind === 'line' ? line.text.length : MAX_LINE;
      // QQ: no answer at all.
      if (dropLongLines !== undefined && length > dropLongLines) return '';
      if (line.kind === 'tooLong' || (refuseLongLines && length > refuseLongLines.bytes))
        return this.#answerEarly(text || (line.kind === 'line' ? line.text : ''), refuseLongLines?.text ?? 'too long');
      text += line.text;
      const literal = /\{(\d{1,10})(\+?)\}$/.exec(line.text);
      if (!literal) return text;
      const sizeBytes = Number(literal[1]);
      const limit = this.account.personality.appendLimit ?? MAX_LITERAL;
      if (sizeBytes > limit && literal[2] === '') return this.#refuseSize(text);
      if (sizeBytes > limit) return undefined;
      if (literal[2] === '') {
        this.line('+ go ahead');
        await this.flush();
      }
      const bytes = await this.#reader.text(sizeBytes);
      if (bytes === undefined) return undefined;
      text += `\r\n${bytes}`;
    }
  }

  #answerEarly(text: string, reason: string): string {
    this.line(`${/^\S+/.exec(text)?.[0] ?? '*'} BAD ${reason}`);
    return '';
  }

  #refuseSize(text: string): string {
    this.line(`${/^\S+/.exec(text)?.[0] ?? '*'} NO [TOOBIG] Message too large. (Failure)`);
    return '';
  }

  async #dispatch(text: string): Promise<void> {
    const decoder = new Decoder(text, { utf8: this.utf8 });
    const tag = /^[^\x00-\x20\x7f-\xff(){%*"\\+]+(?= )/.exec(text)?.[0];
    if (tag === undefined) return this.line('* BAD invalid tag');
    decoder.accept(tag);
    this.tag = tag;
    const startedAt = performance.now();
    let command: DemoCommand | undefined;
    let status: string;
    try {
      decoder.space();
      let name = decoder.keyword();
      const isUid = name === 'UID';
      if (isUid) {
        decoder.space();
        name = decoder.keyword();
      }
      command = commandNamed(name, isUid);
      const done = await this.#carryOut(command, decoder, isUid);
      status = `OK ${done?.code === undefined ? '' : `[${done.code}] `}${done?.text ?? `${name} completed`}`;
    } catch (error) {
      status = statusOf(error, this.#logger);
      this.#errors += 1;
    }
    if (this.#socket.destroyed) return;
    this.tell(command?.expunges !== 'held' || /^\S+ UID /i.test(text));
    this.line(`${tag} ${status}`);
    const bye = this.#reasonToEnd();
    if (bye !== undefined) this.#dismiss(bye);
    this.#logger.debug({ command: command?.name, ms: Math.round(performance.now() - startedAt) }, 'demo upstream');
  }

  async #carryOut(command: DemoCommand | undefined, decoder: Decoder, isUid: boolean): Promise<Completion | undefined> {
    const state = this.user === undefined ? 'notAuthenticated' : this.view ? 'selected' : 'authenticated';
    if (!command || (command.needs && !command.needs.some((word) => this.words.has(word))))
      throw decoder.error('unknown command');
    if (!command.states.includes(state)) throw decoder.error(`${command.name} is not possible in this state`);
    const { noopDoesNotKeepAlive, notConnected } = this.account.personality.quirks;
    if (command.name !== 'NOOP' || !noopDoesNotKeepAlive) this.#keepAlive();
    if (this.user !== undefined && command.name !== 'LOGOUT') {
      if (notConnected) throw bad(notConnected.text);
      this.limits.command();
    }
    if (command.writes && this.view?.isReadOnly) throw new DemoRefusal('the mailbox is open read-only');
    return (await command.run(this, decoder, isUid)) ?? undefined;
  }

  #compress(): void {
    this.startCompression = false;
    this.#reader.detach();
    const inflate = createInflateRaw();
    const deflate = createDeflateRaw({ flush: constants.Z_SYNC_FLUSH });
    for (const stream of [inflate, deflate]) stream.on('error', () => this.#socket.destroy());
    this.#socket.on('close', () => inflate.destroy());
    this.#socket.pipe(inflate);
    deflate.pipe(this.#socket);
    this.#reader = createByteReader(inflate);
    this.#out = deflate;
  }
}

function statusOf(error: unknown, logger: Logger): string {
  if (error instanceof DemoRefusal) return `NO ${error.code === undefined ? '' : `[${error.code}] `}${error.message}`;
  if (isBadCommand(error)) return `BAD ${error.message}`;
  logger.error({ err: error }, 'demo upstream: a command failed');
  return 'NO [SERVERBUG] the demo upstream failed';
}
