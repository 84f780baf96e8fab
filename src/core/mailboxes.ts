import { randomUUID } from 'node:crypto';
import { MailboxError } from '../mail/errors.js';
import { type Role, UNIFIED_MAILBOXES } from '../mail/roles.js';
import type { MailboxRow } from '../store/mailboxes.js';
import type { SourceRow } from '../store/sources.js';
import type { Store } from '../store/store.js';
import type { AccountSettings } from './accounts.js';
import type { Mailbox, Mailboxes, MailboxId } from './core.js';
import { sharedPlace } from './shared-mailboxes.js';
import type { Tree } from './sync/tree.js';
import type { UnitOfWork, Work } from './unit-of-work.js';

export interface MailboxesOptions {
  readonly store: Store;
  readonly unit: UnitOfWork;
  readonly tree: Tree;
  readonly accounts: readonly AccountSettings[];
  readonly accountTrees: 'all' | 'folders' | 'none';
}

/** `INBOX` in any case is the inbox, also as the first part of a path (RFC 9051 §5.1). */
export function canonicalPath(path: string): string {
  const normal = path.normalize('NFC');
  return /^inbox(?=\/|$)/i.test(normal) ? `INBOX${normal.slice(5)}` : normal;
}

const parentOf = (path: string): string | undefined => {
  const cut = path.lastIndexOf('/');
  return cut < 0 ? undefined : path.slice(0, cut);
};

/** The mailbox tree as clients see and change it; what it owes the upstreams goes through the journal. */
export function createMailboxes({ store, unit, tree, accounts, accountTrees }: MailboxesOptions): Mailboxes {
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
    return { account, parts: [...account.traits.folderParent, ...(named ? parts.slice(1) : parts)] };
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

  const checkName = (path: string) => {
    if (
      path === '' ||
      path.length > 1000 ||
      path.split('/').some((part) => part === '' || /[\u0000-\u001f\u007f]/.test(part))
    ) {
      throw new MailboxError('CANNOT', 'that name cannot be used for a mailbox');
    }
  };

  const create = (wanted: string): Mailbox => {
    const path = canonicalPath(wanted).replace(/\/$/, '');
    checkName(path);
    if (mailboxes.byPath(path)) throw new MailboxError('ALREADYEXISTS', 'there is such a mailbox already');
    return unit.durable((work) => createWithParents(path, work));
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
  /** The source to make; under another name for now, if the one that has its path upstream is still to be deleted or renamed. */
  const sourceFor = (accountId: number, path: readonly string[]): SourceRow => {
    const fields = { accountId, role: undefined, selectable: true, present: false };
    const known = sources.byPath(accountId, path);
    if (!known) return sources.insert({ ...fields, path });
    const isInUse =
      mailboxes.feedsOfSource(known.id).some((feed) => mailboxes.get(feed.mailboxId)?.kind === 'account') ||
      store.journal.ofSource(known.id).some(({ kind }) => kind === 'delete');
    return isInUse
      ? sources.insert({ ...fields, path: [...path.slice(0, -1), `${path.at(-1)} ${randomUUID()}`] })
      : known;
  };

  const rename = (from: string, to: string): void => {
    const oldPath = canonicalPath(from);
    const newPath = canonicalPath(to).replace(/\/$/, '');
    checkName(newPath);
    const mailbox = mailboxes.byPath(oldPath);
    if (!mailbox) throw new MailboxError('NONEXISTENT', 'there is no such mailbox');
    const source = sourceOf(mailbox);
    if (!source || source.role) throw new MailboxError('CANNOT', 'this mailbox cannot be renamed');
    if (mailboxes.byPath(newPath)) throw new MailboxError('ALREADYEXISTS', 'there is such a mailbox already');
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
        payload: { to: target.parts, from: oldPath },
        targets: [],
      });
      work.ringTree();
    });
  };

  const remove = (wanted: string): void => {
    const path = canonicalPath(wanted);
    const mailbox = mailboxes.byPath(path);
    if (!mailbox) throw new MailboxError('NONEXISTENT', 'there is no such mailbox');
    const doomed = sourcesToDelete(mailbox);
    if (mailboxes.list().some((row) => row.path.startsWith(`${path}/`))) {
      throw new MailboxError('HASCHILDREN', 'this mailbox has mailboxes below it; delete those first');
    }
    unit.durable((work) => {
      for (const source of doomed) removeSource(source, work);
      mailboxes.remove(mailbox.id);
      work.ringTree();
    });
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
  const removeSource = (source: SourceRow, work: Work): void => {
    for (const copy of copies.ofSource(source.id)) {
      copies.setLeaving(copy.id, true);
      work.withdraw(copy.id);
    }
    const own = mailboxes
      .feedsOfSource(source.id)
      .map(({ mailboxId }) => mailboxes.get(mailboxId))
      .find((row) => row?.kind === 'account');
    if (own) mailboxes.remove(own.id);
    mailboxes.removeFeedsOfSource(source.id);
    work.owe({
      accountId: source.accountId,
      kind: 'delete',
      sourceId: source.id,
      payload: { mailboxPath: own?.path ?? '' },
      targets: [],
    });
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

const view = (row: MailboxRow): Mailbox => ({
  id: row.id as MailboxId,
  path: row.path,
  kind: row.kind,
  role: row.kind === 'unified' ? row.role : undefined,
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
