// The sample mail, and the mail that arrives while the demo runs.
import { describe, expect, test } from 'vitest';
import { PERSONALITIES, type PersonalityName } from '../../../src/demo/index.js';
import { startNewMail } from '../../../src/demo/new-mail.js';
import { PostOffice } from '../../../src/demo/post-office.js';
import { fillWithSampleMail } from '../../../src/demo/sample-mail/index.js';
import { createRandom } from '../../../src/demo/sample-mail/random.js';
import { DemoAccount } from '../../../src/demo/store/account.js';
import type { Mail } from '../../../src/demo/store/mailbox.js';
import { silentLogger } from '../../../src/lib/logger.js';
import { decodedBodyText, decodeHeaderText } from '../../../src/mail/decoded-text.js';
import { SystemFlag } from '../../../src/mail/flags.js';
import { headerField, headerFields } from '../../../src/mail/header-block.js';
import { isMultipart, type MimePart } from '../../../src/mail/mime.js';
import { waitUntil } from '../../support/wait-until.js';

const NOW = new Date('2026-11-24T12:00:00Z');
const DAY = 86_400;

async function filled(name: PersonalityName, now = NOW): Promise<DemoAccount> {
  const account = new DemoAccount({ address: 'demo@a.test', personality: PERSONALITIES[name], seed: 1_000_000 });
  await fillWithSampleMail(account, now);
  return account;
}

const known = new Map<PersonalityName, Promise<DemoAccount>>();
/** Filled once: these tests only look. */
const sample = (name: PersonalityName): Promise<DemoAccount> => {
  const account = known.get(name) ?? filled(name);
  known.set(name, account);
  return account;
};

const mailsOf = (account: DemoAccount): Mail[] => [
  ...new Set([...account.mailboxes.values()].flatMap(({ entries }) => entries.map(({ mail }) => mail))),
];

const partsOf = (part: MimePart): MimePart[] =>
  isMultipart(part) ? part.children.flatMap((child) => partsOf(child)) : [part];

describe.each(['qq', 'gmail', 'hotmail'] as const)('%s', (name) => {
  test('some 200 letters over a year and a half, the same at each start of a day', async () => {
    const [one, two] = [await sample(name), await filled(name, new Date('2026-11-24T23:00:00Z'))];
    const mails = mailsOf(one);
    expect(mails.length).toBeGreaterThan(190);
    expect(mails.length).toBeLessThan(240);
    const identity = ({ bytes, internalDate, emailId }: Mail) => [bytes.toString('latin1'), internalDate, emailId];
    expect(mailsOf(two).map(identity)).toEqual(mails.map(identity));
    const ages = mails.map(({ internalDate }) => NOW.getTime() / 1000 - internalDate);
    expect(Math.min(...ages)).toBeGreaterThan(0);
    expect(Math.max(...ages)).toBeGreaterThan(400 * DAY);
    expect(Math.max(...ages)).toBeLessThan(560 * DAY);
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(mails.length);
  });

  test('each mailbox in order of date, each role with mail in it', async () => {
    const account = await sample(name);
    for (const { entries } of account.mailboxes.values()) {
      const dates = entries.map(({ mail }) => mail.internalDate);
      expect(dates).toEqual([...dates].sort((a, b) => a - b));
    }
    for (const role of ['inbox', 'sent', 'drafts', 'junk', 'trash'] as const)
      expect(account.byRole(role)?.entries.length, role).toBeGreaterThan(0);
    expect(account.byRole(name === 'gmail' ? 'all' : 'archive')?.entries.length).toBeGreaterThan(0);
  });

  test('two languages, several charsets and encodings, attachments, threads, flags', async () => {
    const mails = mailsOf(await sample(name));
    const parts = mails.flatMap(({ root }) => partsOf(root));
    const texts = mails.map((mail) => decodeHeaderText(mail.header) + decodedBodyText(mail.bytes, mail.root));
    expect(texts.filter((text) => /\p{Script=Han}{4}/u.test(text)).length).toBeGreaterThan(40);
    expect(texts.filter((text) => !/\p{Script=Han}/u.test(text.replace(/林小雨/g, ''))).length).toBeGreaterThan(20);
    expect(texts.join('')).not.toMatch(/\ufffd|\{(n|item|city|code|money)\}/);
    const charsets = new Set(parts.map(({ params }) => params.find(([key]) => key === 'charset')?.[1]));
    expect([...charsets]).toEqual(expect.arrayContaining(['utf-8', 'gb18030']));
    expect(new Set(parts.map(({ encoding }) => encoding))).toEqual(new Set(['base64', 'quoted-printable']));
    const types = new Set(parts.map(({ type, subtype }) => `${type}/${subtype}`));
    for (const type of ['text/plain', 'text/html', 'application/pdf', 'image/png']) expect(types).toContain(type);
    const ids = new Set(mails.map(({ messageId }) => messageId));
    const references = mails.flatMap(({ header }) => headerFields(header, 'in-reply-to'));
    expect(references.length).toBeGreaterThan(20);
    expect(references.filter((id) => !ids.has(id))).toEqual([]);
    const withFlag = (bit: number) => mails.filter(({ flags }) => flags.system & bit).length;
    for (const bit of [SystemFlag.Seen, SystemFlag.Flagged, SystemFlag.Answered, SystemFlag.Draft])
      expect(withFlag(bit)).toBeGreaterThan(0);
    expect(mails.length - withFlag(SystemFlag.Seen)).toBeGreaterThan(20);
  });

  test('no address could be real', async () => {
    for (const { header } of mailsOf(await sample(name))) {
      const people = ['from', 'to', 'cc'].map((field) => headerField(header, field) ?? '').join(' ');
      for (const [, domain] of people.matchAll(/@([\w.-]+)/g)) expect(domain).toMatch(/\.(example|test)$/);
    }
  });
});

