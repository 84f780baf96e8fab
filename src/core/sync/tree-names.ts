// What an account's mailboxes are called here, and that they stand below their parents under whatever name those have here.
import type { MailboxRow } from '../../store/mailboxes.js';
import type { SourceRow } from '../../store/sources.js';
import type { Store } from '../../store/store.js';
import type { AccountSettings } from '../accounts.js';
import { setPathOfTree } from './owed-paths.js';
import { mailboxPath, partHere } from './tree-paths.js';

export function createTreeNames(store: Pick<Store, 'mailboxes' | 'sources' | 'journal'>) {
  const { mailboxes, sources, journal } = store;

  const ownMailbox = (sourceId: number): MailboxRow | undefined =>
    mailboxes
      .feedsOfSource(sourceId)
      .map((feed) => mailboxes.get(feed.mailboxId))
      .find((row) => row?.kind === 'account');
  /** Below its parent, which may have another name here: one that is still owed. */
  const pathHere = (account: AccountSettings, path: readonly string[]): string => {
    const top = account.traits.flattened.includes(path[0] ?? '') ? 1 : 0;
    for (let depth = path.length - 1; depth > top; depth--) {
      const above = sources.byPath(account.id, path.slice(0, depth));
      const own = above && ownMailbox(above.id);
      if (own) return [own.path, ...path.slice(depth).map(partHere)].join('/');
    }
    return mailboxPath(account, path);
  };
  /** Levels of the account's tree that no upstream mailbox stands for. */
  const makeLevels = ({ id: accountId }: AccountSettings, path: string) => {
    const parts = path.split('/');
    for (let depth = 1; depth < parts.length; depth++) {
      const level = parts.slice(0, depth).join('/');
      if (mailboxes.byPath(level)) continue;
      mailboxes.insert({ path: level, kind: 'account', role: undefined, accountId, selectable: false });
    }
  };
  /** Where a mailbox of that path is to stand: a name that is not taken. */
  const freePath = (account: AccountSettings, path: readonly string[]): string => {
    const wanted = pathHere(account, path);
    let free = wanted;
    for (let i = 2; mailboxes.byPath(free); i++) free = `${wanted} (${i})`;
    makeLevels(account, free);
    return free;
  };
  const isRenamedHere = ({ id }: SourceRow) => journal.ofSource(id).some(({ kind }) => kind === 'rename');
  const setPath = (own: MailboxRow, to: string) => {
    if (mailboxes.subscriptions().includes(own.path)) {
      mailboxes.unsubscribe(own.path);
      mailboxes.subscribe(to);
    }
    mailboxes.setPath(own.id, to);
  };

  return {
    ownMailbox,
    freePath,
    /** A rename here has come to nothing: what it moved is called again what the upstream calls it, which may be new too. */
    renameBack: (account: AccountSettings, source: SourceRow): void => {
      const own = ownMailbox(source.id);
      if (!own || isRenamedHere(source) || pathHere(account, source.path) === own.path) return;
      const to = freePath(account, source.path);
      for (const below of mailboxes.list().filter((row) => row.path.startsWith(`${own.path}/`)))
        setPath(below, to + below.path.slice(own.path.length));
      setPath(own, to);
      makeLevels(account, to);
    },
    /** Another client has given the source another path. What only the user has put below it goes along; the rest LIST tells. */
    renameHere: (account: AccountSettings, source: SourceRow, own: MailboxRow, path: readonly string[]): void => {
      setPathOfTree(store, source, path, ({ present }) => !present);
      // The user's own name for it stands, and is owed.
      if (isRenamedHere(source) || pathHere(account, path) === own.path) return;
      const to = freePath(account, path);
      setPath(own, to);
      for (const below of mailboxes.list().filter((row) => row.path.startsWith(`${own.path}/`))) {
        const [feed] = mailboxes.feedsOfMailbox(below.id);
        const behind = feed && sources.get(feed.sourceId);
        if (behind && (!behind.present || isRenamedHere(behind)))
          setPath(below, to + below.path.slice(own.path.length));
      }
    },
  };
}
