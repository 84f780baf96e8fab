// The contract's own hands on a real server: a plain IMAP client, a connection a call.
import type { SourcePath } from '../../src/upstream/connector.js';
import type { Direct } from '../contract/contract-support.js';
import { encodeMailboxName, PlainImap, quote } from './plain-imap.js';

export interface PlainDirectOptions {
  readonly host: string;
  readonly port: number;
  readonly tls?: boolean;
  readonly user: string;
  readonly password: string;
  readonly delimiter: string;
  /** Of the personal namespace (`INBOX.`). */
  readonly prefix: string;
  /** The server wants to know by ID who it talks to, before it lets a mailbox be opened. */
  readonly wantsId?: boolean;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function dateTime(seconds: number): string {
  const [, day, month, year, time] =
    /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(seconds * 1000).toUTCString()) ?? [];
  return `${day}-${MONTHS.find((name) => name === month)}-${year} ${time} +0000`;
}

export function plainDirect(options: PlainDirectOptions): Direct {
  const { delimiter, prefix } = options;
  const nameOf = (path: SourcePath): string =>
    path.length === 1 && path[0] === 'INBOX' ? 'INBOX' : prefix + path.map(encodeMailboxName).join(delimiter);
  const using = async <T>(work: (client: PlainImap) => Promise<T>): Promise<T> => {
    const client = await PlainImap.login(options);
    try {
      if (options.wantsId) await client.ok('ID NIL');
      return await work(client);
    } finally {
      client.close();
    }
  };
  return {
    delimiter,
    create: (path) => using(async (client) => void (await client.ok(`CREATE ${quote(nameOf(path))}`))),
    exists: (path) =>
      using(async (client) => (await client.command(`STATUS ${quote(nameOf(path))} (MESSAGES)`)).status === 'OK'),
    deliver: (path, message, { flags = [], internalDate } = {}) =>
      using(async (client) => {
        const { untagged } = await client.ok(`STATUS ${quote(nameOf(path))} (UIDNEXT)`);
        const uid = Number(/UIDNEXT (\d+)/.exec(untagged.join('\n'))?.[1]);
        const told = await client.append(
          nameOf(path),
          Buffer.from(message, 'latin1'),
          flags,
          internalDate === undefined ? undefined : dateTime(internalDate),
        );
        return told ?? uid;
      }),
    messages: (path) => using((client) => client.messages(nameOf(path))),
    setFlags: (path, uid, change, flags) =>
      using(async (client) => {
        await client.ok(`SELECT ${quote(nameOf(path))}`);
        await client.ok(`UID STORE ${uid} ${change}FLAGS (${flags.join(' ')})`);
      }),
    expunge: (path, uid) => using((client) => expungeOne(client, nameOf(path), uid)),
  };
}

/** Where there is no UID EXPUNGE, other \Deleted messages are spared by hand. */
async function expungeOne(client: PlainImap, name: string, uid: number): Promise<void> {
  await client.ok(`SELECT ${quote(name)}`);
  const { untagged } = await client.ok('UID SEARCH DELETED');
  const others = (/^\* SEARCH(.*)$/i.exec(untagged.find((line) => /^\* SEARCH/i.test(line)) ?? '')?.[1] ?? '')
    .trim()
    .split(/\s+/)
    .filter(Boolean);
  for (const other of others) await client.ok(`UID STORE ${other} -FLAGS (\\Deleted)`);
  await client.ok(`UID STORE ${uid} +FLAGS (\\Deleted)`);
  await client.ok('EXPUNGE');
  for (const other of others) await client.ok(`UID STORE ${other} +FLAGS (\\Deleted)`);
}
