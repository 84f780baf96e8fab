// `accounts[].quirks`: how one account's server is dealt with, whatever the provider's data and the server itself say. Each
// field is a trait of upstream/providers/provider.ts of the same name.
import { z } from 'zod';

const amount = (what: string) => z.int().min(1).nullable().optional().describe(`${what} null: no limit.`);
const milliseconds = (least: number, what: string) => z.int().min(least).max(86_400_000).optional().describe(what);
const names = (what: string) => z.array(z.string().min(1)).optional().describe(what);
const flag = (what: string) => z.boolean().optional().describe(what);

const budgets = z
  .strictObject({
    downloadBytesPerDay: amount('Bytes read by IMAP in any 24 hours.'),
    uploadBytesPerDay: amount('Bytes stored by IMAP in any 24 hours.'),
    loginsPer15Minutes: amount('Sign-ins by IMAP and SMTP together.'),
    messagesPerMinute: amount('Messages sent in a minute.'),
    messagesPerDay: amount('Messages sent in any 24 hours.'),
    recipientsPerDay: amount('Recipients of the messages of any 24 hours.'),
  })
  .optional()
  .describe('What the provider grants the account; the gateway keeps to it.');

export const quirksSchema = z
  .strictObject({
    maxConnections: z.int().min(1).max(20).optional().describe('IMAP connections held at once.'),
    idleMs: milliseconds(1_000, 'How long one IDLE may last, in milliseconds.'),
    pollMs: milliseconds(1_000, 'How often mailboxes are looked at, in milliseconds.'),
    flagScanWindow: z
      .int()
      .min(0)
      .max(1_000_000)
      .optional()
      .describe('Without CONDSTORE: of how many messages of a mailbox flags are read again, newest first.'),
    flagScanMs: milliseconds(1_000, 'Without CONDSTORE: how often that is done, in milliseconds.'),
    searchTrusted: flag("Whether the server's SEARCH for texts may be asked; false: the gateway searches by itself."),
    renumbersSilently: flag(
      'Whether messages may get other uids under the same UIDVALIDITY, so that uids are checked.',
    ),
    deleteIsMoveToTrash: flag('Whether deleting is a move to Trash, as at Gmail.'),
    archiveIsAll: flag('Whether the mailbox of all mail is the archive, as at Gmail.'),
    skipped: names('Mailboxes that are left out.'),
    flattened: names('Top levels of the mailbox tree that are not shown.'),
    maxCommandBytes: z.int().min(200).max(64_000).optional().describe('Longest command line, in bytes.'),
    messageLimit: amount('Most messages one command may name.'),
    trustsCopyUid: flag('Whether COPYUID of several messages is right.'),
    trustsNewKeywords: flag('Whether keywords that PERMANENTFLAGS does not list are kept where it has \\*.'),
    trustsCondstore: flag('Whether CONDSTORE is used where the server has it.'),
    trustsQresync: flag('Whether QRESYNC is used where the server has it.'),
    ignoredCapabilities: names('Words of CAPABILITY that are taken as not said: ["MOVE"].'),
    idAfterLogin: flag('Whether ID is sent again after the login.'),
    statusKeepsAlive: flag('Whether only STATUS keeps a quiet connection alive.'),
    budgets,
  })
  .optional()
  .describe(
    'How the server is dealt with, where the gateway goes wrong by itself. "gateway status --verbose" shows what it goes by.',
  );

export type QuirksEntry = NonNullable<z.infer<typeof quirksSchema>>;
