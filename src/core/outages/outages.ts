// Outage mode: an account that needs sign-in, or cannot be reached for a while, is told of by one message in INBOX that exists
// only here, and by an alert to every client. Both are about what is so now: with the account well again, they are gone.
import type { Logger } from '../../lib/logger.js';
import { DiskError, type UpstreamError } from '../../mail/errors.js';
import { SystemFlag } from '../../mail/flags.js';
import { remedyFor } from '../../mail/problems.js';
import type { OutageKind } from '../../store/outages.js';
import type { Store } from '../../store/store.js';
import type { AccountSettings } from '../accounts.js';
import type { AccountAlert, Spooled } from '../core.js';
import { noticeSource, removeLocal } from '../local-sources.js';
import type { MessageBodies } from '../reads/bodies.js';
import type { TakeApart } from '../reads/take-apart.js';
import type { UnitOfWork, Work } from '../unit-of-work.js';
import { noticeMessage } from './notice.js';

export interface Outage {
  readonly kind: OutageKind;
  readonly error: UpstreamError;
  /** Unix milliseconds. */
  readonly since: number;
}

export interface Outages extends AsyncDisposable {
  /** The account has failed (again). Told at once where the user has to act, else when it has lasted. */
  down(accountId: number, outage: Outage): void;
  /** The provider has let it in: what was said of signing in is no longer so. False if nothing was. */
  signedIn(accountId: number): boolean;
  /** All is well. */
  well(accountId: number): void;
  /** What clients are to be told now; the same array until that changes. */
  alerts(): readonly AccountAlert[];
}

export interface OutagesOptions {
  readonly store: Store;
  readonly unit: UnitOfWork;
  readonly bodies: MessageBodies;
  readonly takeApart: TakeApart;
  readonly accounts: ReadonlyMap<number, AccountSettings>;
  readonly logger: Logger;
  /** There are other alerts. */
  onAlerts(): void;
}

/** A server that restarts, a laptop that wakes up: nobody has to hear of that. */
const PATIENCE_MS = 10 * 60_000;

