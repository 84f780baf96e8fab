// The one description of gateway.config.json (DESIGN §13): from it come the types, the JSON Schema for editors, and the
// shape errors. What one field has to do with another stands in rules.ts.
import { z } from 'zod';
import { quirksSchema } from './quirks-schema.js';

/** The mail providers whose servers and habits the gateway knows; `generic` is every other IMAP server. */
export const KNOWN_PROVIDERS = [
  'qq',
  'exmail',
  'gmail',
  'outlook',
  'hotmail',
  'microsoft365',
  '163',
  '126',
  'yeah',
  'icloud',
  'yahoo',
  'aol',
  'fastmail',
] as const;

/** Whose habits a demo account can have; `hotmail` is `outlook` under another name. */
export const DEMO_PROVIDERS = [
  'qq',
  'exmail',
  'gmail',
  'outlook',
  'hotmail',
  '163',
  'icloud',
  'yahoo',
  'fastmail',
  'generic',
] as const;

const port = z.int().min(0).max(65535);
const password = z.string().min(1);
const address = z.string().regex(/^[^\s@<>"]+@[^\s@<>"]+$/, 'is no mail address');
const listenPort = (number: number, what: string) =>
  port.default(number).describe(`${what} 0 turns it off (or picks a free port when "ephemeral" is true).`);

const endpoint = (what: string, ports: string) =>
  z
    .strictObject({
      host: z
        .string()
        .regex(/^[^\s/:@]+$|^[0-9a-fA-F:.]+$/, 'is no host name')
        .describe('Host name or IP address.'),
      port: port.min(1).optional().describe(`Default: ${ports}.`),
      tls: z
        .enum(['implicit', 'starttls', 'none'])
        .optional()
        .describe(
          '"implicit": TLS from the first byte; "starttls": TLS after a plain start; "none": no encryption, for a server on this machine only. Default: by the port.',
        ),
    })
    .describe(what);

const account = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(60)
    .describe(
      'What the account is called; its own mailboxes stand below this name. Must not contain "/" or be the name of a unified mailbox.',
    ),
  demo: z
    .enum(DEMO_PROVIDERS)
    .optional()
    .describe(
      'Makes this a built-in demo account with sample mail, behaving like that provider. It needs no other field.',
    ),
  address: address.optional().describe('The mail address of the account. Needed unless it is a demo account.'),
  provider: z
    .enum([...KNOWN_PROVIDERS, 'generic'])
    .optional()
    .describe(
      'Who runs the account. A known provider needs no "imap" and "smtp"; "generic" (the default when both are given) does.',
    ),
  default: z
    .boolean()
    .default(false)
    .describe(
      'Where things go that belong to no account in particular, such as a folder made at the top. Without any, the first account is it.',
    ),
  identities: z.array(address).default([]).describe('Further addresses this account may send as.'),
  imap: endpoint('The IMAP server, for a generic account.', '993 with "implicit", else 143').optional(),
  smtp: endpoint('The SMTP submission server, for a generic account.', '465 with "implicit", else 587').optional(),
  auth: z
    .strictObject({
      user: z.string().min(1).optional().describe('Login name at the provider. Default: the address.'),
      password: password.describe(
        'Password, app password or authorization code: "env:NAME" (environment variable), "file:PATH" (first line of a file) or the text itself.',
      ),
    })
    .optional()
    .describe('How to sign in at the provider.'),
  serverCertificate: z
    .strictObject({
      ca: z
        .string()
        .min(1)
        .optional()
        .describe('PEM file with the CA (or self-signed) certificate of a private server.'),
      verify: z
        .boolean()
        .default(true)
        .describe('false accepts any certificate: whoever is between can read everything.'),
    })
    .optional()
    .describe('For a private server whose certificate no public CA has signed.'),
  savesSent: z
    .boolean()
    .optional()
    .describe(
      "Whether the provider's SMTP server itself puts a copy into Sent. Left out: the gateway goes by the provider.",
    ),
  quirks: quirksSchema,
});

