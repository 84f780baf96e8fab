// What becomes of the copy in Sent of a message that is out: providers.md §10.
import { sleep } from '../../lib/deadline.js';
import { DiskError, UpstreamError } from '../../mail/errors.js';
import type { SubmissionRow } from '../../store/submissions.js';
import type { OutboxOptions, SendingAccount } from './contract.js';
import { MINUTE } from './timing.js';

export interface SettleOptions extends Pick<OutboxOptions, 'submissions' | 'bodies' | 'sentCopies' | 'onProblem'> {
  readonly watchSentMs: number;
  readonly signal: AbortSignal;
}

export interface SentCopySettling {
  /** Who files the copy in Sent is known, or found out by looking. @throws {DiskError} to be called again */
  settle(account: SendingAccount, row: SubmissionRow): Promise<void>;
  /** The copy needs nothing more of us. */
  finish(row: SubmissionRow, sentCopy: 'none' | 'absorbed'): void;
}

export function createSentCopySettling(options: SettleOptions): SentCopySettling {
  const { submissions, bodies, sentCopies, watchSentMs, signal, onProblem } = options;
  const finish = (row: SubmissionRow, sentCopy: 'none' | 'absorbed') => {
    submissions.setSentCopy(row.id, sentCopy);
    bodies.unpin(row.bodyRef);
  };
  const watch = async (account: SendingAccount, row: SubmissionRow) => {
    try {
      return await sentCopies.watchSent(account.id, row.messageId, watchSentMs, signal);
    } catch (error) {
      // What is seen must be kept.
      if (error instanceof UpstreamError || error instanceof DiskError) return 'unseen' as const;
      throw error;
    }
  };
  /** A Sent that cannot be looked at tells nothing: neither now nor of the next message. */
  const watchUntilSeen = async (account: SendingAccount, row: SubmissionRow) => {
    for (;;) {
      const found = await watch(account, row);
      if (found !== 'unseen' || signal.aborted) return found;
      await sleep(MINUTE, signal);
    }
  };
  const settle = async (account: SendingAccount, row: SubmissionRow): Promise<void> => {
    const known = account.savesSent();
    if (known === undefined) {
      submissions.setSentCopy(row.id, 'watching');
      const found = await watchUntilSeen(account, row);
      if (signal.aborted) return;
      if (found !== 'byClient') account.rememberSavesSent(found === 'byProvider');
      if (found !== 'nowhere') return finish(row, found === 'byClient' ? 'absorbed' : 'none');
    } else if (known) {
      finish(row, 'none');
      // The user looks into Sent now, not after the next poll. Whatever comes of it, this is not done twice: the pin is gone.
      await watch(account, row).catch(() => undefined);
      return;
    }
    // It takes over the pin.
    const refusal = await sentCopies.fileSentCopy(account.id, row, () => submissions.setSentCopy(row.id, 'done'));
    if (refusal === undefined) return;
    const error = new UpstreamError('permanent', refusal.message);
    onProblem(account.id, `sent copy ${row.id}`, { code: 'refused', kind: 'append', error });
  };
  return { settle, finish };
}