export function createOutages(options: OutagesOptions): Outages {
  const { store, unit, accounts, logger } = options;
  const now = new Map<number, Outage>();
  const timers = new Map<number, NodeJS.Timeout>();
  /** What the notice that stands says is to be done about it, and when it was put there; known of this run only. */
  const said = new Map<number, { readonly remedy: string; readonly at: number }>();
  /** The notices that are being written, one an account. */
  const showing = new Map<number, Promise<void>>();
  let alerts: readonly AccountAlert[] = [];

  const refreshAlerts = () => {
    alerts = [...now.keys()].flatMap((id) => {
      const told = store.outages.get(id);
      const account = accounts.get(id);
      if (!told || !account) return [];
      const hasNotice = () => store.copies.get(store.outages.get(id)?.copyId ?? 0) !== undefined;
      return [{ account: account.name, kind: told.kind, hasNotice }];
    });
    options.onAlerts();
  };
  const withdraw = (work: Work, accountId: number) => {
    const told = store.outages.get(accountId);
    const copy = told && store.copies.get(told.copyId);
    if (copy) removeLocal(store, work, copy);
    store.outages.remove(accountId);
  };
  const end = (accountId: number) => {
    clearTimeout(timers.get(accountId));
    timers.delete(accountId);
    now.delete(accountId);
    said.delete(accountId);
    try {
      if (store.outages.get(accountId)) unit.durable((work) => withdraw(work, accountId));
    } catch (err) {
      // It is withdrawn the next time the account is well.
      if (!(err instanceof DiskError)) throw err;
      logger.info({ err }, 'the notice of an outage cannot be withdrawn now');
    }
    refreshAlerts();
  };

  /** Whether what is said in INBOX is still to be said, or has to be said anew. */
  const isToBeTold = (accountId: number, { kind, error }: Outage): boolean => {
    const told = store.outages.get(accountId)?.kind;
    const remedy = said.get(accountId)?.remedy;
    // Other words for the same trouble are no news: something else to do about it is.
    if (told === kind) return remedy !== undefined && remedy !== remedyFor(error).en;
    // A sign-in that is needed stays so while the network is down too.
    return told !== 'needsSignIn';
  };
  const waitMs = (accountId: number, { kind, since }: Outage): number => {
    if (kind === 'needsSignIn') return 0;
    // What comes and goes in turns is not a new message each time.
    const last = said.get(accountId)?.at ?? Number.NEGATIVE_INFINITY;
    return Math.max(last + PATIENCE_MS - performance.now(), Math.min(PATIENCE_MS, since + PATIENCE_MS - Date.now()));
  };
  const show = async (accountId: number, outage: Outage): Promise<void> => {
    const account = accounts.get(accountId);
    if (!account) return;
    const spool = options.bodies.spool();
    await spool.write(noticeMessage({ account: account.name, address: account.address, ...outage }));
    const spooled = await spool.finish();
    const listing = await options.takeApart(spooled.bodyRef);
    const isTold = unit.durable((work) => {
      // It may have come back, or been told of already, while the message was written.
      if (now.get(accountId)?.kind !== outage.kind || !isToBeTold(accountId, outage)) return false;
      withdraw(work, accountId);
      const copyId = addNotice(store, work, { accountId, spooled, listing });
      store.outages.set({ accountId, kind: outage.kind, copyId });
      return true;
    });
    if (isTold) said.set(accountId, { remedy: remedyFor(outage.error).en, at: performance.now() });
    else options.bodies.unpin(spooled.bodyRef);
    refreshAlerts();
  };
  const showNow = (accountId: number) => {
    timers.delete(accountId);
    const outage = now.get(accountId);
    if (!outage || showing.has(accountId) || !isToBeTold(accountId, outage)) return;
    const shown = show(accountId, outage)
      .catch((err: unknown) => logger.warn({ err }, 'the notice of an outage could not be written'))
      .finally(() => {
        showing.delete(accountId);
        // It has turned into another trouble meanwhile.
        if (now.get(accountId) !== outage) showNow(accountId);
      });
    showing.set(accountId, shown);
  };

  // Of accounts that are not configured any more there is nothing to mend.
  for (const { accountId } of store.outages.list()) if (!accounts.has(accountId)) end(accountId);
  return {
    down: (accountId, outage) => {
      now.set(accountId, outage);
      refreshAlerts();
      // One that stands since the last run: what it says is believed to be so.
      if (store.outages.get(accountId)?.kind === outage.kind && !said.has(accountId))
        said.set(accountId, { remedy: remedyFor(outage.error).en, at: performance.now() });
      if (!isToBeTold(accountId, outage)) return;
      clearTimeout(timers.get(accountId));
      const wait = waitMs(accountId, outage);
      if (wait <= 0) showNow(accountId);
      else timers.set(accountId, setTimeout(showNow, wait, accountId).unref());
    },
    signedIn: (accountId) => {
      if ((store.outages.get(accountId) ?? now.get(accountId))?.kind !== 'needsSignIn') return false;
      end(accountId);
      return true;
    },
    well: end,
    alerts: () => alerts,
    [Symbol.asyncDispose]: async () => {
      for (const timer of timers.values()) clearTimeout(timer);
      now.clear();
      await Promise.all(showing.values());
    },
  };
}

interface NewNotice {
  readonly accountId: number;
  readonly spooled: Spooled;
  readonly listing: Awaited<ReturnType<TakeApart>>;
}

function addNotice(store: Store, work: Work, { accountId, spooled, listing }: NewNotice): number {
  const source = noticeSource(store, work, accountId);
  const messageId = store.messages.insert({
    accountId,
    emailId: undefined,
    threadId: undefined,
    internalDate: Math.floor(Date.now() / 1000),
    sizeBytes: spooled.sizeBytes,
  });
  store.messages.setListing(messageId, listing);
  store.messages.setBody(messageId, spooled.bodyRef);
  const flags = { flags: SystemFlag.Flagged, keywords: '', ownFlags: SystemFlag.Flagged, ownKeywords: '' };
  const copyId = store.copies.insertUnbound(source.id, messageId, { ...flags, upstreamFlags: 0, upstreamKeywords: '' });
  work.place(copyId);
  return copyId;
}
