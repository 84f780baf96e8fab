import type { Trouble } from '../../mail/problems.js';
import { amountText } from '../limits/limits.js';
import type { Meter } from '../limits/meter.js';

export interface SavingNoticeOptions {
  onProblem(subject: string, trouble: Trouble): void;
  onProblemOver(subject: string): void;
}

const SUBJECT = 'budget';
/** Tells the user while most of a day's downloads are used and nothing is fetched ahead. */
export function createSavingNotice(meter: Meter, { onProblem, onProblemOver }: SavingNoticeOptions) {
  // In an earlier run it may have been told too.
  let isTold: boolean | undefined;
  return {
    tell: () => {
      const isSaving = meter.isSaving();
      if (isSaving === isTold) return;
      isTold = isSaving;
      if (!isSaving) return onProblemOver(SUBJECT);
      const [{ name, used, limit = 0 } = { name: 'downloadBytesPerDay' as const, used: 0 }] = meter.uses();
      onProblem(SUBJECT, { code: 'saving', used: amountText(name, used), limit: amountText(name, limit) });
    },
  };
}
