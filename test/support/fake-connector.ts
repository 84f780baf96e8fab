// A complete Connector in memory: an upstream account a test can look into, change behind the gateway's back, cut off
// and make fail. The connector contract runs against it too, so that it cannot lie (STYLE §9).
import { UpstreamError } from '../../src/mail/errors.js';
import { ALL_SYSTEM_FLAGS, type FlagSet, NO_FLAGS, systemFlagNames } from '../../src/mail/flags.js';
import { asUpstreamUid, type UpstreamUid } from '../../src/mail/ids.js';
import type { Role } from '../../src/mail/roles.js';
import type {
  Connector,
  SourcePath,
  UpstreamCapabilities,
  UpstreamQuota,
  UpstreamSession,
} from '../../src/upstream/connector.js';
import { GENERIC_TRAITS } from '../../src/upstream/providers/generic.js';
import type { ConnectorTraits } from '../../src/upstream/providers/provider.js';
import { FakeSession } from './fake-session.js';
import type {
  DeliverOptions,
  FailOptions,
  FailWhen,
  FakeCall,
  FakeMethod,
  FakeUpstream,
  FakeUpstreamOptions,
  PathLike,
} from './fake-types.js';
import {
  canonicalPath,
  FakeAccount,
  type FakeMailbox,
  type FakeMessage,
  type FlagChange,
} from './fake-upstream-model.js';
import type { FakeWire, SessionHost } from './fake-wire.js';

export type * from './fake-types.js';
export { flags } from './fake-upstream-model.js';

const ROLE_MAILBOXES: readonly { path: string; role: Role; selectable?: boolean }[] = [
  { path: 'INBOX', role: 'inbox' },
  { path: 'Drafts', role: 'drafts' },
  { path: 'Sent', role: 'sent' },
  { path: 'Archive', role: 'archive' },
  { path: 'Junk', role: 'junk' },
  { path: 'Trash', role: 'trash' },
];

const FIRST_DATE = Date.UTC(2026, 0, 1) / 1000;

function capabilitiesOf(options: FakeUpstreamOptions): UpstreamCapabilities {
  const {
    qresync = true,
    move = true,
    uidplus = true,
    idle = true,
    labelStore = false,
    objectId = false,
    quota = true,
    appendLimit,
  } = options;
  const condstore = options.condstore ?? true;
  const words = [
    condstore && 'CONDSTORE',
    condstore && qresync && 'QRESYNC',
    move && 'MOVE',
    uidplus && 'UIDPLUS',
    idle && 'IDLE',
    labelStore && 'X-GM-EXT-1',
    objectId && 'OBJECTID',
    quota && 'QUOTA',
  ];
  return {
    condstore,
    qresync: condstore && qresync,
    move,
    uidplus,
    idle,
    labelStore,
    objectId,
    appendLimit,
    words: ['IMAP4REV1', ...words.filter((word) => word !== false)],
  };
}

/** The planned failures of one fake. */
class Failures {
  readonly #planned: {
    method: FakeMethod;
    error: UpstreamError;
    when: FailWhen;
    cut: boolean;
    times: number;
  }[] = [];

  plan(method: FakeMethod, error: UpstreamError, { when = 'before', times = 1, cut = false }: FailOptions = {}): void {
    this.#planned.push({ method, error, when, times, cut });
  }

  take(method: FakeMethod, when: FailWhen): { error: UpstreamError; cut: boolean } | undefined {
    const found = this.#planned.find(
      (failure) => failure.method === method && failure.when === when && failure.times > 0,
    );
    if (found) found.times -= 1;
    return found;
  }
}

/** A fake upstream account with everything on (CONDSTORE, QRESYNC, MOVE, UIDPLUS, IDLE, keywords) unless switched off. */
export function createFakeUpstream(options: FakeUpstreamOptions = {}): FakeUpstream {
  const account = new FakeAccount(options.labelStore ?? false, options.firstUidValidity ?? 1001);
  for (const entry of options.mailboxes ?? ROLE_MAILBOXES) {
    if (typeof entry === 'string' || !('path' in entry))
      account.create(entry, canonicalPath(entry)[0] === 'INBOX' ? 'inbox' : undefined);
    else
      account.create(
        entry.path,
        entry.role ?? (canonicalPath(entry.path)[0] === 'INBOX' ? 'inbox' : undefined),
        entry.selectable ?? true,
      );
  }
  return new Fake(account, options);
}

class Fake implements FakeUpstream {
  readonly calls: FakeCall[] = [];
  readonly connector: Connector;
  readonly leftBehind: FakeMessage[] = [];
  before: ((call: FakeCall) => void | Promise<void>) | undefined;
  readonly #account: FakeAccount;
  readonly #failures = new Failures();
  readonly #sessions = new Set<FakeWire>();
  readonly #hidden = new Set<FakeMessage>();
  #offline = false;
  #permanentFlags: readonly string[];
  readonly #permanentFlagsOf = new Map<string, readonly string[]>();
  #quota: UpstreamQuota | undefined;
  #sessionCount = 0;
  #delivered = 0;

