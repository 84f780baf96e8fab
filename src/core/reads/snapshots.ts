import { indexIn } from '../../lib/ascending.js';
import { MailboxError } from '../../mail/errors.js';
import { SystemFlag } from '../../mail/flags.js';
import { asUid } from '../../mail/ids.js';
import { rangesOf } from '../../mail/sequence-set.js';
import type { Store } from '../../store/store.js';
import type { MailboxChanges, MailboxId, MailboxSnapshot, MailboxStatus } from '../core.js';
import type { FlagTable } from '../flag-table.js';
import { createSizes } from './sizes.js';

/** Snapshots of mailboxes (core.ts), kept up to date by modseq: only what changed is read again. */
export interface Snapshots {
  snapshot(mailboxId: MailboxId): MailboxSnapshot;
  changesSince(mailboxId: MailboxId, modseq: number): MailboxChanges;
  status(mailboxId: MailboxId): MailboxStatus;
}

export interface SnapshotOptions {
  readonly store: Store;
  readonly flags: FlagTable;
  /** The local keyword that tells a source's account (`$acct_qq`), '' for none. */
  tagOf(sourceId: number): string;
  /** How many mailboxes' snapshots are kept while nobody asks for them. */
  readonly keep?: number;
}

export function createSnapshots({ store, flags, tagOf, keep = 24 }: SnapshotOptions): Snapshots {
  const { uidMap } = store;
  const cache = new Map<number, MailboxSnapshot>();
  const countersOf = (mailboxId: MailboxId) => {
    const counters = uidMap.counters(mailboxId);
    if (!counters) throw new MailboxError('NONEXISTENT', 'the mailbox is gone');
    return counters;
  };
  const idOf = (sourceId: number, system: number, keywords: string) => flags.idOf(system, keywords, tagOf(sourceId));

  const build = (mailboxId: MailboxId): MailboxSnapshot => {
    const { uidNext, uidValidity, highestModseq } = countersOf(mailboxId);
    let capacity = 1024;
    let uids = new Uint32Array(capacity);
    let flagIds = new Uint32Array(capacity);
    let modseqs = new Float64Array(capacity);
    let count = 0;
    for (const [uid, modseq, sourceId, system, keywords] of uidMap.snapshot(mailboxId)) {
      if (count === capacity) {
        capacity *= 2;
        uids = filled(new Uint32Array(capacity), uids);
        flagIds = filled(new Uint32Array(capacity), flagIds);
        modseqs = filled(new Float64Array(capacity), modseqs);
      }
      uids[count] = uid;
      modseqs[count] = modseq;
      flagIds[count++] = idOf(sourceId, system, keywords);
    }
    return {
      mailboxId,
      uidValidity,
      uidNext,
      modseq: highestModseq,
      uids: uids.slice(0, count),
      flagIds: flagIds.slice(0, count),
      modseqs: modseqs.slice(0, count),
      flagTable: flags.table,
    };
  };

  const changesSince = (mailboxId: MailboxId, modseq: number): MailboxChanges => {
    const { highestModseq } = countersOf(mailboxId);
    if (highestModseq <= modseq) return { modseq: highestModseq, vanished: [], changed: [] };
    return {
      modseq: highestModseq,
      vanished: rangesOf(uidMap.vanished(mailboxId, modseq)),
      changed: uidMap.changed(mailboxId, modseq).map(([uid, changedAt, sourceId, system, keywords]) => ({
        uid: asUid(uid),
        modseq: changedAt,
        flags: flags.get(idOf(sourceId, system, keywords)),
      })),
    };
  };

  const refresh = (old: MailboxSnapshot, uidNext: number): MailboxSnapshot => {
    const vanished = new Set(uidMap.vanished(old.mailboxId, old.modseq));
    const changed = uidMap.changed(old.mailboxId, old.modseq);
    const lastUid = old.uids.at(-1) ?? 0;
    const added = changed.filter(([uid]) => uid > lastUid);
    const kept = vanished.size === 0 ? old.uids : old.uids.filter((uid) => !vanished.has(uid));
    const uids = added.length === 0 ? kept : new Uint32Array(kept.length + added.length);
    const flagIds = new Uint32Array(uids.length);
    const modseqs = new Float64Array(uids.length);
    if (added.length > 0) uids.set(kept);
    let next = kept.length;
    if (vanished.size === 0) {
      flagIds.set(old.flagIds);
      modseqs.set(old.modseqs);
    } else {
      next = 0;
      for (let i = 0; i < old.uids.length; i++) {
        if (vanished.has(old.uids[i] ?? 0)) continue;
        flagIds[next] = old.flagIds[i] ?? 0;
        modseqs[next++] = old.modseqs[i] ?? 0;
      }
    }
    for (const [uid, modseq, sourceId, system, keywords] of changed) {
      // Among the old ones only: behind them `uids` is still empty, and no longer ascending.
      const index = uid > lastUid ? next++ : indexIn(kept, uid);
      if (index < 0) continue;
      uids[index] = uid;
      modseqs[index] = modseq;
      flagIds[index] = idOf(sourceId, system, keywords);
    }
    return { ...old, uids, flagIds, modseqs, uidNext, modseq: countersOf(old.mailboxId).highestModseq };
  };

  const snapshot = (mailboxId: MailboxId): MailboxSnapshot => {
    const { uidNext, uidValidity, highestModseq } = countersOf(mailboxId);
    const known = cache.get(mailboxId);
    if (known && known.uidValidity === uidValidity && known.modseq === highestModseq) return known;
    const made = known && known.uidValidity === uidValidity ? refresh(known, uidNext) : build(mailboxId);
    cache.delete(mailboxId);
    cache.set(mailboxId, made);
    const [oldest] = cache.keys();
    if (cache.size > keep && oldest !== undefined) cache.delete(oldest);
    return made;
  };

  const sizesOf = createSizes(uidMap, keep);
  const status = (mailboxId: MailboxId): MailboxStatus => {
    const current = snapshot(mailboxId);
    const { uids, flagIds, uidNext, uidValidity, modseq } = current;
    let unseen = 0;
    let deleted = 0;
    for (const id of flagIds) {
      const { system } = flags.get(id);
      if (!(system & SystemFlag.Seen)) unseen++;
      if (system & SystemFlag.Deleted) deleted++;
    }
    return {
      messages: uids.length,
      unseen,
      deleted,
      uidNext,
      uidValidity,
      highestModseq: modseq,
      get sizeBytes() {
        return sizesOf(current).total;
      },
      get deletedBytes() {
        const { sizes } = sizesOf(current);
        return sizes.reduce((sum, size, i) => {
          const isDeleted = flags.get(flagIds[i] ?? 0).system & SystemFlag.Deleted;
          return isDeleted ? sum + size : sum;
        }, 0);
      },
    };
  };
  return { snapshot, changesSince, status };
}

function filled<T extends Uint32Array | Float64Array>(larger: T, from: T): T {
  larger.set(from);
  return larger;
}
