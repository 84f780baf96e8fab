// Three real accounts behind one gateway: trees as QQ, Gmail and Hotmail have them, all on one Dovecot.
import { type GatewayProcess, type GatewayProcessOptions, startGatewayProcess } from '../gateway-process.js';
import { decodeMailboxName, encodeMailboxName, PlainImap, type PlainMessage } from '../plain-imap.js';
import { type SmtpSink, startSmtpSink } from '../smtp-sink.js';
import { waitUntil } from '../wait-until.js';
import { type Dovecot, type DovecotOptions, startDovecot } from './dovecot.js';
import { PASSWORD } from './server.js';

export type AccountName = 'QQ' | 'Gmail' | 'Hotmail';

/** What is where in each account. */
export interface RealAccount {
  readonly name: AccountName;
  readonly address: string;
  readonly provider: string;
  readonly sent: string;
  readonly trash: string;
  readonly junk: string;
  readonly drafts: string;
  readonly archive: string;
  /** A folder of the user's own, upstream and as the gateway shows it. */
  readonly own: string;
  readonly ownShown: string;
}

export const ACCOUNTS: readonly RealAccount[] = [
  {
    name: 'QQ',
    address: 'me@qq.test',
    provider: 'qq',
    sent: 'Sent Messages',
    trash: 'Deleted Messages',
    junk: 'Junk',
    drafts: 'Drafts',
    archive: '其他文件夹/Archive',
    own: '其他文件夹/项目',
    ownShown: 'QQ/项目',
  },
  {
    name: 'Gmail',
    address: 'me@gmail.test',
    provider: 'generic',
    sent: '[Gmail]/Sent Mail',
    trash: '[Gmail]/Trash',
    junk: '[Gmail]/Spam',
    drafts: '[Gmail]/Drafts',
    archive: '[Gmail]/All Mail',
    own: 'Receipts',
    ownShown: 'Gmail/Receipts',
  },
  {
    name: 'Hotmail',
    address: 'me@hotmail.test',
    provider: 'hotmail',
    sent: 'Sent',
    trash: 'Deleted',
    junk: 'Junk',
    drafts: 'Drafts',
    archive: 'Archive',
    own: 'Projects/Alpha',
    ownShown: 'Hotmail/Projects/Alpha',
  },
];

export interface ThreeAccounts {
  readonly dovecot: Dovecot;
  readonly sink: SmtpSink;
  readonly gateway: GatewayProcess;
  stop(): Promise<void>;
}

export interface ThreeAccountsOptions extends Partial<DovecotOptions> {
  /** Messages in each INBOX before the gateway starts. */
  readonly messages?: number;
  readonly config?: GatewayProcessOptions['config'];
}

export async function startThreeAccounts(options: ThreeAccountsOptions = {}): Promise<ThreeAccounts> {
  const { messages = 5, config = {}, ...dovecotOptions } = options;
  const dovecot = await startDovecot({ users: ACCOUNTS.map(({ address }) => address), ...dovecotOptions });
  const sink = await startSmtpSink(PASSWORD);
  const stopUpstreams = async () => {
    await dovecot.stop();
    await sink.stop();
  };
  try {
    for (const account of ACCOUNTS) await fill(dovecot, account, messages);
    const accounts = ACCOUNTS.map((account) => entryOf(account, dovecot, sink));
    const gateway = await startGatewayProcess({ accounts, config });
    const stop = async () => {
      await gateway.remove();
      await stopUpstreams();
    };
    await gateway.synced().catch(async (error: unknown) => {
      await stop();
      throw error;
    });
    return { dovecot, sink, gateway, stop };
  } catch (error) {
    await stopUpstreams();
    throw error;
  }
}

/** Gmail is reached over TLS with the server's own certificate, the others in plain text on loopback. */
export function entryOf({ name, address, provider }: RealAccount, dovecot: Dovecot, sink: SmtpSink): object {
  const imap =
    name === 'Gmail'
      ? { host: '127.0.0.1', port: dovecot.tlsPort, tls: 'implicit' }
      : { host: '127.0.0.1', port: dovecot.port, tls: 'none' };
  return {
    name,
    address,
    provider,
    imap,
    smtp: { host: '127.0.0.1', port: sink.port, tls: 'none' },
    auth: { user: address, password: PASSWORD },
    // The sink keeps no copy, whatever the provider of that name does.
    savesSent: false,
    ...(name === 'Gmail' ? { serverCertificate: { ca: dovecot.caFile } } : {}),
  };
}

async function fill(dovecot: Dovecot, account: RealAccount, messages: number): Promise<void> {
  await using(dovecot, account, async (client) => {
    const { sent, trash, junk, drafts, archive, own } = account;
    // QQ has no archive until the gateway makes one.
    const names = [sent, trash, junk, drafts, ...(account.name === 'QQ' ? [] : [archive]), own];
    for (const name of names) await client.ok(`CREATE "${encodeMailboxName(name)}"`);
    for (let i = 0; i < messages; i += 1)
      await client.append('INBOX', Buffer.from(mail({ subject: `${account.name} seed ${i}`, to: account.address })));
  });
}

/** A client of the upstream itself. */
export async function using<T>(
  dovecot: Dovecot,
  { address }: RealAccount,
  work: (client: PlainImap) => Promise<T>,
): Promise<T> {
  const client = await PlainImap.login({ host: dovecot.host, port: dovecot.port, user: address, password: PASSWORD });
  try {
    return await work(client);
  } finally {
    client.close();
  }
}

/** Read from the upstream itself. A mailbox that is not there holds nothing. */
export const upstreamMessages = (dovecot: Dovecot, account: RealAccount, mailbox: string): Promise<PlainMessage[]> =>
  using(dovecot, account, async (client) => {
    const name = encodeMailboxName(mailbox);
    if ((await client.command(`STATUS "${name}" (MESSAGES)`)).status !== 'OK') return [];
    return client.messages(name);
  });

/** Waits until the upstream itself holds, in that mailbox, the number of messages with the subject. */
export const upstreamHas = (
  dovecot: Dovecot,
  account: RealAccount,
  mailbox: string,
  subject: string,
  count = 1,
): Promise<PlainMessage[]> =>
  waitUntil(`${account.name}'s ${mailbox} has ${count} × ${subject}`, async () => {
    const found = (await upstreamMessages(dovecot, account, mailbox)).filter(({ body }) => subjectOf(body) === subject);
    return found.length === count ? found : undefined;
  });

/** Its mailboxes, Unicode. */
export async function upstreamNames(dovecot: Dovecot, account: RealAccount): Promise<string[]> {
  const { untagged } = await using(dovecot, account, (client) => client.ok('LIST "" "*"'));
  return untagged
    .map((line) => / "\/" (?:"(.*)"|(\S+))$/.exec(line))
    .map((match) => decodeMailboxName(match?.[1] ?? match?.[2] ?? ''));
}

export const subjectOf = (message: string): string | undefined => /^Subject: (.*)$/m.exec(message)?.[1]?.trimEnd();

export interface MailOptions {
  readonly subject: string;
  readonly from?: string;
  readonly to?: string;
  readonly body?: string;
}

let mails = 0;
/** A message as a client or a provider would write it. */
export function mail({
  subject,
  from = 'alice@example.org',
  to = 'me@example.org',
  body = 'Hello',
}: MailOptions): string {
  mails += 1;
  return [
    `From: <${from}>`,
    `To: <${to}>`,
    `Subject: ${subject}`,
    `Message-ID: <${mails}.${process.pid}.${Date.now()}@example.org>`,
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    '',
    body,
    '',
  ].join('\r\n');
}
