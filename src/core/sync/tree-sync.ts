// LIST, and what follows from it: new mailboxes, mailboxes that are gone, and mailboxes that only have another name now.
import { UpstreamError } from '../../mail/errors.js';
import { rangesOf } from '../../mail/sequence-set.js';
import type { SourceRow } from '../../store/sources.js';
import type { Store } from '../../store/store.js';
import type { SourcePath, UpstreamMailbox } from '../../upstream/connector.js';
import type { AccountSettings } from '../accounts.js';
import { isSame, knownOf } from './fingerprints.js';
import type { LaneSession } from './lane.js';
import type { SourceSyncContext } from './source-state.js';
import type { Tree } from './tree-contract.js';
import { byDepth } from './tree-paths.js';

/** Mailboxes that are asked whether they are known ones under another name, at one LIST. */
const MAX_ASKED = 100;

/** @throws {UpstreamError} */
export async function syncTree(
  context: SourceSyncContext,
  lane: LaneSession,
  tree: Tree,
  account: AccountSettings,
): Promise<void> {
  const { store, ingest, logger } = context;
  const listed = await lane.session.listMailboxes();
  const { gone, renamed } = await adoptNames(store, lane, tree, account, listed);
  for (const { from, to } of renamed) logger.info({ from, to }, 'a mailbox has another name upstream');
  tree.reconcile(account, listed);
  for (const { id, selectable, present } of store.sources.ofAccount(account.id)) {
    // Only a name now, of what is below it: its messages are gone as if it were.
    if (present && !selectable && store.copies.countBound(id) > 0) await ingest.vanished(store.copies.bound(id));
  }
  for (const { id } of gone) {
    if (!tree.mayDrop(id)) continue;
    await ingest.vanished(store.copies.bound(id));
    tree.drop(id);
  }
}

export interface Adopted {
  /** Sources that are not there under any name. */
  readonly gone: readonly SourceRow[];
  readonly renamed: readonly { readonly from: SourcePath; readonly to: SourcePath }[];
}

/** Gives the sources that LIST names otherwise their new names. @throws {UpstreamError} */
export async function adoptNames(
  store: Store,
  lane: LaneSession,
  tree: Tree,
  account: AccountSettings,
  listed: readonly UpstreamMailbox[],
): Promise<Adopted> {
  const { gone, fresh } = tree.compare(account, listed);
  const left = new Map(gone.map((source) => [source.id, source]));
  const renamed: Adopted['renamed'][number][] = [];
  if (gone.some(({ id }) => store.copies.countBound(id) > 0)) {
    // What is above first: the others stand below it, whatever it is called here.
    for (const mailbox of [...fresh].sort(byDepth).slice(0, MAX_ASKED)) {
      const source = await formerly(store, lane, mailbox, [...left.values()]).catch(unlessRefused);
      if (!source || !tree.renameSource(account, source, mailbox)) continue;
      left.delete(source.id);
      renamed.push({ from: source.path, to: mailbox.path });
    }
  }
  return { gone: [...left.values()], renamed };
}

/** A mailbox that cannot be looked into is like any new one. */
const unlessRefused = (error: unknown): undefined => {
  if (!(error instanceof UpstreamError) || error.kind !== 'permanent') throw error;
};

/**
 * The source that the mailbox was, with all its uids: same role, same UIDVALIDITY, and under the oldest, a middle and the
 * newest uid the same messages, as far as they are still there.
 */
async function formerly(
  store: Store,
  lane: LaneSession,
  mailbox: UpstreamMailbox,
  gone: readonly SourceRow[],
): Promise<SourceRow | undefined> {
  if (!mailbox.selectable || gone.length === 0) return undefined;
  const { uidValidity, messages } = await lane.session.status(mailbox.path);
  if (messages === 0) return undefined;
  for (const source of gone) {
    if (source.role !== mailbox.role || source.uidValidity === undefined || !source.listed) continue;
    if (uidValidity !== undefined && uidValidity !== source.uidValidity) continue;
    const samples = store.copies.sampleUids(source.id);
    if (samples.length === 0) continue;
    const state = await lane.select({ ...source, path: mailbox.path }, { fresh: true });
    if (state.uidValidity !== source.uidValidity || state.isRenumbered) continue;
    let [same, other] = [0, 0];
    await lane.session.fetchHeaders(rangesOf(samples), (rows) => {
      for (const row of rows) {
        const copy = store.copies.byUid(source.id, row.uid);
        const known = copy && knownOf(store, copy.messageId);
        if (!known) continue;
        if (isSame(known, row)) same++;
        else other++;
      }
    });
    if (same > 0 && other === 0) return source;
  }
  return undefined;
}
