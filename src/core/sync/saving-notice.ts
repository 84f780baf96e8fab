import { amountText } from '../limits/limits.js';
import type { Meter } from '../limits/meter.js';

export interface SavingNoticeOptions {
  onProblem(subject: string, text: string, remedy: string): void;
  onProblemOver(subject: string): void;
}

const SUBJECT = 'budget';
const REMEDY =
  'New mail, reading and changes go on. Other mail programs on this account count too.\n新邮件、阅读和更改不受影响；同一账号的其他邮件程序也会占用流量。';

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
      onProblem(
        SUBJECT,
        `most of the day's downloads are used (${amountText(name, used)} of ${amountText(name, limit)}): older mail is not fetched ahead now`,
        REMEDY,
      );
    },
  };
}
