// The lines of each personality, as captured from the real ones (providers.md §2–8).
import { describe, expect, test } from 'vitest';
import { PERSONALITIES, type PersonalityName } from '../../../src/demo/index.js';
import { PlainImap } from '../../support/plain-imap.js';
import { lineOf, runDemo } from './demo-server.js';

const names = Object.keys(PERSONALITIES) as PersonalityName[];

describe.each(names)('%s', (name) => {
  const { capabilities, greeting, mailboxes, texts } = PERSONALITIES[name];

  test('greets, tells its capabilities before and after the login, and says goodbye', async () => {
    const { access } = await runDemo(name);
    const client = await PlainImap.connect({ host: '127.0.0.1', port: access.imapPort });
    expect(client.greeting).toBe(`* OK ${greeting}`);
    const before = await client.ok('CAPABILITY');
    expect(before).toMatchObject({
      untagged: [`* CAPABILITY ${capabilities.beforeLogin}`],
      text: texts.capabilityOk,
    });
    expect(await client.command('SELECT INBOX')).toMatchObject({ status: 'BAD' });
    const wrong = await client.command(`LOGIN ${access.address} wrong`);
    expect(wrong).toMatchObject({ status: 'NO', text: texts.loginRefused });
    const login = await client.ok(`LOGIN ${access.address} ${access.password}`);
    expect(login.untagged).toEqual(
      capabilities.toldAtLogin === 'untagged' ? [`* CAPABILITY ${capabilities.afterLogin}`] : [],
    );
    expect((await client.ok('CAPABILITY')).untagged).toEqual([`* CAPABILITY ${capabilities.afterLogin}`]);
    expect((await client.ok('LOGOUT')).untagged).toEqual([`* BYE ${texts.bye}`]);
  });

  test('AUTHENTICATE PLAIN, with and without an initial response', async () => {
    const { access } = await runDemo(name);
    const response = Buffer.from(`\0${access.address}\0${access.password}`).toString('base64');
    const client = await PlainImap.connect({ host: '127.0.0.1', port: access.imapPort });
    const advertised = (word: string) => capabilities.beforeLogin.split(' ').includes(word);
    const status = !advertised('AUTH=PLAIN') ? 'NO' : advertised('SASL-IR') ? 'OK' : 'BAD';
    expect(await client.command(`AUTHENTICATE PLAIN ${response}`)).toMatchObject({ status });
    if (!advertised('AUTH=PLAIN')) return;
    const other = await PlainImap.connect({ host: '127.0.0.1', port: access.imapPort });
    other.send('A1 AUTHENTICATE PLAIN');
    expect(await other.read()).toMatch(/^\+ ?$/);
    other.send(response);
    await other.readUntil(/^A1 OK/);
  });

  test('has its mailboxes', async () => {
    const client = await (await runDemo(name)).login();
    const { untagged } = await client.ok('LIST "" "*"');
    const levels = untagged.filter((line) => /\\noselect/i.test(line)).length;
    expect([untagged.length, levels]).toEqual([
      mailboxes.length,
      mailboxes.filter(({ selectable = true }) => !selectable).length,
    ]);
  });
});

test('commands that a provider lacks are unknown', async () => {
  const qq = await (await runDemo('qq')).login();
  await qq.ok('SELECT INBOX');
  for (const command of ['ENABLE CONDSTORE', 'UNSELECT', 'GETQUOTAROOT INBOX', 'COMPRESS DEFLATE'])
    expect(await qq.command(command)).toMatchObject({ status: 'BAD' });
  const hotmail = await (await runDemo('hotmail')).login();
  expect(await hotmail.command('XLIST "" "*"')).toMatchObject({ status: 'BAD' });
});

test('Gmail: XLIST, LIST-EXTENDED, LIST-STATUS, labels, quota, ESEARCH', async () => {
  const client = await (await runDemo('gmail')).login();
  const xlist = await client.ok('XLIST "" "*"');
  expect(xlist.untagged).toContain('* XLIST (\\HasNoChildren \\AllMail) "/" "[Gmail]/All Mail"');
  const extended = await client.ok('LIST (SPECIAL-USE) "" ("INBOX" "*") RETURN (SUBSCRIBED STATUS (MESSAGES))');
  expect(lineOf(extended, /Trash"$/)).toBe('* LIST (\\HasNoChildren \\Subscribed \\Trash) "/" "[Gmail]/Trash"');
  expect(extended.untagged).toContain('* STATUS "[Gmail]/Trash" (MESSAGES 0)');
  await client.append('INBOX', Buffer.from('Subject: x\r\n\r\nx\r\n'));
  await client.ok('SELECT INBOX');
  await client.ok('STORE 1 +X-GM-LABELS (\\Starred "Work")');
  expect(lineOf(await client.ok('FETCH 1 (X-GM-LABELS)'), /LABELS/)).toBe(
    '* 1 FETCH (X-GM-LABELS ("\\\\Starred" "Work"))',
  );
  await client.ok('STORE 1 -X-GM-LABELS (\\Starred)');
  expect(lineOf(await client.ok('FETCH 1 (X-GM-LABELS FLAGS)'), /LABELS/)).toMatch(/LABELS \("Work"\)/);
  expect(lineOf(await client.ok('UID SEARCH RETURN (ALL COUNT) ALL'), /ESEARCH/)).toMatch(/ UID COUNT 1 ALL 1$/);
  expect(lineOf(await client.ok('GETQUOTAROOT "INBOX"'), /QUOTA /)).toBe('* QUOTA "" (STORAGE 1 15728640)');
});
