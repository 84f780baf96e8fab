import { expect, test } from 'vitest';
import { UpstreamError } from '../../../../src/mail/errors.js';
import type { SearchCriteria } from '../../../../src/mail/search-criteria.js';
import { createRig, useVirtualTime } from '../../../support/core-harness.js';
import { mail, readBody } from '../../../support/core-mail.js';
import { createFakeUpstream } from '../../../support/fake-connector.js';

useVirtualTime();

/** Subject as an encoded-word, body in base64: neither holds the searched bytes as they are. */
const chinese = (token: string, subject: string, body: string): string =>
  mail(token)
    .replace(`Subject: ${token}`, `Subject: =?UTF-8?B?${Buffer.from(subject).toString('base64')}?=`)
    .replace('charset=utf-8', 'charset=utf-8\r\nContent-Transfer-Encoding: base64')
    .replace(`This is ${token}.`, Buffer.from(body).toString('base64'));

test('a Chinese word of two characters is found inside subjects and cached bodies', async () => {
  const fake = createFakeUpstream({ traits: { searchTrusted: false } });
  fake.deliver('INBOX', chinese('m1', '下周的会议安排', '请把发票寄给我'));
  fake.deliver('INBOX', chinese('m2', '发票已经开好', '没有别的事'));
  fake.deliver('INBOX', mail('m3'));
  await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  for (const uid of [1, 2, 3]) await readBody(rig, 'INBOX', uid);
  fake.goOffline();
  const find = async (criteria: SearchCriteria) => [
    ...(await rig.during(rig.core.reads.search(rig.idOf('INBOX'), criteria, new AbortController().signal))).uids,
  ];
  expect(await find({ key: 'header', field: 'subject', text: '会议' })).toEqual([1]);
  expect(await find({ key: 'body', text: '发票' })).toEqual([1]);
  expect(await find({ key: 'text', text: '发票' })).toEqual([1, 2]);
  expect(await find({ key: 'body', text: '会议' })).toEqual([]);
  expect(await find({ key: 'not', not: { key: 'text', text: '发票' } })).toEqual([3]);
});

test('headers are searched as they are read: folds as one blank, addresses without quotes, and those of parts', async () => {
  const fake = createFakeUpstream({ traits: { searchTrusted: false } });
  const part = 'Content-Type: text/plain; name=invoice.pdf\r\nX-Part: folded\r\n\there\r\n\r\nwords';
  fake.deliver(
    'INBOX',
    mail('m1')
      .replace('Subject: m1', 'Subject: one\r\n\ttwo  three\r\nX-Note: four\r\n\tfive')
      .replace(/^From: .*$/m, 'From: "Ann" (at work) Lee <ann@example.com>')
      .replace(/Content-Type:[\s\S]*/, `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n${part}\r\n--b--\r\n`),
  );
  await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  await readBody(rig, 'INBOX', 1);
  fake.goOffline();
  const finds = async (criteria: SearchCriteria) =>
    (await rig.during(rig.core.reads.search(rig.idOf('INBOX'), criteria, new AbortController().signal))).uids.length >
    0;
  const header = (field: string, text: string): SearchCriteria => ({ key: 'header', field, text });
  expect(await finds(header('subject', 'one two three'))).toBe(true);
  expect(await finds(header('subject', 'two  three'))).toBe(true);
  expect(await finds(header('subject', 'onetwo'))).toBe(false);
  expect(await finds(header('x-note', 'four five'))).toBe(true);
  expect(await finds(header('from', 'Ann Lee <ann@'))).toBe(true);
  expect(await finds(header('from', '(at work)'))).toBe(true);
  expect(await finds(header('from', 'work ann'))).toBe(false);
  expect(await finds({ key: 'text', text: 'subject: one two' })).toBe(true);
  expect(await finds({ key: 'text', text: 'invoice.pdf' })).toBe(true);
  expect(await finds({ key: 'text', text: 'folded here' })).toBe(true);
  expect(await finds({ key: 'body', text: 'invoice.pdf' })).toBe(false);
});

test('a search among named messages does not ask the upstream about others', async () => {
  const fake = createFakeUpstream({ traits: { searchTrusted: true } });
  for (const token of ['m1', 'm2']) fake.deliver('INBOX', mail(token));
  await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  await readBody(rig, 'INBOX', 1);
  fake.goOffline();
  const { signal } = new AbortController();
  const among = (uid: number): SearchCriteria => ({
    key: 'and',
    all: [
      { key: 'uids', ranges: [[uid, uid]] },
      { key: 'body', text: 'This is' },
    ],
  });
  const { uids } = await rig.during(rig.core.reads.search(rig.idOf('INBOX'), among(1), signal));
  expect([...uids]).toEqual([1]);
  // The body of the other is with the upstream alone.
  const { unread } = await rig.during(rig.core.reads.search(rig.idOf('INBOX'), among(2), signal));
  expect(unread).toMatchObject({ uids: Uint32Array.of(2), accounts: ['A'], error: expect.any(UpstreamError) });
});

test('what was never fetched from a server whose search is not relied on is neither with a word nor without it', async () => {
  const fake = createFakeUpstream({ traits: { searchTrusted: false } });
  for (const token of ['m1', 'm2']) fake.deliver('INBOX', mail(token));
  await using rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  await readBody(rig, 'INBOX', 1);
  const find = (criteria: SearchCriteria) =>
    rig.during(rig.core.reads.search(rig.idOf('INBOX'), criteria, new AbortController().signal));
  const body: SearchCriteria = { key: 'body', text: 'nowhere' };
  const without = await find({ key: 'not', not: body });
  expect([...without.uids]).toEqual([1]);
  // Nobody failed to answer: there is nothing to be told.
  expect(without.unread).toMatchObject({ accounts: [], error: undefined });
  expect(await find(body)).toEqual({ uids: new Uint32Array(0), scores: new Uint8Array(0) });
  expect([...(await find({ key: 'not', not: { key: 'not', not: body } })).uids]).toEqual([]);
});