  constructor(account: FakeAccount, options: FakeUpstreamOptions) {
    this.#account = account;
    const anyKeyword = (options.keywords ?? true) ? ['\\*'] : [];
    this.#permanentFlags = options.permanentFlags ?? [...systemFlagNames(ALL_SYSTEM_FLAGS), ...anyKeyword];
    const traits: ConnectorTraits = { ...GENERIC_TRAITS, ...options.traits };
    const host: SessionHost = {
      account,
      traits,
      trustsCopyUid: traits.trustsCopyUid,
      tellsCopyUid: options.tellsCopyUid ?? true,
      leftBehind: this.leftBehind,
      capabilities: capabilitiesOf(options),
      permanentFlags: (path) => this.#permanentFlagsOf.get(path.join('/')) ?? this.#permanentFlags,
      keywords: { areDropped: options.dropsKeywords ?? false, isKnown: false },
      latencyMs: options.latencyMs ?? 0,
      addsLineEnd: options.addsLineEnd ?? false,
      silentIdle: options.silentIdle ?? false,
      hidden: this.#hidden,
      quota: () => this.#quota,
      take: (method, when) => this.#failures.take(method, when),
      called: async (call) => {
        this.calls.push(call);
        await this.before?.(call);
      },
      gone: (session) => this.#sessions.delete(session),
    };
    this.connector = { traits, connect: (signal) => this.#connect(host, signal) };
  }

  async #connect(host: SessionHost, signal?: AbortSignal): Promise<UpstreamSession> {
    await host.called({ session: 0, method: 'connect', args: [] });
    const failure = this.#failures.take('connect', 'before');
    if (failure) throw failure.error;
    if (signal?.aborted) throw new UpstreamError('transient', 'connecting was given up');
    if (this.#offline) throw new UpstreamError('transient', 'the server cannot be reached');
    const session = new FakeSession(host, ++this.#sessionCount);
    this.#sessions.add(session);
    return session;
  }

  keepFlags(permanentFlags: readonly string[], path?: PathLike): void {
    if (path === undefined) this.#permanentFlags = permanentFlags;
    else this.#permanentFlagsOf.set(canonicalPath(path).join('/'), permanentFlags);
  }

  deliver(path: PathLike, bytes: Uint8Array | string, options: DeliverOptions = {}): UpstreamUid {
    const raw = typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes;
    const { flags = NO_FLAGS, internalDate = FIRST_DATE + this.#delivered, contentId } = options;
    this.#delivered += 1;
    return this.#account.add(this.#mailbox(path), { bytes: raw, flags, internalDate, contentId }).uid;
  }

  setFlags(path: PathLike, uid: number, flags: FlagSet, change: FlagChange = 'replace'): void {
    this.#account.setFlags(this.#mailbox(path), this.#message(path, uid), change, flags);
  }

  expunge(path: PathLike, ...uids: number[]): void {
    for (const uid of uids) this.#account.expunge(this.#mailbox(path), this.#message(path, uid));
  }

  move(path: PathLike, uid: number, to: PathLike): UpstreamUid {
    return asUpstreamUid(this.#account.move(this.#message(path, uid), this.#mailbox(path), this.#mailbox(to)).uid);
  }

  copy(path: PathLike, uid: number, to: PathLike): UpstreamUid {
    return asUpstreamUid(this.#account.copy(this.#message(path, uid), this.#mailbox(to)).uid);
  }

  showNewest(path: PathLike, count: number): void {
    this.#account.showNewest(this.#mailbox(path), count);
  }

  setQuota(quota: UpstreamQuota | undefined): void {
    this.#quota = quota;
  }

  create(path: PathLike, role?: Role): void {
    this.#account.create(path, role);
  }

  rename(from: PathLike, to: PathLike): void {
    this.#account.rename(this.#mailbox(from), canonicalPath(to));
  }

  remove(path: PathLike): void {
    this.#account.remove(this.#mailbox(path));
  }

  resetUidValidity(path: PathLike, firstUid = 1): void {
    this.#account.renumber(this.#mailbox(path), firstUid);
  }

  renumberSilently(path: PathLike, firstUid = 1): void {
    this.#account.renumber(this.#mailbox(path), firstUid, true);
  }

  hideBody(path: PathLike, uid: number): void {
    this.#hidden.add(this.#message(path, uid));
  }

  showBody(path: PathLike, uid: number): void {
    this.#hidden.delete(this.#message(path, uid));
  }

  contents(path: PathLike): readonly FakeMessage[] {
    return [...this.#mailbox(path).messages];
  }

  mailbox(path: PathLike): Readonly<FakeMailbox> | undefined {
    return this.#account.find(path);
  }

  paths(): readonly SourcePath[] {
    return this.#account.mailboxes.map(({ path }) => path);
  }

  cut(): void {
    for (const session of [...this.#sessions]) session.die();
  }

  goOffline(): void {
    this.#offline = true;
    this.cut();
  }

  goOnline(): void {
    this.#offline = false;
  }

  failNext(method: FakeMethod, error: UpstreamError, options?: FailOptions): void {
    this.#failures.plan(method, error, options);
  }

  openSessions(): number {
    return this.#sessions.size;
  }

  #mailbox(path: PathLike): FakeMailbox {
    const mailbox = this.#account.find(path);
    if (!mailbox) throw new Error(`the fake has no mailbox ${JSON.stringify(path)}`);
    return mailbox;
  }

  #message(path: PathLike, uid: number): FakeMessage {
    const message = this.#mailbox(path).messages.find((other) => other.uid === uid);
    if (!message) throw new Error(`the fake has no message ${uid} in ${JSON.stringify(path)}`);
    return message;
  }
}
