// The model of a demo account: uids, modseqs, the tree, and Gmail's store of labels.
import { describe, expect, test } from 'vitest';
import { PERSONALITIES, type PersonalityName } from '../../../src/demo/index.js';
import type { Quirks } from '../../../src/demo/quirks.js';
import { DemoAccount } from '../../../src/demo/store/account.js';
import { type Entry, flagsOfEntry } from '../../../src/demo/store/mailbox.js';
import { NO_FLAGS, SystemFlag } from '../../../src/mail/flags.js';
import type { Role } from '../../../src/mail/roles.js';
import { letter } from './demo-server.js';

function accountOf(name: PersonalityName, labelStore?: Partial<NonNullable<Quirks['labelStore']>>): DemoAccount {
  const known = PERSONALITIES[name];
  const quirks = { ...known.quirks };
  const personality =
    labelStore && quirks.labelStore
      ? { ...known, quirks: { ...quirks, labelStore: { ...quirks.labelStore, ...labelStore } } }
      : known;
  return new DemoAccount({ address: 'demo@a.test', personality, seed: 1_000 });
}

const put = (account: DemoAccount, mailbox: string, subject: string, system = 0): Entry =>
  account.append(account.mailbox(mailbox), {
    bytes: letter(subject),
    flags: { system, keywords: [] },
    internalDate: 1_700_000_000,
  });

/** The mailboxes a mail is in. */
const places = ({ mail }: Entry): string[] => [...mail.places.keys()].map(({ name }) => name).sort();

const role = (account: DemoAccount, wanted: Role) => {
  const mailbox = account.byRole(wanted);
  if (!mailbox) throw new Error(`no ${wanted}`);
  return mailbox;
};

describe('a plain store', () => {
  test('uids rise and are never given again', () => {
    const account = accountOf('qq');
    const [a, b] = [put(account, 'INBOX', 'a'), put(account, 'INBOX', 'b')];
    account.expunge(b, account.inbox);
    const c = put(account, 'INBOX', 'c');
    expect([a.uid, b.uid, c.uid, account.inbox.uidNext]).toEqual([1, 2, 3, 4]);
    expect(account.inbox.entries).toEqual([a, c]);
    expect(b.isGone).toBe(true);
  });

  test('every change has a modseq above all before it', () => {
    const account = accountOf('qq');
    const modseqs: number[] = [account.inbox.highestModseq];
    const note = () => modseqs.push(account.inbox.highestModseq);
    const entry = put(account, 'INBOX', 'a');
    note();
    account.setFlags(entry, account.inbox, { system: SystemFlag.Seen, keywords: ['Work'] });
    note();
    expect(entry.modseq).toBe(account.inbox.highestModseq);
    account.expunge(entry, account.inbox);
    note();
    expect(modseqs).toEqual([...new Set(modseqs)].sort((x, y) => x - y));
  });

  test('setting what is set already changes nothing', () => {
    const account = accountOf('qq');
    const entry = put(account, 'INBOX', 'a', SystemFlag.Seen);
    const before = account.inbox.highestModseq;
    account.setFlags(entry, account.inbox, { system: SystemFlag.Seen, keywords: [] });
    expect(account.inbox.highestModseq).toBe(before);
  });

  test('a copy is a mail of its own', () => {
    const account = accountOf('qq');
    const entry = put(account, 'INBOX', 'a', SystemFlag.Seen);
    const copy = account.copy(entry, account.mailbox('Drafts'));
    account.setFlags(copy, account.mailbox('Drafts'), { system: SystemFlag.Flagged, keywords: [] });
    expect([flagsOfEntry(entry).system, flagsOfEntry(copy).system]).toEqual([SystemFlag.Seen, SystemFlag.Flagged]);
    account.expunge(entry, account.inbox);
    expect(copy.isGone).toBe(false);
  });

  test('the tree: levels are made, renamed together, kept while they have children', () => {
    const account = accountOf('qq');
    account.create('a/b/c');
    expect([...account.mailboxes.keys()].slice(-3)).toEqual(['a', 'a/b', 'a/b/c']);
    const { uidValidity } = account.mailbox('a/b');
    account.rename('a/b', 'x/y');
    expect(account.mailboxes.has('a/b/c')).toBe(false);
    expect(account.mailbox('x/y').uidValidity).toBe(uidValidity);
    account.delete('x/y');
    expect(() => account.mailbox('x/y')).toThrow('Unknown');
    expect(account.mailbox('x/y/c')).toBeDefined();
    expect(account.mailboxes.get('x/y')?.isSelectable).toBe(false);
  });

  const refusals: [string, (account: DemoAccount) => unknown, string | undefined][] = [
    ['what is there', (account) => account.create('INBOX'), 'ALREADYEXISTS'],
    ['an empty level', (account) => account.create('a//b'), 'CANNOT'],
    ['deleting the inbox', (account) => account.delete('INBOX'), 'CANNOT'],
    ['deleting nothing', (account) => account.delete('nope'), 'NONEXISTENT'],
    ['renaming nothing', (account) => account.rename('nope', 'x'), 'NONEXISTENT'],
    ['renaming Drafts', (account) => account.rename('Drafts', 'x'), 'CANNOT'],
    ['renaming into itself', (account) => account.rename(account.create('a').name, 'a/b'), 'CANNOT'],
    ['selecting a level', (account) => account.mailbox('其他文件夹'), 'NONEXISTENT'],
  ];
  test.each(refusals)('refuses %s', (_what, work, code) => {
    expect(() => work(accountOf('qq'))).toThrow(expect.objectContaining({ name: 'DemoRefusal', code }));
  });
});

