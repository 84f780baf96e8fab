import { keptIn } from '../lib/languages.js';
import { failureText, MailboxError } from '../mail/errors.js';
import { keptFailure } from '../mail/kept-failure.js';
import type { Store } from '../store/store.js';
import type { AccountSettings } from './accounts.js';
import type { AccountAlert, CoreEvent, Overview } from './core.js';
import type { Actor } from './sync/actor-contract.js';

export interface OverviewOptions {
  readonly store: Store;
  readonly accounts: readonly AccountSettings[];
  readonly actors: ReadonlyMap<number, Actor>;
  counts(): { queued: number; failed: number };
  waiting(): readonly { accountId: number; messages: number; reason: string; nextAttemptAt: number }[];
  alerts(): readonly AccountAlert[];
  retrySending(accountId: number, how: { readonly force: boolean }): void;
  readonly listeners: Set<(event: CoreEvent) => void>;
}

/** A line for each account that failed. */
class SyncError extends MailboxError {
  readonly chinese: string;
  constructor(failures: readonly { readonly account: string; readonly reason: unknown }[]) {
    super('UNAVAILABLE', failures.map(({ account, reason }) => `${account}: ${failureText(reason)}`).join('\n'));
    this.name = 'SyncError';
    this.chinese = failures.map(({ account, reason }) => `${account}：${keptIn(keptFailure(reason), 'zh')}`).join('\n');
  }
}

/** Until when nothing is sent through the account, Unix milliseconds; undefined where something may be. */
function heldUntil({ smtp, meter }: AccountSettings['limits']): number | undefined {
  const waitMs = smtp.waitMs();
  const until = Math.max(waitMs > 0 ? Date.now() + waitMs : 0, meter.exhausted('send')?.until ?? 0);
  return until === 0 ? undefined : until;
}

/** What `gateway status` and the web page show. */
export function createOverview(options: OverviewOptions): Overview {
  const { store, accounts, actors, counts, waiting, listeners, alerts, retrySending } = options;
  const nameOf = (id: number | null) => accounts.find((account) => account.id === id)?.name;
  return {
    accounts: () =>
      accounts.flatMap((account) => {
        const actor = actors.get(account.id)?.status();
        if (!actor) return [];
        const { depth, oldestAt, lastError } = store.journal.depth(account.id);
        return [
          {
            name: account.name,
            address: account.address,
            provider: account.traits.provider,
            ...actor,
            journalDepth: depth,
            oldestJournalMs: oldestAt === undefined ? 0 : Date.now() - oldestAt,
            lastError,
            budgets: account.limits.meter.uses(),
          },
        ];
      }),
    problems: () => store.problems.open().map(({ accountId, ...rest }) => ({ account: nameOf(accountId), ...rest })),
    submissions: () => ({
      ...counts(),
      waiting: waiting().map(({ accountId, nextAttemptAt, ...rest }) => {
        const configured = accounts.find(({ id }) => id === accountId);
        // One that is not configured any more has its name in the index still.
        const { name } = configured ?? store.accounts.list().find(({ id }) => id === accountId) ?? { name: '' };
        const held = configured && heldUntil(configured.limits);
        const next = configured && held === undefined ? nextAttemptAt : undefined;
        return { account: name, ...rest, nextAttemptAt: next, heldUntil: held };
      }),
    }),
    alerts,
    syncNow: async (name, { force = false } = {}) => {
      const wanted = accounts.filter((account) => name === undefined || account.name === name);
      if (wanted.length === 0) throw new MailboxError('NONEXISTENT', `there is no account ${name}`);
      for (const { id, limits } of wanted) {
        await limits.imap.noticeLogin();
        retrySending(id, { force: (await limits.smtp.noticeLogin()) || force });
      }
      // All are looked at, whatever becomes of one; then each that failed is named.
      const outcomes = await Promise.allSettled(wanted.map(({ id }) => actors.get(id)?.syncNow({ force })));
      const failures = outcomes.flatMap((outcome, index) =>
        outcome.status === 'rejected'
          ? [{ account: wanted[index]?.name ?? '', reason: outcome.reason as unknown }]
          : [],
      );
      if (failures.length > 0) throw new SyncError(failures);
    },
    onEvent: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
