import { MailboxError } from '../mail/errors.js';
import { type Role, specialUseOf, UNIFIED_MAILBOXES } from '../mail/roles.js';
import type { MailboxRow } from '../store/mailboxes.js';
import type { SourceRow } from '../store/sources.js';
import type { Store } from '../store/store.js';
import type { AccountSettings } from './accounts.js';
import type { Mailbox, Mailboxes, MailboxId } from './core.js';
import type { Deletions } from './deletions.js';
import type { DeletePayload } from './journal/payloads.js';
import { canonicalPath, checkMailboxName, parentOf } from './mailbox-names.js';
import type { Remover } from './removals/contract.js';
import type { RemovalLog } from './removals/log.js';
import { sharedPlace } from './shared-mailboxes.js';
import { isOwedPath, provisionalPath } from './sync/owed-paths.js';
import type { Tree } from './sync/tree-contract.js';
import type { UnitOfWork, Work } from './unit-of-work.js';

export interface MailboxesOptions {
  readonly store: Store;
  readonly unit: UnitOfWork;
  readonly tree: Tree;
  readonly accounts: readonly AccountSettings[];
  readonly accountTrees: 'all' | 'folders' | 'none';
  readonly removals: Pick<RemovalLog, 'timeOf'>;
  readonly deletions: Pick<Deletions, 'begin' | 'resume'>;
}

interface Deleted {
  readonly path: string;
  readonly removedAt: number | undefined;
  readonly device: string;
  readonly mailboxId: number;
}