describe('new mail', () => {
  test('comes to the accounts in turn, dated now, until it is stopped', async () => {
    const office = new PostOffice();
    const accounts = (['qq', 'gmail', 'hotmail'] as const).map(
      (name) => new DemoAccount({ address: `${name}@a.test`, personality: PERSONALITIES[name], seed: 1 }),
    );
    for (const account of accounts) office.open(account);
    const counts = () => accounts.map(({ inbox }) => inbox.entries.length);
    const trickle = startNewMail(office, { firstAfterMs: 5, everyMs: [2, 4] }, silentLogger);
    await waitUntil('mail has come', () => Math.min(...counts()) >= 2);
    await trickle[Symbol.asyncDispose]();
    const [most, least] = [Math.max(...counts()), Math.min(...counts())];
    expect(most - least).toBeLessThanOrEqual(1);
    const [entry] = accounts[0]?.inbox.entries ?? [];
    expect(Math.abs((entry?.mail.internalDate ?? 0) - Date.now() / 1000)).toBeLessThan(60);
    expect(headerField(entry?.mail.header ?? '', 'delivered-to')).toBe('qq@a.test');
    const before = counts();
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(counts()).toEqual(before);
  });
});

test('random numbers repeat by their seed', () => {
  const numbers = (seed: string) => {
    const random = createRandom(seed);
    return Array.from({ length: 50 }, () => random.between(3, 9));
  };
  expect(numbers('a')).toEqual(numbers('a'));
  expect(numbers('a')).not.toEqual(numbers('b'));
  expect(new Set(numbers('a'))).toEqual(new Set([3, 4, 5, 6, 7, 8, 9]));
  expect(createRandom('x').shuffled([1, 2, 3, 4]).sort()).toEqual([1, 2, 3, 4]);
});

test('no two drafts of the accounts look the same: they stand side by side in Drafts', async () => {
  const accounts = await Promise.all((['qq', 'gmail', 'hotmail'] as const).map((name) => sample(name)));
  const drafts = accounts.flatMap((account) => account.byRole('drafts')?.entries ?? []).map(({ mail }) => mail);
  const subjects = drafts.map(({ bytes }) => /^Subject: (.*(?:\r\n[ \t].*)*)/m.exec(bytes.toString('latin1'))?.[1]);
  expect(subjects.length).toBeGreaterThan(9);
  expect(new Set(subjects).size).toBe(subjects.length);
});
