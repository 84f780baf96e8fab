// The wire under a fake session: commands one at a time, in call order, each of which may fail or find the connection cut.
import { sleep } from '../../src/lib/deadline.js';
import { createMutex } from '../../src/lib/mutex.js';
import { UpstreamError } from '../../src/mail/errors.js';
import { type FlagSet, flagSetOf } from '../../src/mail/flags.js';
import type {
  ProviderTraits,
  SourcePath,
  Traffic,
  Transferred,
  UpstreamCapabilities,
  UpstreamQuota,
} from '../../src/upstream/connector.js';
import type { FailWhen, FakeCall, FakeMethod } from './fake-types.js';
import type { FakeAccount, FakeMailbox, FakeMessage } from './fake-upstream-model.js';

/** What a session needs of the fake it belongs to. */
export interface SessionHost {
  readonly account: FakeAccount;
  readonly traits: ProviderTraits;
  readonly trustsCopyUid: boolean;
  readonly tellsCopyUid: boolean;
  /** See FakeUpstream. */
  readonly leftBehind: FakeMessage[];
  readonly capabilities: UpstreamCapabilities;
  /** PERMANENTFLAGS, as they are now. */
  permanentFlags(path: SourcePath): readonly string[];
  /** `isKnown`: its connector has found out. */
  readonly keywords: { readonly areDropped: boolean; isKnown: boolean };
  readonly latencyMs: number;
  readonly addsLineEnd: boolean;
  readonly silentIdle: boolean;
  readonly hidden: ReadonlySet<FakeMessage>;
  quota(): UpstreamQuota | undefined;
  take(method: FakeMethod, when: FailWhen): { error: UpstreamError; cut: boolean } | undefined;
  called(call: FakeCall): Promise<void>;
  gone(session: FakeWire): void;
}

const BODY_PIECE = 64 * 1024;
const COMMAND_BYTES = 50;

export const permanent = (code: string, text: string): UpstreamError =>
  new UpstreamError('permanent', text, { code, serverText: text });

export class FakeWire {
  readonly capabilities: UpstreamCapabilities;
  readonly closed: Promise<void>;
  protected readonly host: SessionHost;
  protected readonly number: number;
  protected selected: FakeMailbox | undefined;
  /** The selected mailbox's version this session has been told of. */
  protected seen = 0;
  /** Bytes: bodies and appended messages as they are, all else at a flat rate. */
  protected received = 0;
  protected sent = 0;
  protected readonly death = new AbortController();
  private readonly mutex = createMutex();

  constructor(host: SessionHost, number: number) {
    this.host = host;
    this.number = number;
    this.capabilities = host.capabilities;
    this.closed = new Promise((resolve) =>
      this.death.signal.addEventListener('abort', () => resolve(), { once: true }),
    );
  }

  traffic(): Traffic {
    return { received: this.received, sent: this.sent };
  }

  /** The connection is lost. */
  die(): void {
    this.death.abort();
    this.host.gone(this);
  }

  protected command<T>(method: FakeMethod, args: readonly unknown[], work: () => T | Promise<T>): Promise<T> {
    return this.mutex.run(async () => {
      await this.nextCommand(method, args);
      const result = await work();
      this.failIfPlanned(method, 'after');
      return result;
    });
  }

  /** The line up to the server, which may be cut, or refuse. */
  protected async nextCommand(method: FakeMethod, args: readonly unknown[]): Promise<void> {
    this.alive();
    await this.host.called({ session: this.number, method, args });
    if (this.host.latencyMs > 0) await sleep(this.host.latencyMs, this.death.signal);
    this.alive();
    this.received += COMMAND_BYTES;
    this.sent += COMMAND_BYTES;
    this.failIfPlanned(method, 'before');
  }

  protected failIfPlanned(method: FakeMethod, when: FailWhen): void {
    const failure = this.host.take(method, when);
    if (!failure) return;
    if (failure.cut) this.die();
    throw failure.error;
  }

  protected alive(): void {
    if (this.death.signal.aborted) throw new UpstreamError('transient', 'the connection is closed');
  }