const listen = z.strictObject({
  host: z
    .string()
    .default('127.0.0.1')
    .describe(
      '127.0.0.1: this machine only. A LAN address of this machine, or 0.0.0.0 for all: phones too, with TLS only.',
    ),
  imap: listenPort(1143, 'IMAP with STARTTLS.'),
  imaps: listenPort(1993, 'IMAP over TLS.'),
  smtp: listenPort(1587, 'SMTP submission with STARTTLS.'),
  smtps: listenPort(1465, 'SMTP submission over TLS.'),
  web: listenPort(8025, 'Reserved for the web page.'),
  ephemeral: z.boolean().default(false).describe('A port of 0 means "any free port" instead of "off".'),
  plaintextOnLoopback: z
    .boolean()
    .default(false)
    .describe('Allows logins without TLS from this machine. Only with a loopback "host".'),
  maxConnections: z
    .int()
    .min(1)
    .max(100_000)
    .default(1_000)
    .describe('How many IMAP connections there may be at a time.'),
  maxConnectionsPerDevice: z
    .int()
    .min(1)
    .max(100_000)
    .default(600)
    .describe('How many of them may use the same password. A mail program opens up to one for each folder it watches.'),
  compressOnLoopback: z
    .boolean()
    .default(false)
    .describe(
      'Offers compression (IMAP COMPRESS, over TLS) to programs on this machine too, where it only costs time.',
    ),
});

const mailboxes = z.strictObject({
  accountTrees: z
    .enum(['all', 'folders', 'none'])
    .default('all')
    .describe(
      "Which of the accounts' own mailboxes are listed beside the unified ones: all of them, only their own folders, or none.",
    ),
  accountKeywords: z
    .boolean()
    .default(true)
    .describe(
      'Marks every message with a keyword that tells its account, such as $acct_qq, so that mail programs can colour by account. Never sent to a provider.',
    ),
  merge: z
    .record(z.string(), z.array(z.string().min(1)).min(1))
    .default({})
    .describe('Same-named folders of several accounts shown as one: {"Receipts": ["QQ/Receipts", "Work/Receipts"]}.'),
  views: z
    .record(z.string(), z.string().min(1))
    .default({})
    .describe(
      'Saved searches over everything, in the words of IMAP SEARCH: {"Views/Unread": "UNSEEN"}. Not served by this version yet.',
    ),
});

const withoutCapabilities = z
  .array(z.string().min(1))
  .default([])
  .describe(
    'IMAP capabilities that are not offered to whoever uses this password, for a mail program that misbehaves with one: ["QRESYNC"].',
  );

const device = z.strictObject({
  name: z.string().min(1).max(60).describe('What "gateway status" calls it.'),
  password: password.describe(
    'Its password, which tells it from the others: "file:PATH" (made at the first start when missing), "env:NAME" or the text itself.',
  ),
  withoutCapabilities,
});

export const configSchema = z.strictObject({
  $schema: z.string().optional().describe('For editors: where the description of this file is.'),
  dataDir: z
    .string()
    .min(1)
    .default('data')
    .describe('Directory of the index, the message cache and what waits to be sent.'),
  certsDir: z.string().min(1).default('certs').describe('Directory of the local CA and the server certificate.'),
  listen: listen.prefault({}).describe('Where mail clients connect.'),
  login: z
    .strictObject({
      user: z.string().min(1).max(255).default('me').describe('The user name mail clients use.'),
      password: password
        .optional()
        .describe(
          'The password mail clients use: "file:PATH" (made at the first start when missing), "env:NAME" or the text itself. Default: the file "password" in dataDir.',
        ),
      withoutCapabilities,
      devices: z
        .array(device)
        .default([])
        .describe(
          'Further passwords for the same user name, one for each phone or mail program that is to have its own.',
        ),
    })
    .prefault({})
    .describe('What mail clients sign in with.'),
  accounts: z.array(account).min(1).describe('The mail accounts behind the gateway.'),
  mailboxes: mailboxes.prefault({}).describe('What the mailbox list shows.'),
  bodies: z
    .strictObject({
      cacheBytes: z.int().min(0).default(2_000_000_000).describe('How much disk the message cache may take, in bytes.'),
      prefetchDays: z
        .int()
        .min(0)
        .max(36_500)
        .default(30)
        .describe('Messages this recent are fetched ahead, to be readable offline.'),
      undoDays: z
        .int()
        .min(0)
        .max(365)
        .default(7)
        .describe('How many days "gateway undo" can bring removed messages back; 0 turns it off.'),
    })
    .prefault({})
    .describe('The cache of whole messages.'),
  log: z
    .strictObject({
      level: z
        .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
        .default('info')
        .describe('How much is logged.'),
    })
    .prefault({})
    .describe('The log, written to standard error.'),
});

/** The file's content with every default filled in. */
export type ConfigFile = z.infer<typeof configSchema>;
export type AccountEntry = ConfigFile['accounts'][number];
export type ListenConfig = Readonly<ConfigFile['listen']>;
export type EndpointEntry = NonNullable<AccountEntry['imap']>;
