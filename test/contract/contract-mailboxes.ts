import { expect, test } from 'vitest';
import { NO_FLAGS } from '../../src/mail/flags.js';
import type { SourcePath } from '../../src/upstream/connector.js';
import { type ContractContext, refusalOf, sampleMessage, sorted, sourceOf } from './contract-support.js';

const pathsOf = (mailboxes: readonly { path: SourcePath }[]): string[] => mailboxes.map(({ path }) => path.join('|'));

/** LIST, STATUS, SELECT, CREATE, RENAME, DELETE. */
export function mailboxContract({ up, withSession, freshMailbox, facts }: ContractContext): void {
  test('tells what the server can do', async () => {
    await withSession(async ({ capabilities }) => {
      expect(capabilities.words.length).toBeGreaterThan(0);
      expect(capabilities.words).toEqual(capabilities.words.map((word) => word.toUpperCase()));
      if (capabilities.qresync) expect(capabilities.condstore).toBe(true);
      expect(capabilities).toMatchObject(facts.can ?? {});
    });
  });

  test('tells a quota only where the server has any', async () => {
    await withSession(async (session) => {
      const quota = await session.quota();
      if (!session.capabilities.words.includes('QUOTA')) expect(quota).toBeUndefined();
      else if (quota) expect(quota.limitBytes).toBeGreaterThanOrEqual(quota.usedBytes);
    });
  });

  test('lists the inbox, once, with its role', async () => {
    await withSession(async (session) => {
      const listed = await session.listMailboxes();
      expect(listed.filter(({ role }) => role === 'inbox')).toEqual([
        { path: ['INBOX'], role: 'inbox', selectable: true },
      ]);
      expect(new Set(pathsOf(listed)).size).toBe(listed.length);
    });
  });

  const names: SourcePath[] = [
    ['With space'],
    ['Nest', 'Inner'],
    ...(facts.plainNames ? [] : [['项目 & Co'], ['Nest', '收件'], ['é combining e\u0301'.normalize('NFC')]]),
  ];
  test.each(names.map((path) => [path]))('creates, lists, selects and deletes %j', async (path) => {
    await withSession(async (session) => {
      const parts = [...path];
      parts[0] = `${parts[0]} ${Math.random().toString(36).slice(2, 8)}`;
      await session.createMailbox(parts);
      expect(await up().direct.exists(parts)).toBe(true);
      expect(pathsOf(await session.listMailboxes())).toContain(parts.join('|'));
      expect((await session.select(parts)).exists).toBe(0);
      await session.select(['INBOX']);
      await session.deleteMailbox(parts);
      expect(await up().direct.exists(parts)).toBe(false);
    });
  });

  test('a part that holds the delimiter cannot be; one that holds another char can', async () => {
    await withSession(async (session) => {
      const { delimiter } = up().direct;
      const refused = await refusalOf(session.createMailbox([`a${delimiter}b`]));
      expect(refused.kind).toBe('permanent');
      if (delimiter !== '.' || facts.noSlashNames) return;
      await session.createMailbox(['a/b']);
      expect(pathsOf(await session.listMailboxes())).toContain('a/b');
      await session.deleteMailbox(['a/b']);
    });
  });

  test('renames with messages and children', async () => {
    const path = await freshMailbox();
    await up().direct.create([...path, 'child']);
    const uid = await up().direct.deliver(path, sampleMessage('kept'));
    await withSession(async (session) => {
      const renamed = [`${path[0]} renamed`];
      await session.renameMailbox(path, renamed);
      const listed = pathsOf(await session.listMailboxes());
      expect(listed).toContain(renamed.join('|'));
      expect(listed).toContain([...renamed, 'child'].join('|'));
      expect(listed).not.toContain(path.join('|'));
      await session.select(renamed);
      expect([...(await session.uids())]).toEqual([uid]);
    });
  });

  test('tells STATUS', async () => {
    const path = await freshMailbox();
    await up().direct.deliver(path, sampleMessage('one'));
    const uid = await up().direct.deliver(path, sampleMessage('two'));
    await withSession(async (session) => {
      const status = await session.status(path);
      expect(status).toMatchObject({ messages: 2, uidNext: facts.noStatusUidNext ? undefined : uid + 1 });
      expect(status.uidValidity).toBeGreaterThan(0);
      expect(typeof status.highestModseq).toBe(session.capabilities.condstore ? 'bigint' : 'undefined');
    });
  });

  test('selects: counts, validity, flags', async () => {
    const path = await freshMailbox();
    const uid = await up().direct.deliver(path, sampleMessage('one'));
    await withSession(async (session) => {
      const selected = await session.select(path);
      expect(selected).toMatchObject({ exists: 1, permanentSystemFlags: 31, keepsNewKeywords: !facts.keptKeywords });
      if (facts.keptKeywords)
        expect(sorted(selected.keepsKeywords)).toEqual(sorted(facts.keptKeywords.map((word) => word.toLowerCase())));
      if (selected.uidNext !== undefined) expect(selected.uidNext).toBe(uid + 1);
      expect(selected.uidValidity).toBe((await session.status(path)).uidValidity);
      expect(typeof selected.highestModseq).toBe(session.capabilities.condstore ? 'bigint' : 'undefined');
      await up().direct.deliver(path, sampleMessage('two'));
      expect((await session.select(path)).exists).toBe(2);
    });
  });

  test('refuses for good what names no mailbox, and lives on', async () => {
    const path = await freshMailbox();
    const nowhere = ['no such mailbox'];
    await withSession(async (session) => {
      await session.select(path);
      const requests: (() => Promise<unknown>)[] = [
        () => session.select(nowhere),
        () => session.uids(),
        () => session.status(nowhere),
        () => session.deleteMailbox(nowhere),
        ...(facts.renamesNothing ? [] : [() => session.renameMailbox(nowhere, ['elsewhere'])]),
        () => session.createMailbox(path),
        () => session.append(nowhere, sourceOf(sampleMessage('lost')), NO_FLAGS, undefined),
      ];
      for (const request of requests) expect((await refusalOf(request())).kind).toBe('permanent');
      expect((await session.select(path)).exists).toBe(0);
    });
  });

  test('a closed session throws transient, and says that it is closed', async () => {
    await withSession(async (session) => {
      await session.close();
      await session.closed;
      for (const request of [session.uids(), session.select(['INBOX']), session.listMailboxes()])
        expect(await refusalOf(request)).toMatchObject({ kind: 'transient' });
      await session.close();
    });
  });
}
