// What happens at the provider itself arrives at an idling client of the gateway.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeMailboxName, quote } from '../../support/plain-imap.js';
import { type Stage, seqIn, startStage } from '../../support/real/stage.js';
import { ACCOUNTS, mail, type RealAccount, using } from '../../support/real/three-accounts.js';
import { waitUntil } from '../../support/wait-until.js';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
}, 60_000);
afterAll(() => stage?.stop());

/** Core looks at the folders, and at what is not INBOX, every 60 s. */
const POLL_MS = 90_000;
const upstreamName = (name: string): string => quote(encodeMailboxName(name));

/** A command on the only message with the subject, as another client of the provider gives it. */
const directly = (account: RealAccount, mailbox: string, subject: string, command: (uid: number) => string) =>
  using(stage.dovecot, account, async (client) => {
    await client.ok(`SELECT ${upstreamName(mailbox)}`);
    const { untagged } = await client.ok(`UID SEARCH HEADER SUBJECT ${quote(subject)}`);
    await client.ok(command(Number(/^\* SEARCH (\d+)$/.exec(untagged[0] ?? '')?.[1])));
  });

describe.each(ACCOUNTS.map((account) => [account.name, account] as const))('%s', (name, account) => {
  test('new mail, flags, keyword, expunge in INBOX', async () => {
    const subject = `${name} announced`;
    const watchers = [await stage.watch('INBOX'), await stage.watch(`${name}/INBOX`)];
    const uid = await stage.arrive(account, subject);
    const uids = [uid, ...(await stage.has(`${name}/INBOX`, subject))];
    for (const [i, watcher] of watchers.entries()) {
      await watcher.until(/EXISTS/);
      expect(watcher.told).toHaveLength(1);
      const seq = await seqIn(watcher, uids[i] ?? 0);
      expect(watcher.told).toContain(`* ${seq} EXISTS`);
      watcher.forget();
    }
    const tag = `$acct_${name.toLowerCase()}`;
    const steps: [change: string, flags: string[]][] = [
      ['+FLAGS (\\Seen)', ['\\Seen']],
      ['+FLAGS (\\Flagged $Work)', ['\\Flagged', '\\Seen', '$Work']],
      ['-FLAGS (\\Seen)', ['\\Flagged', '$Work']],
      ['-FLAGS (\\Flagged $Work)', []],
    ];
    for (const [change, flags] of steps) {
      await directly(account, 'INBOX', subject, (upstreamUid) => `UID STORE ${upstreamUid} ${change}`);
      for (const [i, watcher] of watchers.entries()) {
        const line = await watcher.until(/FETCH/);
        const seq = await seqIn(watcher, uids[i] ?? 0);
        const [, told = ''] = new RegExp(`^\\* ${seq} FETCH \\(UID ${uids[i]} FLAGS \\((.*)\\)\\)$`).exec(line) ?? [];
        expect(told.split(' ').sort(), line).toEqual([...flags, tag].sort());
        expect(watcher.told).toEqual([line]);
        watcher.forget();
      }
    }
    const seqs = await Promise.all(watchers.map((watcher, i) => seqIn(watcher, uids[i] ?? 0)));
    await directly(account, 'INBOX', subject, (upstreamUid) => `UID STORE ${upstreamUid} +FLAGS.SILENT (\\Deleted)`);
    for (const watcher of watchers) await watcher.until(/FETCH .*\\Deleted/);
    await directly(account, 'INBOX', subject, (upstreamUid) => `UID EXPUNGE ${upstreamUid}`);
    for (const [i, watcher] of watchers.entries()) {
      await watcher.until(/EXPUNGE/);
      expect(watcher.told.filter((line) => !/FETCH/.test(line))).toEqual([`* ${seqs[i]} EXPUNGE`]);
      watcher.close();
    }
  });

  test('a move out of INBOX and back', async () => {
    const subject = `${name} wandering`;
    const uid = await stage.arrive(account, subject);
    const [inbox, own] = [await stage.watch('INBOX'), await stage.watch(account.ownShown)];
    const seq = await seqIn(inbox, uid);
    await directly(account, 'INBOX', subject, (upstreamUid) => `UID MOVE ${upstreamUid} ${upstreamName(account.own)}`);
    await inbox.until(/EXPUNGE/);
    expect(inbox.told).toEqual([`* ${seq} EXPUNGE`]);
    await stage.gateway.run('sync', name);
    await own.until(/EXISTS/);
    await stage.has(account.ownShown, subject);
    inbox.forget();
    await directly(account, account.own, subject, (upstreamUid) => `UID MOVE ${upstreamUid} INBOX`);
    await inbox.until(/EXISTS/);
    await stage.gateway.run('sync', name);
    await own.until(/EXPUNGE/);
    // It is another message now, in IMAP's eyes: its old uid is not given again.
    const [back = 0] = await stage.has('INBOX', subject);
    expect(back).toBeGreaterThan(uid);
    inbox.close();
    own.close();
  });

  test('a folder is renamed, with its messages, and deleted', async () => {
    const parent = account.own.startsWith('其他文件夹/') ? '其他文件夹/' : '';
    const [first, second] = [`Upstream 夹 ${name}`, `Upstream renamed ${name}`];
    const subject = `${name} in a folder`;
    await using(stage.dovecot, account, async (client) => {
      await client.ok(`CREATE ${upstreamName(parent + first)}`);
      await client.append(encodeMailboxName(parent + first), Buffer.from(mail({ subject })));
    });
    await stage.gateway.run('sync', name);
    await stage.has(`${name}/${first}`, subject);
    await using(stage.dovecot, account, (client) =>
      client.ok(`RENAME ${upstreamName(parent + first)} ${upstreamName(parent + second)}`),
    );
    await stage.gateway.run('sync', name);
    await stage.has(`${name}/${second}`, subject);
    expect(await stage.names()).not.toContain(`${name}/${first}`);
    await using(stage.dovecot, account, (client) => client.ok(`DELETE ${upstreamName(parent + second)}`));
    await stage.gateway.run('sync', name);
    expect(await stage.names()).not.toContain(`${name}/${second}`);
  });
});

test('folders, and mail in them, come by themselves too', async () => {
  const watchers = [];
  for (const account of ACCOUNTS) {
    watchers.push(await stage.watch(account.ownShown));
    await using(stage.dovecot, account, async (client) => {
      await client.ok(`CREATE ${upstreamName(`${account.name === 'QQ' ? '其他文件夹/' : ''}Polled`)}`);
      await client.append(encodeMailboxName(account.own), Buffer.from(mail({ subject: 'polled' })));
    });
  }
  for (const watcher of watchers) {
    await watcher.until(/EXISTS/, POLL_MS);
    watcher.close();
  }
  const wanted = ACCOUNTS.map(({ name }) => `${name}/Polled`);
  await waitUntil(
    'the new folders are listed',
    async () => {
      const names = await stage.names();
      return wanted.every((name) => names.includes(name));
    },
    { ms: POLL_MS, everyMs: 250 },
  );
});
