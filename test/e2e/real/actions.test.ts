// What a client does, seen by a second client, and read directly from the upstream server.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeMailboxName, quote } from '../../support/plain-imap.js';
import { copyUid, type Stage, seqIn, startStage, subjectAt } from '../../support/real/stage.js';
import {
  ACCOUNTS,
  mail,
  type RealAccount,
  upstreamHas,
  upstreamMessages,
  upstreamNames,
} from '../../support/real/three-accounts.js';
import { waitUntil } from '../../support/wait-until.js';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
}, 60_000);
afterAll(() => stage?.stop());

const shown = (name: string): string => quote(encodeMailboxName(name));
const flagsIn = (line: string): string[] => /FLAGS \(([^)]*)\)/.exec(line)?.[1]?.split(' ').filter(Boolean) ?? [];
const other = ({ name }: RealAccount): RealAccount => {
  const found = ACCOUNTS[(ACCOUNTS.findIndex((account) => account.name === name) + 1) % ACCOUNTS.length];
  if (!found) throw new Error('there are three accounts');
  return found;
};

describe.each(ACCOUNTS.map((account) => [account.name, account] as const))('%s', (name, account) => {
  test.each([
    ['read, unread', '\\Seen'],
    ['flag', '\\Flagged'],
    ['keyword', '$Work'],
    ['answered', '\\Answered'],
  ])('%s', async (what, flag) => {
    const { client, dovecot } = stage;
    const subject = `${name} ${what}`;
    const uid = await stage.arrive(account, subject);
    const watchers = [await stage.watch('INBOX'), await stage.watch(`${name}/INBOX`)];
    await client.ok('SELECT INBOX');
    for (const change of ['+', '-']) {
      const { untagged } = await client.ok(`UID STORE ${uid} ${change}FLAGS (${flag})`);
      const told = [...untagged.filter((line) => line.includes(`UID ${uid} `))];
      expect(told).toHaveLength(1);
      for (const [i, watcher] of watchers.entries()) {
        const line = await watcher.until(/FETCH/);
        if (i === 0) expect(line).toBe(told[0]);
        expect(flagsIn(line).includes(flag)).toBe(change === '+');
        expect(watcher.told.filter((each) => !/FETCH/.test(each))).toEqual([]);
        watcher.forget();
      }
      await waitUntil(`${flag} upstream`, async () => {
        const [message] = await upstreamHas(dovecot, account, 'INBOX', subject);
        // The keyword that tells the account is ours alone.
        expect(message?.flags.filter((each) => each.startsWith('$acct'))).toEqual([]);
        return message?.flags.includes(flag) === (change === '+');
      });
    }
    for (const watcher of watchers) watcher.close();
  });

  const moves: [string, string, (account: RealAccount) => string][] = [
    ['Trash', 'Trash', ({ trash }) => trash],
    ['Archive', 'Archive', ({ archive }) => archive],
    ['Junk', 'Junk', ({ junk }) => junk],
    ['a folder of its own', account.ownShown, ({ own }) => own],
  ];
  test.each(moves)('move to %s', async (what, target, upstreamName) => {
    const { client, dovecot } = stage;
    const subject = `${name} to ${what}`;
    const uid = await stage.arrive(account, subject);
    const [from, to] = [await stage.watch('INBOX'), await stage.watch(target)];
    const seq = await seqIn(from, uid);
    from.forget();
    await client.ok('SELECT INBOX');
    const reply = await client.ok(`UID MOVE ${uid} ${shown(target)}`);
    expect(reply.untagged).toContain(`* ${seq} EXPUNGE`);
    const moved = copyUid(reply);
    expect(moved.from).toBe(String(uid));
    await from.until(/EXPUNGE/);
    expect(from.told).toEqual([`* ${seq} EXPUNGE`]);
    await to.until(/EXISTS/);
    await upstreamHas(dovecot, account, upstreamName(account), subject);
    await upstreamHas(dovecot, account, 'INBOX', subject, 0);
    for (const each of ACCOUNTS.filter((one) => one !== account))
      expect(
        (await upstreamMessages(dovecot, each, upstreamName(each))).filter(({ body }) => body.includes(subject)),
      ).toEqual([]);
    // The uid that was told stays, and is the only one.
    await stage.gateway.run('sync', name);
    expect(await stage.uidsOf(target, subject)).toEqual([moved.to]);
    expect(await stage.uidsOf('INBOX', subject)).toEqual([]);
    expect(to.told.filter((line) => /EXPUNGE/.test(line))).toEqual([]);
    from.close();
    to.close();
  });

  test("move to another account's folder", async () => {
    const { client, dovecot } = stage;
    const [subject, target] = [`${name} across`, other(account)];
    const uid = await stage.arrive(account, subject);
    const [from, to] = [await stage.watch('INBOX'), await stage.watch(target.ownShown)];
    await client.ok('SELECT INBOX');
    await client.ok(`UID STORE ${uid} +FLAGS (\\Seen \\Flagged)`);
    const reply = await client.ok(`UID MOVE ${uid} ${shown(target.ownShown)}`);
    await from.until(/EXPUNGE/);
    await to.until(/EXISTS/);
    const [arrived] = await upstreamHas(dovecot, target, target.own, subject);
    expect(arrived?.flags).toEqual(expect.arrayContaining(['\\Seen', '\\Flagged']));
    await upstreamHas(dovecot, account, 'INBOX', subject, 0);
    // Only once it was verified there did it go, and then to the trash of where it came from (DESIGN §7).
    await upstreamHas(dovecot, account, account.trash, subject);
    await stage.gateway.run('sync');
    expect(await stage.uidsOf(target.ownShown, subject)).toEqual([copyUid(reply).to]);
    from.close();
    to.close();
  });

  test.each([
    ['in its account', account.ownShown, account, account.own],
    ['to another account', other(account).ownShown, other(account), other(account).own],
  ])('copy %s', async (what, target, owner, upstreamName) => {
    const { client, dovecot } = stage;
    const subject = `${name} copied ${what}`;
    const uid = await stage.arrive(account, subject);
    const to = await stage.watch(target);
    await client.ok('SELECT INBOX');
    const reply = await client.ok(`UID COPY ${uid} ${shown(target)}`);
    await to.until(/EXISTS/);
    expect(await subjectAt(client, target, copyUid(reply).to)).toBe(subject);
    await upstreamHas(dovecot, owner, upstreamName, subject);
    await upstreamHas(dovecot, account, 'INBOX', subject);
    await stage.gateway.run('sync');
    expect(await stage.uidsOf(target, subject)).toEqual([copyUid(reply).to]);
    to.close();
  });

  test.each(['UID EXPUNGE', 'EXPUNGE', 'CLOSE'])('delete, then %s', async (how) => {
    const { client, dovecot } = stage;
    const [subject, kept] = [`${name} deleted by ${how}`, `${name} kept from ${how}`];
    const uid = await stage.arrive(account, subject);
    await stage.arrive(account, kept);
    const watcher = await stage.watch('INBOX');
    const seq = await seqIn(watcher, uid);
    watcher.forget();
    await client.ok('SELECT INBOX');
    await client.ok(`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`);
    expect(flagsIn(await watcher.until(/FETCH/))).toContain('\\Deleted');
    await client.ok(how === 'UID EXPUNGE' ? `UID EXPUNGE ${uid}` : how);
    await watcher.until(/EXPUNGE/);
    expect(watcher.told.filter((line) => !/FETCH/.test(line))).toEqual([`* ${seq} EXPUNGE`]);
    await upstreamHas(dovecot, account, 'INBOX', subject, 0);
    await upstreamHas(dovecot, account, 'INBOX', kept);
    watcher.close();
  });

  test.each([
    ['a draft', 'Drafts', '\\Draft', ({ drafts }: RealAccount) => drafts],
    ['a sent copy', 'Sent', '\\Seen', ({ sent }: RealAccount) => sent],
  ])('append %s', async (what, target, flag, upstreamName) => {
    const { client, dovecot } = stage;
    const subject = `${name} appended ${what}`;
    const watcher = await stage.watch(target);
    const uid = await client.append(target, Buffer.from(mail({ subject, from: account.address })), [flag]);
    await watcher.until(/EXISTS/);
    expect(await subjectAt(client, target, uid ?? 0)).toBe(subject);
    const [stored] = await upstreamHas(dovecot, account, upstreamName(account), subject);
    expect(stored?.flags).toContain(flag);
    await stage.gateway.run('sync', name);
    expect(await stage.uidsOf(target, subject)).toEqual([uid]);
    watcher.close();
  });

  test('create, rename and delete a folder', async () => {
    const { client, dovecot } = stage;
    const parent = account.own.startsWith('其他文件夹/') ? '其他文件夹/' : '';
    const [first, second] = [`New 新 ${name}`, `Renamed ${name}`];
    const exists = (folder: string, wanted: boolean) =>
      waitUntil(`${folder} upstream: ${wanted}`, async () => {
        const names = await upstreamNames(dovecot, account);
        return names.includes(parent + folder) === wanted;
      });
    await client.ok(`CREATE ${shown(`${name}/${first}`)}`);
    expect(await stage.names()).toContain(`${name}/${first}`);
    await exists(first, true);
    const uid = await client.append(
      encodeMailboxName(`${name}/${first}`),
      Buffer.from(mail({ subject: `${name} inside` })),
    );
    await upstreamHas(dovecot, account, parent + first, `${name} inside`);
    await client.ok(`RENAME ${shown(`${name}/${first}`)} ${shown(`${name}/${second}`)}`);
    await exists(second, true);
    await exists(first, false);
    await stage.gateway.run('sync', name);
    expect(await stage.names()).not.toContain(`${name}/${first}`);
    expect(await stage.uidsOf(`${name}/${second}`, `${name} inside`)).toEqual([uid]);
    await client.ok(`DELETE ${shown(`${name}/${second}`)}`);
    expect(await stage.names()).not.toContain(`${name}/${second}`);
    await exists(second, false);
    await stage.gateway.run('sync', name);
    expect(await stage.names()).not.toContain(`${name}/${second}`);
  });
});
