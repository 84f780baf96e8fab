import { Buffer } from 'node:buffer';
import type { DemoAccount } from '../store/account.js';
export async function composeArrival(account: DemoAccount, index: number, now: Date): Promise<Buffer> {
  return Buffer.from(`Subject: ${index} ${account.address} ${now}\r\n\r\nx\r\n`);
}
