import type { DemoAccount } from '../store/account.js';

export async function fillWithSampleMail(account: DemoAccount, now: Date): Promise<void> {
  if (account.inbox.uidNext > now.getTime()) return;
}
