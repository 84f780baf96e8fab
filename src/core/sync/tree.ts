// Brings our mailboxes in line with the upstream's LIST: sources, the account's own tree, and what feeds the unified
// mailboxes (DESIGN §5).
import { type Role, UNIFIED_MAILBOXES } from '../../mail/roles.js';
import type { FeedRow, MailboxRow } from '../../store/mailboxes.js';
import type { SourceRow } from '../../store/sources.js';
import type { UpstreamMailbox } from '../../upstream/connector.js';
import type { AccountSettings } from '../accounts.js';
import type { AppendPayload, CreatePayload } from '../journal/payloads.js';
import { putBack } from '../journal/put-back.js';
import { isSamePath, sharedPlace, sharedSourcePath } from '../shared-mailboxes.js';
import type { Work } from '../unit-of-work.js';
import { forgive, removeSource } from './each-source.js';
import { isOwedPath, provisionalPath } from './owed-paths.js';
import type { Tree, TreeOptions } from './tree-contract.js';
import { createTreeNames } from './tree-names.js';
import { byDepth, isVisible, shownOf } from './tree-paths.js';

export function createTree({ store, unit, merge }: TreeOptions): Tree {
  const { mailboxes, sources, copies, accounts, journal } = store;
  const { ownMailbox, freePath, renameHere, renameBack } = createTreeNames(store);

  const ensureMailbox = (
    path: string,
    fields: Omit<Parameters<typeof mailboxes.insert>[0], 'path'>,
    subscribed: boolean,
  ): MailboxRow => {
    const known = mailboxes.byPath(path);
    if (known) return known;
    if (subscribed) mailboxes.subscribe(path);
    return mailboxes.insert({ path, ...fields });
  };
  const isMerged = (accountId: number) => accounts.list().find((account) => account.id === accountId)?.merged ?? false;

  const unifiedFor = (source: SourceRow, account: AccountSettings): MailboxRow[] => {
    const role = source.role === 'all' && account.traits.archiveIsAll ? 'archive' : source.role;
    return mailboxes.list().filter((row) => {
      if (row.kind !== 'unified') return false;
      if (row.role !== undefined) return row.role === role;
      const place = sharedPlace(row.path);
      if (place && isSamePath(source, sharedSourcePath(store, account, place))) return true;
      return merge[row.path]?.some((path) => ownMailbox(source.id)?.path === path) ?? false;
    });
  };
  const isMail = ({ active, sourceId }: FeedRow) => active && sources.get(sourceId)?.local === undefined;
  /** Feeds that should be there; those of a source that is listed already start showing at once. */
  const connect = (source: SourceRow, account: AccountSettings, work: Work) => {
    for (const row of unifiedFor(source, account)) {
      const known = mailboxes.feedsOfMailbox(row.id).some((feed) => feed.sourceId === source.id);
      if (known) continue;
      const active = source.listed && isMerged(account.id);
      mailboxes.addFeed(row.id, source.id, active);
      if (active) work.allocate(row.id, [source.id]);
    }
  };

  const reconcileOne = (account: AccountSettings, upstream: UpstreamMailbox, role: Role | undefined, work: Work) => {
    const found = sources.byPath(account.id, upstream.path);
    if (!found && isOwedPath(journal, account.id, upstream.path)) return;
    const source =
      found ??
      sources.insert({
        accountId: account.id,
        path: upstream.path,
        role,
        selectable: upstream.selectable,
        present: true,
      });
    if (found && (found.role !== role || found.selectable !== upstream.selectable || !found.present)) {
      sources.setSeen(found.id, { role, selectable: upstream.selectable });
      if (!upstream.selectable) forgive(store, found);
      const own = ownMailbox(found.id);
      // A level has become a mailbox, or the other way round.
      if (own && own.selectable !== upstream.selectable) {
        mailboxes.setSelectable(own.id, upstream.selectable);
        work.ringTree();
      }
    }
    if (!ownMailbox(source.id) && !isBeingDeleted(source.id) && isVisible(account, upstream)) {
      const row = ensureMailbox(
        freePath(account, upstream.path),
        { kind: 'account', role, accountId: account.id, selectable: upstream.selectable },
        // What a unified mailbox shows is not subscribed here too: clients would download it twice (DESIGN §5).
        role === undefined && upstream.selectable && unifiedFor(source, account).length === 0,
      );
      mailboxes.addFeed(row.id, source.id, source.listed);
      work.ringTree();
    }
    connect(sources.get(source.id) ?? source, account, work);
  };
  const isBeingDeleted = (sourceId: number) => {
    const accountId = sources.get(sourceId)?.accountId ?? 0;
    return journal.head(accountId, 10_000).some((row) => row.sourceId === sourceId && row.kind === 'delete');
  };
  /** Whether the account's tree is being changed, or the source is on its way out. */
  const isBeingMoved = ({ id, accountId }: SourceRow) =>
    journal
      .head(accountId, 10_000)
      .some(({ kind, sourceId }) => kind === 'create' || kind === 'rename' || (kind === 'delete' && sourceId === id));
  const mayDrop = (source: SourceRow) => !isBeingMoved(source) && journal.ofSource(source.id).length === 0;

  const dropSource = (source: SourceRow, work: Work) => {
    for (const copy of copies.ofSource(source.id)) {
      copies.setLeaving(copy.id, true);
      work.withdraw(copy.id);
      copies.remove(copy.id);
      store.messages.removeIfOrphan(copy.messageId);
    }
    const own = ownMailbox(source.id);
    mailboxes.removeFeedsOfSource(source.id);
    if (own && mailboxes.feedsOfMailbox(own.id).length === 0) mailboxes.remove(own.id);
    removeSource(store, source);
    work.ringTree();
  };

  /** The source that is to have the path once the one that has it has been deleted. */
  const madeAnew = (accountId: number, path: readonly string[]): SourceRow | undefined => {
    const owed = journal
      .ofAccountAndKind(accountId, 'create')
      .find(({ payload }) => JSON.stringify((JSON.parse(payload) as CreatePayload).path) === JSON.stringify(path));
    return owed?.sourceId == null ? undefined : sources.get(owed.sourceId);
  };
  /** The source at the path, in use from this moment: made, upstream too, if it is not there. */
  const usableSource = (
    work: Work,
    account: AccountSettings,
    path: readonly string[],
    role: Role | undefined,
  ): SourceRow => {
    const known = sources.byPath(account.id, path);
    // What is put there now is not to go with the one that is still to be deleted: it has another name until then.
    const isLeaving = known !== undefined && isBeingDeleted(known.id);
    const taken = isLeaving ? madeAnew(account.id, path) : known;
    const name = isLeaving ? provisionalPath(path) : path;
    const made = taken ?? sources.insert({ accountId: account.id, path: name, role, selectable: true, present: false });
    if (taken && role) sources.setSeen(taken.id, { role, selectable: true });
    if (!taken) {
      sources.setListed(made.id);
      const payload: CreatePayload = isLeaving ? { path } : {};
      work.owe({ accountId: account.id, kind: 'create', sourceId: made.id, payload, targets: [] });
    }
    const source = sources.get(made.id) ?? made;
    if (!ownMailbox(source.id)) {
      const fields = { kind: 'account', role, accountId: account.id, selectable: true } as const;
      mailboxes.addFeed(ensureMailbox(freePath(account, path), fields, false).id, source.id, true);
    }
    // The mailboxes it feeds must show what is put there, merged account or not.
    for (const row of unifiedFor(source, account)) mailboxes.addFeed(row.id, source.id, isMerged(account.id));
    work.ringTree();
    return source;
  };
  const roleSource: Tree['roleSource'] = (work, account, role) => {
    const wanted = role === 'archive' && account.traits.archiveIsAll ? 'all' : role;
    const known = sources.ofAccount(account.id).find((source) => source.role === wanted);
    if (known) return known;
    const path = account.traits.roleNames[role];
    if (!path) throw new RangeError(`${account.name} has no ${role} mailbox`);
    return usableSource(work, account, path, role);
  };

  return {
    prepare: () =>
      unit.batch((work) => {
        for (const [role, path] of UNIFIED_MAILBOXES) {
          ensureMailbox(path, { kind: 'unified', role, accountId: undefined, selectable: true }, true);
        }
        for (const path of Object.keys(merge)) {
          ensureMailbox(path, { kind: 'unified', role: undefined, accountId: undefined, selectable: true }, true);
        }
        work.ringTree();
      }),
    compare: (account, listed) => {
      const shown = shownOf(account, listed);
      if (shown.length === 0) return { gone: [], fresh: [] };
      const seen = new Set(shown.map(({ path }) => JSON.stringify(path)));
      return {
        gone: sources
          .ofAccount(account.id)
          .filter((source) => source.present && !seen.has(JSON.stringify(source.path))),
        fresh: shown.filter(({ path }) => !sources.byPath(account.id, path) && !isOwedPath(journal, account.id, path)),
      };
    },
    reconcile: (account, listed) =>
      unit.batch((work) => {
        const shown = shownOf(account, listed);
        const taken = new Set<Role>();
        const seen = new Set<string>();
        for (const upstream of [...shown].sort(byDepth)) {
          const role = upstream.role && !taken.has(upstream.role) ? upstream.role : undefined;
          if (role) taken.add(role);
          const key = JSON.stringify(upstream.path);
          if (!seen.has(key)) reconcileOne(account, upstream, role, work);
          seen.add(key);
        }
      }),
    renameSource: (account, source, { path }) =>
      unit.batch((work) => {
        const feeds = mailboxes.feedsOfSource(source.id).map(({ mailboxId }) => mailboxId);
        const own = ownMailbox(source.id);
        const shared = unifiedFor({ ...source, path }, account).map(({ id }) => id);
        const isElsewhere = shared.length !== feeds.length - 1 || shared.some((id) => !feeds.includes(id));
        if (!own || isElsewhere) return false;
        renameHere(account, source, own, path);
        work.ringTree();
        return true;
      }),
    renameBack: (work, account, source) => {
      renameBack(account, source);
      work.ringTree();
    },
    drop: (sourceId) =>
      unit.batch((work) => {
        const source = sources.get(sourceId);
        if (source && mayDrop(source)) dropSource(source, work);
      }),
    mayDrop: (sourceId) => {
      const source = sources.get(sourceId);
      return source !== undefined && mayDrop(source);
    },
    showSource: (sourceId) =>
      unit.batch((work) => {
        sources.setListed(sourceId);
        const source = sources.get(sourceId);
        if (!source) return;
        const merged = isMerged(source.accountId);
        for (const feed of mailboxes.feedsOfSource(sourceId)) {
          const kind = mailboxes.get(feed.mailboxId)?.kind;
          if (kind === 'unified' && !merged && !feed.active) continue;
          // Active already: a client has put something there meanwhile. What has been listed is not shown for that.
          mailboxes.activateFeeds(feed.mailboxId, [sourceId]);
          work.allocate(feed.mailboxId, [sourceId]);
        }
      }),
    mergeAccounts: (accountIds) =>
      unit.batch((work) => {
        const fresh = new Set(accountIds);
        for (const id of accountIds) accounts.setMerged(id);
        for (const row of mailboxes.list().filter(({ kind }) => kind === 'unified')) {
          const feeds = mailboxes.feedsOfMailbox(row.id);
          const added = feeds.filter(({ sourceId }) => fresh.has(sources.get(sourceId)?.accountId ?? 0));
          const sourceIds = added.map(({ sourceId }) => sourceId);
          mailboxes.activateFeeds(row.id, sourceIds);
          // The first allocation fills an empty mailbox; a later one is a user's act and renumbers once (DESIGN §5).
          const isFirst = row.uidNext === 1 || !feeds.some((feed) => isMail(feed) && !added.includes(feed));
          if (isFirst) work.allocate(row.id, sourceIds);
          else if (added.some(({ sourceId }) => copies.countBound(sourceId) > 0)) work.renumber(row.id);
        }
        work.ringTree();
      }),
    roleSource,
    sharedSource: (work, account, path) => {
      const place = sharedPlace(path);
      if (!place) throw new RangeError(`${path} is below no unified mailbox`);
      if (!account.traits.archiveIsAll) roleSource(work, account, place.role);
      const sourcePath = sharedSourcePath(store, account, place);
      if (!sourcePath) throw new RangeError(`${account.name} has no ${place.role} mailbox`);
      // One after the other, from the top: not every server makes the levels between.
      const first = sourcePath.length - place.below.length + 1;
      let source: SourceRow | undefined;
      for (let depth = first; depth <= sourcePath.length; depth++) {
        source = usableSource(work, account, sourcePath.slice(0, depth), undefined);
      }
      if (!source) throw new RangeError(`${path} has no name`);
      return source;
    },
    connectShared: (work, allAccounts) => {
      for (const account of allAccounts) {
        for (const source of sources.ofAccount(account.id)) connect(source, account, work);
      }
      work.ringTree();
    },
    removeAccount: (accountId) =>
      unit.batch((work) => {
        // What was on its way to it from another account stays where it is.
        for (const row of journal.ofAccountAndKind(accountId, 'append')) {
          const { removeOrigin, originCopyId } = JSON.parse(row.payload) as AppendPayload;
          if (removeOrigin && originCopyId !== undefined) putBack({ store }, work, originCopyId);
        }
        for (const source of sources.ofAccount(accountId)) dropSource(source, work);
        accounts.remove(accountId);
        work.ringTree();
      }),
  };
}
