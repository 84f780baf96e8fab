// Two accounts behind one core, and what is needed to play with them: who is there, what is shown, what was done.
import { DiskError, MailboxError } from '../../../src/mail/errors.js';
import type { SourcePath } from '../../../src/upstream/connector.js';
import { GENERIC_TRAITS } from '../../../src/upstream/providers/generic.js';
import type { Chance } from '../../fuzz/mutate.js';
import { createRig, type Rig, type RigAccount } from '../core-harness.js';
import { mail, type Shown, shown } from '../core-mail.js';
import { createFakeUpstream, type FakeUpstream, type FakeUpstreamOptions } from '../fake-connector.js';
import { Witness } from '../observer.js';
import { type Kind, secondServer } from './kinds.js';
import { labelPlaces } from './labels.js';
import { Ledger } from './ledger.js';
import type { Handed } from './outbox-acts.js';
import { PostOffice } from './post-office.js';

/** Servers an account may have. */
const SERVERS: readonly FakeUpstreamOptions[] = [
  {},
  { qresync: false },
  { condstore: false, idle: false },
  { uidplus: false, condstore: false },
  { condstore: false, traits: { renumbersSilently: true } },
  { move: false },
  { objectId: true },
  { traits: { trustsCopyUid: false } },
  { traits: { deleteIsMoveToTrash: true } },
  { latencyMs: 40 },
  { traits: { budgets: { ...GENERIC_TRAITS.budgets, loginsPer15Minutes: 9 } } },
];

/** Of the story: neither without a header yet, nor the gateway's own notice. */
export const isToken = ({ token }: Shown): boolean => /^m\d+$/.test(token);

export const ROLES = ['INBOX', 'Drafts', 'Sent', 'Archive', 'Junk', 'Trash'];
/** Of which no account's own mailbox has the name. */
export const SYSTEM = [...ROLES, 'All Mail'];

/** Messages that are shown in one mailbox. */
export interface Met {
  readonly path: string;
  readonly rows: readonly Shown[];
}

const officeOf = (fake: FakeUpstream, chance: Chance): PostOffice =>
  new PostOffice(fake, { filesCopies: chance.below(2) === 0, isHabitKnown: chance.below(2) === 0 });

/** As the gateway is told of them. */
export const accountsOf = (
  { fakes, offices }: Pick<World, 'fakes' | 'offices'>,
  names: readonly string[] = [...fakes.keys()],
): RigAccount[] =>
  [...fakes]
    .filter(([name]) => names.includes(name))
    .map(([name, fake]) => {
      const office = offices.get(name);
      const savesSent = office?.isHabitKnown ? office.filesCopies : undefined;
      return { name, fake, ...(office ? { submitter: office, savesSent } : {}) };
    });

export class World {
  readonly ledger = new Ledger();
  /** What was done, in order. */
  readonly story: string[] = [];
  readonly fakes: ReadonlyMap<string, FakeUpstream>;
  readonly servers: ReadonlyMap<string, FakeUpstreamOptions>;
  readonly witness = new Witness({ missesNothing: false });
  readonly rig: Rig;
  /** By account; none in games without sending. */
  readonly offices: ReadonlyMap<string, PostOffice>;
  /** What our clients have given us to send. */
  readonly handed: Handed[] = [];
  /** Texts of what is in `Recovered` in the end and not of the story. */
  readonly recovered: string[] = [];
  /** Somebody has moved or removed it, or labelled it otherwise. */
  readonly touched = new Set<string>();
  /** Some provider has refused something for good. */
  hasRefused = false;
  hadFullDisk = false;
  #tokens = 0;

  private constructor(rig: Rig, { servers, fakes, offices }: Pick<World, 'servers' | 'fakes' | 'offices'>) {
    this.rig = rig;
    this.servers = servers;
    this.fakes = fakes;
    this.offices = offices;
  }

  static async create(chance: Chance, { second, sends }: Kind): Promise<World> {
    const servers = new Map<string, FakeUpstreamOptions>([
      ['A', chance.below(3) > 0 ? {} : chance.of(SERVERS, {})],
      ['B', { ...(second ? secondServer(second, chance) : chance.of(SERVERS, {})), firstUidValidity: 5001 }],
    ]);
    const fakes = new Map([...servers].map(([name, options]) => [name, createFakeUpstream(options)]));
    const offices = new Map(sends ? [...fakes].map(([name, fake]) => [name, officeOf(fake, chance)] as const) : []);
    const accounts = accountsOf({ fakes, offices });
    const rig = await createRig({ accounts, cacheBytes: chance.below(2) ? 1 : 1e9 });
    const world = new World(rig, { servers, fakes, offices });
    world.note(JSON.stringify([...servers]));
    for (const [name, { filesCopies, isHabitKnown }] of offices)
      world.note(
        `${name} ${filesCopies ? 'files' : 'does not file'} copies in Sent${isHabitKnown ? ', as is known' : ''}`,
      );
    for (const [name, fake] of fakes) {
      fake.create('P');
      for (let i = 0; i < 3; i++) world.deliver(name, ['INBOX']);
      world.deliver(name, ['P']);
      world.deliver(name, ['INBOX'], 2);
    }
    return world;
  }

  note(line: string): void {
    this.story.push(line);
  }