describe('a store of labels', () => {
  test('a mail is in All Mail and under its labels, one mail with one set of flags', () => {
    const account = accountOf('gmail');
    const entry = put(account, 'INBOX', 'a');
    const copy = account.copy(entry, account.create('Work'));
    expect(copy.mail).toBe(entry.mail);
    expect(places(entry)).toEqual(['INBOX', 'Work', '[Gmail]/All Mail']);
    const before = role(account, 'all').highestModseq;
    account.setFlags(copy, account.mailbox('Work'), { system: SystemFlag.Seen, keywords: ['Later'] });
    expect(flagsOfEntry(entry)).toEqual({ system: SystemFlag.Seen, keywords: ['Later'] });
    expect(role(account, 'all').highestModseq).toBeGreaterThan(before);
    expect(account.copy(entry, account.mailbox('Work'))).toBe(copy);
  });

  test('a move swaps labels, and takes nothing out of All Mail', () => {
    const account = accountOf('gmail');
    const entry = put(account, 'INBOX', 'a');
    const moved = account.move(entry, account.inbox, account.create('Work'));
    expect(places(moved)).toEqual(['Work', '[Gmail]/All Mail']);
    const all = role(account, 'all');
    const archived = account.move(moved, account.mailbox('Work'), all);
    expect(places(archived)).toEqual(['[Gmail]/All Mail']);
    account.move(archived, all, account.mailbox('Work'));
    expect(places(archived)).toEqual(['Work', '[Gmail]/All Mail']);
  });

  test.each(['trash', 'junk'] as const)('%s takes a mail out of everything, and gives it back', (out) => {
    const account = accountOf('gmail');
    const entry = put(account, 'INBOX', 'a', SystemFlag.Flagged);
    account.copy(entry, account.create('Work'));
    const gone = account.move(entry, account.inbox, role(account, out));
    expect(places(gone)).toEqual([role(account, out).name]);
    const back = account.move(gone, role(account, out), account.inbox);
    expect(places(back)).toEqual(['INBOX', '[Gmail]/All Mail', '[Gmail]/Starred']);
    const again = account.copy(back, role(account, out));
    account.expunge(again, role(account, out));
    expect(places(again)).toEqual([]);
  });

  test('Starred is \\Flagged', () => {
    const account = accountOf('gmail');
    const entry = put(account, 'INBOX', 'a');
    const starred = account.copy(entry, role(account, 'flagged'));
    expect(flagsOfEntry(entry).system).toBe(SystemFlag.Flagged);
    account.expunge(starred, role(account, 'flagged'));
    expect(flagsOfEntry(entry).system).toBe(0);
    account.setFlags(entry, account.inbox, { system: SystemFlag.Flagged, keywords: [] });
    expect(places(entry)).toContain('[Gmail]/Starred');
    account.setFlags(entry, account.inbox, NO_FLAGS);
    expect(places(entry)).not.toContain('[Gmail]/Starred');
  });

  test('\\Deleted acts at once, unless auto-expunge is off', () => {
    for (const autoExpunge of [true, false]) {
      const account = accountOf('gmail', { autoExpunge });
      const entry = put(account, 'INBOX', 'a');
      account.setFlags(entry, account.inbox, { system: SystemFlag.Deleted, keywords: [] });
      expect(entry.isGone).toBe(autoExpunge);
      expect(flagsOfEntry(entry).system).toBe(SystemFlag.Deleted);
      const all = role(account, 'all').entries[0];
      expect(all && flagsOfEntry(all).system).toBe(0);
    }
  });

  const behaviours = [
    ['archive', ['[Gmail]/All Mail']],
    ['trash', ['[Gmail]/Trash']],
    ['deleteForever', []],
  ] as const;
  test.each(behaviours)('an expunge of the last label: %s', (expungeBehavior, left) => {
    const account = accountOf('gmail', { expungeBehavior });
    const entry = put(account, 'INBOX', 'a');
    const label = account.copy(entry, account.create('Work'));
    account.expunge(entry, account.inbox);
    expect(places(entry)).toEqual(['Work', '[Gmail]/All Mail']);
    account.expunge(label, account.mailbox('Work'));
    expect(places(label)).toEqual(left);
  });

  test('an append of a Message-ID that is there labels that mail; drafts and other switches do not', () => {
    const account = accountOf('gmail');
    const first = put(account, '[Gmail]/Sent Mail', 'same');
    expect(put(account, 'INBOX', 'same').mail).toBe(first.mail);
    const draft = put(account, '[Gmail]/Drafts', 'draft');
    expect(put(account, '[Gmail]/Drafts', 'draft').mail).not.toBe(draft.mail);
    const apart = accountOf('gmail', { joinsByMessageId: false });
    expect(put(apart, 'INBOX', 'same').mail).not.toBe(put(apart, 'INBOX', 'same').mail);
  });

  test('identities: one a mail; one thread a conversation', () => {
    const account = accountOf('gmail');
    const reply = Buffer.concat([Buffer.from('References: <first@a.test>\r\n'), letter('Re first')]);
    const [a, b] = [put(account, 'INBOX', 'first'), put(account, 'INBOX', 'second')];
    const c = account.append(account.inbox, { bytes: reply, flags: NO_FLAGS, internalDate: 1 });
    expect(new Set([a, b, c].map(({ mail }) => mail.emailId)).size).toBe(3);
    expect(c.mail.threadId).toBe(a.mail.threadId);
    expect(b.mail.threadId).not.toBe(a.mail.threadId);
  });
});
