// An account whose submission server is left alone: it has refused the sign-in (every further try may lock it), wants a pause,
// or has taken as much as its provider grants.

import { whenText } from '../../lib/when.js';
import type { UpstreamError } from '../../mail/errors.js';
import { problemTexts, type Trouble } from '../../mail/problems.js';
import { budgetError } from '../limits/limits.js';
import type { OutboxOptions, SendingAccount } from './contract.js';

export const SIGN_IN_REFUSED = 'queued; the provider refuses the sign-in of its account, see gateway status';
const SUBJECT = 'smtp';

export interface SendingPauses {
  /** Why nothing may be sent through the account now; undefined if it may. */
  held(account: SendingAccount): string | undefined;
  /** Takes back what an earlier run has said and is no longer so. */
  review(): Promise<void>;
  /** See Hold; what was said of a login that is another now is taken back. */
  lift(accountId: number, how: { readonly force: boolean }): void;
  accepted(account: SendingAccount, recipients: number): void;
  /** True if the failure concerns the account rather than this one message: all of its messages wait. */
  failed(account: SendingAccount, error: UpstreamError): boolean;
}

/** What has been asked of a login, or comes after one. */
const isSignedIn = ({ kind, details }: UpstreamError): boolean =>
  kind === 'auth' || (kind === 'permanent' && details.replyCode !== undefined);

type PausesOptions = Pick<OutboxOptions, 'accounts' | 'onProblem' | 'onProblemOver'>;

export function createSendingPauses({ accounts, onProblem, onProblemOver }: PausesOptions) {
  const told = new Map<number, string>();
  const tell = ({ id }: SendingAccount, trouble: Trouble) => {
    const { text } = problemTexts(trouble);
    if (told.get(id) === text) return;
    told.set(id, text);
    onProblem(id, SUBJECT, trouble);
  };
  const takeBack = ({ id, limits }: SendingAccount) => {
    if (limits.smtp.failure() || limits.meter.exhausted('send')) return;
    told.delete(id);
    onProblemOver(id, SUBJECT);
  };
  const pauses: SendingPauses = {
    held: (account) => {
      const { smtp, meter } = account.limits;
      if (smtp.waitMs() > 0) {
        if (smtp.kind() === 'refused') return SIGN_IN_REFUSED;
        return `queued; the provider wants a pause until ${whenText(Date.now() + smtp.waitMs())}`;
      }
      const spent = meter.exhausted('send');
      if (!spent) return undefined;
      const error = budgetError(spent);
      tell(account, { code: 'sending', how: 'spent', error });
      return `queued; ${error.message}`;
    },
    review: async () => {
      for (const account of accounts) {
        await account.limits.smtp.ready;
        takeBack(account);
      }
    },
    lift: (accountId, how) => {
      for (const account of accounts.filter(({ id }) => id === accountId)) {
        account.limits.smtp.lift(how);
        takeBack(account);
      }
    },
    accepted: ({ id, limits }, recipients) => {
      limits.meter.login();
      limits.meter.message(recipients);
      limits.smtp.wentWell();
      told.delete(id);
      onProblemOver(id, SUBJECT);
    },
    failed: (account, error) => {
      const { smtp, meter } = account.limits;
      const { code, meaning, retryAfterMs } = error.details;
      if (isSignedIn(error)) meter.login();
      if (code === 'CERTIFICATE' || code === 'TLS') {
        // The message is not to blame; it is tried again as others are, and somebody has to mend it.
        tell(account, { code: 'sending', how: 'broken', error });
        return false;
      }
      const isRefused = error.kind === 'auth';
      // A text without a known meaning may concern one recipient alone (greylisting).
      if (!isRefused && (meaning === undefined || !retryAfterMs || error.kind === 'permanent')) return false;
      smtp.failed(error);
      const until = whenText(Date.now() + smtp.waitMs());
      const trouble = { code: 'sending', error } as const;
      tell(account, isRefused ? { ...trouble, how: 'refused' } : { ...trouble, how: 'paused', until });
      return true;
    },
  };
  return pauses;
}
