// Fills the accounts over IMAP: one APPEND command for many messages (MULTIAPPEND, LITERAL+).
import type { BenchAccount } from './accounts.js';
import { type ImapEndpoint, RawImap } from './raw-imap.js';
import { createSampleMail, type SampleMail, sampleDates } from './sample-mail.js';

const BATCH = 100;

export interface Seeded {
  readonly messages: number;
  readonly bytes: number;
}

/** @param inbox messages in the INBOX; the other mailboxes hold a share of it each */
export async function seed(account: BenchAccount, endpoint: ImapEndpoint, inbox: number): Promise<Seeded> {
  const client = await RawImap.open(endpoint);
  const mail = createSampleMail(account.user);
  let [messages, bytes] = [0, 0];
  for (const [path, share] of [['INBOX', 1] as const, ...account.mailboxes]) {
    if (path !== 'INBOX') await client.ok(`CREATE "${path}"`);
    const dates = sampleDates(`${account.user} ${path}`, Math.ceil(inbox * share));
    for (let i = 0; i < dates.length; i += BATCH) {
      const command = appendCommand(path, mail, dates.slice(i, i + BATCH));
      await client.ok(command);
      bytes += command.length;
    }
    messages += dates.length;
  }
  await client.close();
  return { messages, bytes };
}

function appendCommand(path: string, mail: SampleMail, dates: readonly number[]): Buffer {
  const parts: Buffer[] = [Buffer.from(`APPEND "${path}"`)];
  for (const at of dates) {
    const { bytes, flags, internalDate } = mail.next(at);
    parts.push(Buffer.from(` (${flags.join(' ')}) "${internalDate}" {${bytes.length}+}\r\n`), bytes);
  }
  return Buffer.concat(parts);
}
