// One account on each kind of server: Cyrus (QRESYNC), Courier (neither CONDSTORE nor MOVE), Dovecot with both hidden.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Direct } from '../../contract/contract-support.js';
import { type GatewayProcess, startGatewayProcess } from '../../support/gateway-process.js';
import { type Idler, startIdler } from '../../support/idler.js';
import { plainDirect } from '../../support/plain-direct.js';
import { encodeMailboxName, type PlainImap, quote } from '../../support/plain-imap.js';
import { startCourier } from '../../support/real/courier.js';
import { startCyrus } from '../../support/real/cyrus.js';
import { startDovecot, WITHOUT_CONDSTORE } from '../../support/real/dovecot.js';
import { PASSWORD, type RealServer } from '../../support/real/server.js';
import { searched, seqIn } from '../../support/real/stage.js';
import { mail, subjectOf } from '../../support/real/three-accounts.js';
import { waitUntil } from '../../support/wait-until.js';

const USER = 'someone';
const KINDS: readonly [string, () => Promise<RealServer>][] = [
  ['Cyrus', () => startCyrus({ users: [USER] })],
  ['Courier', () => startCourier({ users: [USER] })],
  ['Plain', () => startDovecot({ users: [USER], capability: WITHOUT_CONDSTORE })],
];
const NAMES = KINDS.map(([name]) => name);
const nextOf = (name: string): string => NAMES[(NAMES.indexOf(name) + 1) % NAMES.length] ?? '';
/** A server may need this long to tell its own idling clients. */
const NEWS_MS = 45_000;

const directs = new Map<string, Direct>();
const closing: (() => unknown)[] = [];
let gateway: GatewayProcess;
let client: PlainImap;
const directOf = (name: string): Direct => {
  const direct = directs.get(name);
  if (!direct) throw new Error(`no server ${name}`);
  return direct;
};

beforeAll(async () => {
  const accounts: object[] = [];
  for (const [name, start] of KINDS) {
    const server = await start();
    closing.push(() => server.stop());
    const direct = plainDirect({ ...server, user: USER });
    directs.set(name, direct);
    for (const mailbox of ['Trash', 'Drafts', 'Sent', 'Archive', 'Junk', 'Own']) await direct.create([mailbox]);
    for (let i = 0; i < 3; i += 1) await direct.deliver(['INBOX'], mail({ subject: `${name} seed ${i}` }));
    accounts.push({
      name,
      address: `${USER}@${name.toLowerCase()}.test`,
      provider: 'generic',
      imap: { host: server.host, port: server.port, tls: 'none' },
      smtp: { host: server.host, port: 9, tls: 'none' },
      auth: { user: USER, password: PASSWORD },
    });
  }
  gateway = await startGatewayProcess({ accounts });
  closing.push(() => gateway.remove());
  await gateway.synced();
  client = await gateway.login();
  closing.push(() => client.close());
}, 120_000);
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

const uidsIn = async (mailbox: string, subject: string): Promise<number[]> => {
  await client.ok(`EXAMINE ${quote(encodeMailboxName(mailbox))}`);
  return searched(await client.ok(`UID SEARCH HEADER SUBJECT ${quote(subject)}`));
};
const shows = (mailbox: string, subject: string, count = 1) =>
  waitUntil(
    `${mailbox} shows ${count} × ${subject}`,
    async () => {
      const uids = await uidsIn(mailbox, subject);
      return uids.length === count ? uids : undefined;
    },
    { ms: NEWS_MS },
  );
const upstream = (name: string, mailbox: string, subject: string, count = 1) =>
  waitUntil(`${name}'s ${mailbox} holds ${count} × ${subject}`, async () => {
    const all = await directOf(name).messages([mailbox]);
    const found = all.filter(({ body }) => subjectOf(body.replaceAll('\r', '')) === subject);
    return found.length === count ? found : undefined;
  });
const idle = async (mailbox: string): Promise<Idler> => startIdler(await gateway.login(), encodeMailboxName(mailbox));

