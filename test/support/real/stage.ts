// A scene for action tests: three real accounts, a client that acts, and others that watch.
import { type Idler, startIdler } from '../idler.js';
import { decodeMailboxName, encodeMailboxName, type PlainImap, type PlainReply, quote } from '../plain-imap.js';
import { waitUntil } from '../wait-until.js';
import {
  mail,
  type RealAccount,
  startThreeAccounts,
  subjectOf,
  type ThreeAccounts,
  type ThreeAccountsOptions,
  using,
} from './three-accounts.js';

export interface Stage extends ThreeAccounts {
  /** The one that acts. */
  readonly client: PlainImap;
  /** Another client, idling on a mailbox (Unicode); it is closed at the end. */
  watch(mailbox: string): Promise<Idler>;
  /** A new message, delivered upstream; resolves with its uid in the mailbox, when it is there. */
  arrive(account: RealAccount, subject: string, upstream?: string, shown?: string): Promise<number>;
  /** Selects and searches with a client of its own. */
  uidsOf(mailbox: string, subject: string): Promise<number[]>;
  /** Waits until the mailbox holds so many messages with the subject. */
  has(mailbox: string, subject: string, count?: number): Promise<number[]>;
  /** Names as a client sees them, Unicode. */
  names(): Promise<string[]>;
}

export async function startStage(options: ThreeAccountsOptions = {}): Promise<Stage> {
  const all = await startThreeAccounts(options);
  const clients: PlainImap[] = [];
  const login = async () => {
    const client = await all.gateway.login();
    clients.push(client);
    return client;
  };
  const client = await login();
  const looking = await login();
  const uidsOf = async (mailbox: string, subject: string) => {
    const { status } = await looking.command(`EXAMINE ${quote(encodeMailboxName(mailbox))}`);
    if (status !== 'OK') return [];
    const uids = searched(await looking.ok(`UID SEARCH HEADER SUBJECT ${quote(subject)}`));
    // Whoever has a mailbox selected that is deleted is sent away.
    await looking.ok('CLOSE');
    return uids;
  };
  const has = (mailbox: string, subject: string, count = 1) =>
    waitUntil(`${mailbox} has ${count} × ${subject}`, async () => {
      const uids = await uidsOf(mailbox, subject);
      return uids.length === count ? uids : undefined;
    });
  return {
    ...all,
    client,
    uidsOf,
    has,
    watch: async (mailbox) => startIdler(await login(), encodeMailboxName(mailbox)),
    async arrive(account, subject, upstream = 'INBOX', shown = 'INBOX') {
      await using(all.dovecot, account, (direct) =>
        direct.append(encodeMailboxName(upstream), Buffer.from(mail({ subject, to: account.address }))),
      );
      if (upstream !== 'INBOX') await all.gateway.run('sync', account.name);
      const [uid = 0] = await has(shown, subject);
      return uid;
    },
    names: async () =>
      (await looking.ok('LIST "" "*"')).untagged.map((line) =>
        decodeMailboxName(/ "\/" "(.*)"$/.exec(line)?.[1] ?? line),
      ),
    stop: async () => {
      for (const each of clients) each.close();
      await all.stop();
    },
  };
}

/** The numbers of a SEARCH answer. */
export const searched = ({ untagged }: PlainReply): number[] =>
  untagged
    .filter((line) => line.startsWith('* SEARCH'))
    .flatMap((line) => line.slice('* SEARCH'.length).trim().split(' ').filter(Boolean).map(Number));

/** The sequence number under which an idling client knows a uid. */
export async function seqIn(idler: Idler, uid: number): Promise<number> {
  const [seq = 0] = searched(await idler.command(`SEARCH UID ${uid}`));
  return seq;
}

/** UIDs from and to of a COPYUID code, in the tagged answer or an untagged OK. */
export function copyUid({ text, untagged }: PlainReply): { from: string; to: number } {
  const [, from = '', to = ''] = /\[COPYUID \d+ (\S+) (\d+)\]/.exec([...untagged, text].join('\n')) ?? [];
  return { from, to: Number(to) };
}

/** The subject a uid has, as a client sees it. */
export async function subjectAt(client: PlainImap, mailbox: string, uid: number): Promise<string | undefined> {
  await client.ok(`EXAMINE ${quote(encodeMailboxName(mailbox))}`);
  const { untagged } = await client.ok(`UID FETCH ${uid} (BODY.PEEK[HEADER.FIELDS (SUBJECT)])`);
  return subjectOf(untagged.join('\n').replaceAll('\r', ''));
}