/** The mailbox tree as clients see and change it; what it owes the upstreams goes through the journal. */
export function createMailboxes(options: MailboxesOptions): Mailboxes {
  const { store, unit, tree, accounts, accountTrees, removals, deletions } = options;
  const { mailboxes, sources, copies } = store;
  const byId = new Map(accounts.map((account) => [account.id, account]));
  const defaultAccount = accounts.find((account) => account.isDefault) ?? accounts[0];
  const find = (path: string) => mailboxes.byPath(canonicalPath(path));
  /** The one source behind an account's own mailbox. */
  const sourceOf = (mailbox: MailboxRow): SourceRow | undefined => {
    if (mailbox.kind !== 'account') return undefined;
    const [feed] = mailboxes.feedsOfMailbox(mailbox.id);
    return feed ? sources.get(feed.sourceId) : undefined;
  };

  /** Which account, and which path in it, a mailbox path stands for. */
  const locate = (path: string): { account: AccountSettings; parts: string[] } => {
    const parts = path.split('/');
    const named = accounts.find((account) => account.name === parts[0]);
    const account = named ?? defaultAccount;
    if (!account) throw new MailboxError('CANNOT', 'there is no account to make a mailbox in');
    const parent = nearestParent(path);
    if (parent)
      return {
        account: parent.account,
        parts: [...parent.source.path, ...path.slice(parent.path.length + 1).split('/')],
      };
    // Never at another account: what the name still stands for is not configured at present.
    if (!named && store.accounts.list().some(({ name }) => name === parts[0]))
      throw new MailboxError('CANNOT', 'the account is not configured any more');
    const own = [...account.traits.folderParent, ...(named ? parts.slice(1) : parts)];
    // Upstream, too, INBOX in any case is the inbox.
    if (own.length === 1 && own[0]?.toUpperCase() === 'INBOX')
      throw new MailboxError('ALREADYEXISTS', 'there is such a mailbox already');
    return { account, parts: own };
  };
  /** The closest existing mailbox above, if it stands for a source: a child goes below it, wherever that is upstream. */
  const nearestParent = (path: string) => {
    for (let above = parentOf(path); above !== undefined; above = parentOf(above)) {
      const mailbox = mailboxes.byPath(above);
      const source = mailbox && sourceOf(mailbox);
      const account = source && byId.get(source.accountId);
      if (mailbox && source && account && source.role !== 'inbox') return { path: above, source, account };
    }
    return undefined;
  };

  const create = (wanted: string, specialUses: readonly string[] = []): Mailbox => {
    const path = canonicalPath(wanted).replace(/\/$/, '');
    checkMailboxName(path);
    if (mailboxes.byPath(path)) throw new MailboxError('ALREADYEXISTS', 'there is such a mailbox already');
    const [specialUse, ...more] = new Set(specialUses.map(grantable));
    if (more.length > 0) throw new MailboxError('USEATTR', 'a mailbox has one special use at most');
    return unit.durable((work) => {
      const { id } = createWithParents(path, work);
      if (specialUse !== undefined) mailboxes.setSpecialUse(id, specialUse);
      return view(mustBeThere(mailboxes.get(id)));
    });
  };
  /** A use that a client may give to a mailbox of its own: \\Important, while nobody has it (RFC 8457 §4). */
  const grantable = (specialUse: string): string => {
    const isFree = !mailboxes.list().some((row) => row.specialUse !== undefined);
    if (specialUse.toLowerCase() === '\\important' && isFree) return '\\Important';
    // \\All and \\Flagged would be lies: such a mailbox shows only what is put into it.
    throw new MailboxError('USEATTR', `the special use ${specialUse} is taken, or cannot be given to a mailbox`);
  };
  /** Makes the mailbox and, above it, those that are missing: real ones, since clients lose mail in \\Noselect levels. */
  const createWithParents = (path: string, work: Work): Mailbox => {
    const known = mailboxes.byPath(path);
    if (known) return view(known);
    const above = parentOf(path);
    if (above !== undefined) createWithParents(above, work);
    if (sharedPlace(path)) {
      // Below a unified mailbox: the accounts' own mailboxes behind it are made when the first message comes.
      const row = mailboxes.insert({ path, kind: 'unified', role: undefined, accountId: undefined, selectable: true });
      tree.connectShared(work, accounts);
      return view(row);
    }
    const { account, parts } = locate(path);
    const source = sourceFor(account.id, parts);
    const row = mailboxes.insert({ path, kind: 'account', role: undefined, accountId: account.id, selectable: true });
    mailboxes.addFeed(row.id, source.id, true);
    sources.setListed(source.id);
    work.owe({ accountId: account.id, kind: 'create', sourceId: source.id, payload: { path: parts }, targets: [] });
    work.ringTree();
    return view(row);
  };
  /**
   * The source to make; under another name for now, if the one that has its path upstream is still to be deleted or renamed, or one
   * is to get it for a while.
   */
  const sourceFor = (accountId: number, path: readonly string[]): SourceRow => {
    const fields = { accountId, role: undefined, selectable: true, present: false };
    const known = sources.byPath(accountId, path);
    if (!known) {
      const isPromised = isOwedPath(store.journal, accountId, path, ['rename']);
      return sources.insert({ ...fields, path: isPromised ? provisionalPath(path) : path });
    }
    const own = mailboxes.feedsOfSource(known.id).find((feed) => mailboxes.get(feed.mailboxId)?.kind === 'account');
    const owed = store.journal.ofSource(known.id).map(({ kind }) => kind);
    const isLeaving = owed.includes('delete') || owed.includes('rename');
    // The default account's `Work` is `QQ/Work` already: a second one would be gone with the next look upstream.
    if (own && !isLeaving) {
      const shown = mailboxes.get(own.mailboxId)?.path;
      throw new MailboxError('ALREADYEXISTS', `this mailbox is there already, as ${shown}`);
    }
    const isInUse = own !== undefined || owed.includes('delete');
    return isInUse ? sources.insert({ ...fields, path: provisionalPath(path) }) : known;
  };

  const rename = (from: string, to: string): void => {
    const oldPath = canonicalPath(from);
    const newPath = canonicalPath(to).replace(/\/$/, '');
    checkMailboxName(newPath);
    const mailbox = mailboxes.byPath(oldPath);
    if (!mailbox) throw new MailboxError('NONEXISTENT', 'there is no such mailbox');
    const source = sourceOf(mailbox);
    if (!source || source.role) throw new MailboxError('CANNOT', 'this mailbox cannot be renamed');
    if (mailboxes.byPath(newPath)) throw new MailboxError('ALREADYEXISTS', 'there is such a mailbox already');
    if (sharedPlace(newPath)) throw new MailboxError('CANNOT', 'only messages can be moved below a unified mailbox');
    if (newPath.startsWith(`${oldPath}/`)) throw new MailboxError('CANNOT', 'a mailbox cannot be moved below itself');
    unit.durable((work) => {
      const above = parentOf(newPath);
      if (above !== undefined) createWithParents(above, work);
      const target = locate(newPath);
      if (target.account.id !== source.accountId) {
        throw new MailboxError('CANNOT', 'a mailbox cannot be renamed into another account; move its messages instead');
      }
      for (const row of mailboxes.list()) {
        if (row.path === oldPath || row.path.startsWith(`${oldPath}/`)) {
          mailboxes.setPath(row.id, newPath + row.path.slice(oldPath.length));
        }
      }
      work.owe({
        accountId: source.accountId,
        kind: 'rename',
        sourceId: source.id,
        payload: { to: target.parts },
        targets: [],
      });
      work.ringTree();
    });
  };

  const remove = (wanted: string, by?: Remover): void => {
    const path = canonicalPath(wanted);
    const mailbox = mailboxes.byPath(path);
    if (!mailbox) throw new MailboxError('NONEXISTENT', 'there is no such mailbox');
    const doomed = sourcesToDelete(mailbox);
    if (mailboxes.list().some((row) => row.path.startsWith(`${path}/`))) {
      throw new MailboxError('HASCHILDREN', 'this mailbox has mailboxes below it; delete those first');
    }
    unit.durable((work) => {
      // One command, one time.
      const deleted = { path, removedAt: removals.timeOf(by), device: by?.device ?? '', mailboxId: mailbox.id };
      for (const source of doomed) removeSource(source, deleted, work);
      mailboxes.takeAway(mailbox.id);
      work.ringTree();
    });
    deletions.resume();
  };
  /** The sources a mailbox stands for: its own, or, below a unified mailbox, those of all accounts. */
  const sourcesToDelete = (mailbox: MailboxRow): readonly SourceRow[] => {
    const own = sourceOf(mailbox);
    if (own && !own.role) return [own];
    if (mailbox.kind === 'unified' && sharedPlace(mailbox.path)) {
      return mailboxes.feedsOfMailbox(mailbox.id).flatMap(({ sourceId }) => sources.get(sourceId) ?? []);
    }
    throw new MailboxError('CANNOT', 'this mailbox cannot be deleted');
  };
  /** Nobody sees its mailbox from now on; its messages follow. */
  const removeSource = (source: SourceRow, { path, removedAt, device, mailboxId }: Deleted, work: Work): void => {
    const own = mailboxes
      .feedsOfSource(source.id)
      .map((feed) => mailboxes.get(feed.mailboxId))
      .find((row) => row?.kind === 'account');
    if (own) mailboxes.takeAway(own.id);
    mailboxes.removeFeedsOfSource(source.id);
    const mailboxIds = [...new Set([mailboxId, ...(own ? [own.id] : [])])];
    const rest = { upTo: copies.newestId(), device, shownAs: path, mailboxIds };
    const shared = mailboxId === own?.id ? {} : { sharedPath: path };
    const payload: DeletePayload = { mailboxPath: own?.path ?? '', ...shared, removedAt, rest };
    const owed = { accountId: source.accountId, kind: 'delete', sourceId: source.id, payload, targets: [] } as const;
    deletions.begin(work, work.owe(owed));
  };

  const isShown = (row: MailboxRow): boolean => {
    if (row.kind !== 'account' || accountTrees === 'all') return true;
    if (accountTrees === 'none') return false;
    return sourceOf(row)?.role === undefined;
  };
  const list = (): Mailbox[] => mailboxes.list().filter(isShown).sort(byTreeOrder).map(view);
  return {
    list,
    find: (path) => {
      const row = find(path);
      return row && view(row);
    },
    get: (id) => {
      const row = mailboxes.get(id);
      return row && view(row);
    },
    subscriptions: () => new Set(mailboxes.subscriptions()),
    subscribe: (wanted, subscribed) => {
      const path = canonicalPath(wanted);
      if (subscribed) checkMailboxName(path);
      unit.durable((work) => {
        if (subscribed) mailboxes.subscribe(path);
        else mailboxes.unsubscribe(path);
        work.ringTree();
      });
    },
    create,
    rename,
    delete: remove,
  };
}

function mustBeThere(row: MailboxRow | undefined): MailboxRow {
  if (!row) throw new Error('the mailbox that has just been made is gone');
  return row;
}

const view = (row: MailboxRow): Mailbox => ({
  id: row.id as MailboxId,
  path: row.path,
  kind: row.kind,
  role: row.kind === 'unified' ? row.role : undefined,
  specialUse: row.kind === 'unified' && row.role ? specialUseOf(row.role) : row.specialUse,
  selectable: row.selectable,
  uidValidity: row.uidValidity,
});

const ROLE_ORDER: readonly (Role | undefined)[] = UNIFIED_MAILBOXES.map(([role]) => role);
const rank = (row: MailboxRow): number => {
  if (row.kind === 'unified') return row.role ? ROLE_ORDER.indexOf(row.role) : ROLE_ORDER.length;
  return ROLE_ORDER.length + (row.kind === 'view' ? 1 : 2);
};
const byTreeOrder = (a: MailboxRow, b: MailboxRow): number =>
  rank(a) - rank(b) || (a.path === b.path ? 0 : a.path < b.path ? -1 : 1);