describe.each(NAMES)('%s', (name) => {
  const arrive = async (subject: string) => {
    const upstreamUid = await directOf(name).deliver(['INBOX'], mail({ subject }));
    const [uid = 0] = await shows('INBOX', subject);
    return { uid, upstreamUid };
  };

  test('what happens at the provider is told to an idling client', async () => {
    const watcher = await idle('INBOX');
    const { uid, upstreamUid } = await arrive(`${name} news`);
    await watcher.until(/EXISTS/);
    const seq = await seqIn(watcher, uid);
    watcher.forget();
    await directOf(name).setFlags(['INBOX'], upstreamUid, '+', ['\\Flagged', '$Work']);
    expect(await watcher.until(/FETCH/, NEWS_MS)).toMatch(/\\Flagged.*\$Work|\$Work.*\\Flagged/);
    await directOf(name).setFlags(['INBOX'], upstreamUid, '-', ['\\Flagged', '$Work']);
    await watcher.until(/FETCH \(UID \d+ FLAGS \(\$acct_\w+\)\)/, NEWS_MS);
    await directOf(name).expunge(['INBOX'], upstreamUid);
    await watcher.until(/EXPUNGE/, NEWS_MS);
    expect(watcher.told.filter((line) => !/FETCH/.test(line))).toEqual([`* ${seq} EXPUNGE`]);
    watcher.close();
  });

  test('flags, move, delete, append reach it', async () => {
    const { uid } = await arrive(`${name} flagged`);
    await client.ok('SELECT INBOX');
    await client.ok(`UID STORE ${uid} +FLAGS (\\Seen $Label1)`);
    await waitUntil('the flags are upstream', async () => {
      const [message] = await upstream(name, 'INBOX', `${name} flagged`);
      return message?.flags.includes('\\Seen') && message.flags.includes('$Label1');
    });
    await client.ok(`UID MOVE ${uid} Trash`);
    const [trashed] = await upstream(name, 'Trash', `${name} flagged`);
    expect(trashed?.flags).toEqual(expect.arrayContaining(['\\Seen', '$Label1']));
    await upstream(name, 'INBOX', `${name} flagged`, 0);
    const { uid: doomed } = await arrive(`${name} doomed`);
    await client.ok('SELECT INBOX');
    await client.ok(`UID STORE ${doomed} +FLAGS (\\Deleted)`);
    await client.ok(`UID EXPUNGE ${doomed}`);
    await upstream(name, 'INBOX', `${name} doomed`, 0);
    const uidOfOwn = await client.append(`${name}/Own`, Buffer.from(mail({ subject: `${name} appended` })), [
      '\\Flagged',
    ]);
    const [appended] = await upstream(name, 'Own', `${name} appended`);
    expect(appended?.flags).toContain('\\Flagged');
    await gateway.run('sync', name);
    expect(await uidsIn(`${name}/Own`, `${name} appended`)).toEqual([uidOfOwn]);
    expect(await uidsIn('Trash', `${name} flagged`)).toHaveLength(1);
  });

  test('moves to another server, with its flags', async () => {
    const [subject, to] = [`${name} abroad`, nextOf(name)];
    const { uid } = await arrive(subject);
    await client.ok('SELECT INBOX');
    await client.ok(`UID STORE ${uid} +FLAGS (\\Answered $Label1)`);
    await client.ok(`UID MOVE ${uid} ${to}/Own`);
    const [moved] = await upstream(to, 'Own', subject);
    expect(moved?.flags).toEqual(expect.arrayContaining(['\\Answered', '$Label1']));
    await upstream(name, 'INBOX', subject, 0);
    await gateway.run('sync');
    expect(await uidsIn(`${to}/Own`, subject)).toHaveLength(1);
  });

  test('makes, renames and deletes a folder', async () => {
    const direct = directOf(name);
    await client.ok(`CREATE ${quote(encodeMailboxName(`${name}/Neu ü`))}`);
    await waitUntil('it is made', () => direct.exists(['Neu ü']));
    await client.ok(`RENAME ${quote(encodeMailboxName(`${name}/Neu ü`))} "${name}/Old"`);
    await waitUntil('it is renamed', async () => (await direct.exists(['Old'])) && !(await direct.exists(['Neu ü'])));
    await client.ok(`DELETE "${name}/Old"`);
    await waitUntil('it is deleted', async () => !(await direct.exists(['Old'])));
    await gateway.run('sync', name);
    const { untagged } = await client.ok(`LIST "" "${name}/*"`);
    expect(untagged.filter((line) => /Old|Neu/.test(line))).toEqual([]);
  });
});