  newToken = (): string => `m${++this.#tokens}`;

  fake(account: string): FakeUpstream {
    const fake = this.fakes.get(account);
    if (!fake) throw new Error(`there is no account ${account}`);
    return fake;
  }

  /** Several: the same mail so many times, in the same second. */
  deliver(account: string, path: SourcePath, count = 1): string {
    const token = this.newToken();
    const options = count > 1 ? { internalDate: 1_767_300_000 } : {};
    for (let i = 0; i < count; i++) this.fake(account).deliver(path, mail(token), options);
    this.ledger.born(token, count);
    if (path[0] === 'Trash') this.ledger.trashed(token);
    return token;
  }

  /** Paths of mailboxes that hold messages. */
  paths(): string[] {
    return this.rig.core.mailboxes.list().flatMap(({ path, selectable }) => (selectable ? [path] : []));
  }

  shownIn = (path: string): string[] =>
    shown(this.rig, path)
      .filter(isToken)
      .map(({ token }) => token);

  /** Some messages of some mailbox, at most `most`. */
  meet(chance: Chance, most = 1): Met | undefined {
    const full = this.paths()
      .map((path) => ({ path, rows: shown(this.rig, path).filter(isToken) }))
      .filter(({ rows }) => rows.length > 0);
    if (full.length === 0) return undefined;
    const { path, rows } = full[chance.below(full.length)] ?? { path: '', rows: [] };
    const first = chance.below(rows.length);
    return { path, rows: rows.slice(first, first + 1 + chance.below(most)) };
  }

  touch(tokens: Iterable<string>): void {
    for (const token of tokens) this.touched.add(token);
  }

  /** An account's mailbox that is not of a role. */
  folder(chance: Chance, account: string): string | undefined {
    const own = this.paths().filter((path) => path.startsWith(`${account}/`) && !SYSTEM.includes(path.slice(2)));
    return own.length > 0 ? chance.of(own, '') : undefined;
  }

  /** The account a shown message is in; '' for one of no account. */
  accountOf(path: string, uid: number): string {
    const found = this.rig.store.database.sqlite
      .prepare(
        `SELECT a.name FROM entries e JOIN copies c ON c.id = e.copyId JOIN sources s ON s.id = c.sourceId
         JOIN accounts a ON a.id = s.accountId WHERE e.mailboxId = ? AND e.uid = ? AND s.local IS NULL`,
      )
      .pluck()
      .get(this.rig.idOf(path), uid);
    return String(found ?? '');
  }

  /** Whether its upstream has it, as far as is known here. */
  isBound(path: string, uid: number): boolean {
    const found = this.rig.store.database.sqlite
      .prepare(
        'SELECT 1 FROM entries e JOIN copies c ON c.id = e.copyId WHERE e.mailboxId = ? AND e.uid = ? AND c.upstreamUid > 0',
      )
      .pluck()
      .get(this.rig.idOf(path), uid);
    return found === 1;
  }

  /** Ids of the account mailboxes that show the message, ascending. */
  placesOf = (token: string): number[] =>
    this.rig.store.database.sqlite
      .prepare(
        `SELECT e.mailboxId FROM entries e JOIN mailboxes b ON b.id = e.mailboxId AND (b.kind = 'account' OR b.path = 'Recovered')
         JOIN copies c ON c.id = e.copyId JOIN messages m ON m.id = c.messageId
         WHERE m.messageIdHeader = ? ORDER BY e.mailboxId`,
      )
      .pluck()
      .all(`${token}@test`) as number[];

  /** Does what a client asks for; false where it is answered NO. */
  async asks(work: () => unknown): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof MailboxError) && !(error instanceof DiskError)) throw error;
      this.note(`  NO: ${error.message.slice(0, 90)}`);
      return false;
    }
  }

  /**
   * After OK: the messages are to be where they are shown now. `besides`: by token, paths where they will be as well; `to`: where
   * they were put. What is done to one of those later cannot be foretold from what is shown.
   */
  wishAsShown(
    tokens: Iterable<string>,
    { besides = new Map(), to }: { besides?: ReadonlyMap<string, readonly string[]>; to?: string } = {},
  ): void {
    for (const token of new Set(tokens)) {
      const { ledger } = this;
      if (this.#awaited.has(token)) ledger.disturb(token);
      const more = besides.get(token) ?? [];
      if (more.length > 0) this.#awaited.add(token);
      const ids = more.map((path) => this.rig.idOf(path) as number);
      const target = more.find((path) => path.startsWith('B/')) ?? to;
      const places = labelPlaces(this, token, [...this.placesOf(token), ...ids], target)?.sort((a, b) => a - b);
      if (places) ledger.wish(token, { places, flagged: ledger.wishOf(token)?.flagged });
      else ledger.disturb(token);
    }
  }
  readonly #awaited = new Set<string>();

  /** Accounts of which a mailbox is being deleted: what is put into it meanwhile goes to Trash. */
  readonly deleting = new Set<string>();

  /** All is quiet, and was found right. */
  calm(): void {
    this.deleting.clear();
    this.#awaited.clear();
    this.ledger.calm();
  }

  pass(ms: number, maxStepMs?: number): Promise<void> {
    return this.rig.during(new Promise<void>((done) => setTimeout(done, ms)), maxStepMs);
  }
}