  protected current(): FakeMailbox {
    const mailbox = this.selected;
    if (!mailbox) throw permanent('CLIENTBUG', 'no source is selected');
    return mailbox;
  }

  protected existing(path: SourcePath, code: 'NONEXISTENT' | 'TRYCREATE'): FakeMailbox {
    const mailbox = this.host.account.find(path);
    if (!mailbox?.selectable) throw permanent(code, 'there is no such mailbox');
    return mailbox;
  }

  /** What this session does itself is no news to it. */
  protected own<T>(mailbox: FakeMailbox, work: () => T): T {
    const upToDate = mailbox === this.selected && this.seen === mailbox.version;
    const result = work();
    if (upToDate) this.seen = mailbox.version;
    return result;
  }

  protected kept(flags: FlagSet, { path }: FakeMailbox): FlagSet {
    const listed = this.host.permanentFlags(path);
    const { system, keywords } = flagSetOf(listed.filter((flag) => flag !== '\\*'));
    const known = new Set(keywords.map((keyword) => keyword.toLowerCase()));
    const keeps = (keyword: string) =>
      (listed.includes('\\*') && !this.host.keywords.areDropped) || known.has(keyword.toLowerCase());
    return { system: flags.system & system, keywords: flags.keywords.filter(keeps) };
  }

  protected transferred(
    target: FakeMailbox,
    messages: readonly FakeMessage[],
    transfer: (message: FakeMessage) => FakeMessage,
  ): Transferred {
    const source = this.current();
    // Yahoo stores several in an order of its own; its connector then tells no pairs (ConnectorTraits.trustsCopyUid).
    const isOrdered = this.host.trustsCopyUid || messages.length === 1;
    const ordered = isOrdered ? messages : messages.toReversed();
    const made = (message: FakeMessage) => {
      const copy = transfer(message);
      copy.flags = this.kept(copy.flags, target);
      return copy.uid;
    };
    const pairs = this.own(source, () => new Map(ordered.map((message) => [message.uid, made(message)])));
    // RFC 4315 §3: no COPYUID where nothing was copied.
    if (!this.capabilities.uidplus || !this.host.tellsCopyUid || !isOrdered || pairs.size === 0)
      return { uidValidity: undefined, pairs: undefined };
    return { uidValidity: target.uidValidity, pairs };
  }

  protected async batches<Row>(
    messages: readonly FakeMessage[],
    size: number,
    rowOf: (message: FakeMessage) => Row,
    onBatch: (rows: Row[]) => void | Promise<void>,
  ): Promise<void> {
    for (let start = 0; start < messages.length; start += size) {
      this.alive();
      await onBatch(messages.slice(start, start + size).map(rowOf));
    }
    this.alive();
  }

  protected async *pieces(bytes: Uint8Array): AsyncIterable<Uint8Array> {
    for (let start = 0; start < bytes.byteLength; start += BODY_PIECE) {
      this.alive();
      this.received += Math.min(BODY_PIECE, bytes.byteLength - start);
      yield bytes.subarray(start, start + BODY_PIECE);
    }
  }

  protected async waitOn(
    mailbox: FakeMailbox,
    signal: AbortSignal,
    maxMs: number,
  ): Promise<'changed' | 'aborted' | 'timeout'> {
    const until = Date.now() + maxMs;
    while (mailbox.version === this.seen || this.host.silentIdle) {
      if (signal.aborted) return 'aborted';
      const left = until - Date.now();
      if (left <= 0) return 'timeout';
      // Without IDLE a change is only found by the next poll.
      if (this.host.silentIdle) await sleep(left, AbortSignal.any([signal, this.death.signal]));
      else if (this.capabilities.idle) await this.nextChange(signal, left);
      else await sleep(Math.min(left, this.host.traits.pollMs), signal);
    }
    return 'changed';
  }

  private async nextChange(signal: AbortSignal, maxMs: number): Promise<void> {
    const woken = new AbortController();
    const stop = this.host.account.onChange(() => woken.abort());
    await sleep(maxMs, AbortSignal.any([signal, woken.signal]));
    stop();
  }
}
