// What somebody sees who starts the gateway as it is shipped: three demo accounts, behaving like the real providers.
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.js';
import type { PlainImap } from '../support/plain-imap.js';
import { waitUntil } from '../support/wait-until.js';

let gateway: GatewayProcess;
let client: PlainImap;

beforeAll(async () => {
  const accounts = ['qq', 'gmail', 'hotmail'].map((demo) => ({ name: demo.toUpperCase(), demo }));
  gateway = await startGatewayProcess({ accounts });
  await gateway.synced();
  client = await gateway.login();
});
afterAll(async () => {
  client?.close();
  await gateway?.remove();
});

/** Uids of the selected mailbox that match. */
async function search(criteria: string): Promise<number[]> {
  const { untagged } = await client.ok(`UID SEARCH ${criteria}`);
  const line = untagged.find((text) => text.startsWith('* SEARCH')) ?? '';
  return line.split(' ').slice(2).map(Number);
}

async function countIn(mailbox: string): Promise<number> {
  const { untagged } = await client.ok(`STATUS "${mailbox}" (MESSAGES)`);
  return Number(/MESSAGES (\d+)/.exec(untagged.join('\n'))?.[1]);
}

const send = (from: string, to: string, subject: string) =>
  createTransport({
    host: '127.0.0.1',
    port: gateway.ports.smtps,
    secure: true,
    tls: { rejectUnauthorized: false },
    auth: { user: gateway.user, pass: gateway.password },
  }).sendMail({ from, to, subject, text: '你好\n', messageId: `<${subject}@test.example>` });

describe('the demo accounts', () => {
  test('fill the unified mailboxes, and keep their own folders', async () => {
    const { untagged } = await client.ok('LIST "" "*"');
    const names = untagged.map((line) => /"([^"]*)"$/.exec(line)?.[1]);
    expect(names).toEqual(expect.arrayContaining(['QQ/&XeVPXA-', 'GMAIL/Receipts', 'HOTMAIL/Bills']));
    for (const role of ['INBOX', 'Sent', 'Drafts', 'Archive', 'Junk', 'Trash'])
      expect(await countIn(role)).toBeGreaterThan(0);
    await client.ok('SELECT INBOX');
    for (const name of ['qq', 'gmail', 'hotmail'])
      expect((await search(`KEYWORD $acct_${name}`)).length).toBeGreaterThan(30);
    expect((await search('UNSEEN')).length).toBeGreaterThan(10);
  });

  test('are new ones after a restart, and everything keeps its uid', async () => {
    const listing = async () => {
      const lines: string[] = [];
      for (const mailbox of ['INBOX', 'Sent', 'Archive', 'Junk', 'QQ/&jSZTVQ-', 'GMAIL/All Mail', 'HOTMAIL/Bills']) {
        const { untagged } = await client.ok(`SELECT "${mailbox}"`);
        lines.push(mailbox, ...untagged.filter((line) => /UIDVALIDITY/.test(line)));
        const fetched = await client.ok('UID FETCH 1:* (UID INTERNALDATE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])');
        lines.push(...fetched.untagged.filter((line) => !line.includes('<new.')));
      }
      return lines;
    };
    const before = await listing();
    client.close();
    await gateway.stop();
    await gateway.start();
    await gateway.synced();
    client = await gateway.login();
    expect(await listing()).toEqual(before);
  });

  test('archive a labelled Gmail mail together with others', async () => {
    await client.ok('SELECT GMAIL/Newsletters');
    const { untagged } = await client.ok('UID FETCH 1:* (BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])');
    const ids = untagged.flatMap((line) => /<newsletters[^>]*>/.exec(line)?.[0] ?? []);
    await client.ok('SELECT INBOX');
    const inInbox: [number, string][] = [];
    for (const id of ids) for (const uid of await search(`HEADER MESSAGE-ID "${id}"`)) inInbox.push([uid, id]);
    const [labelled = 0, id = ''] = inInbox[0] ?? [];
    expect(labelled).toBeGreaterThan(0);
    const [other = 0] = await search('KEYWORD $acct_hotmail');
    const before = await countIn('Archive');
    await client.ok(`UID MOVE ${labelled},${other} Archive`);
    expect(await search(`UID ${labelled},${other}`)).toEqual([]);
    // Gmail's archive is what carries no label: this one is filed under Newsletters.
    await waitUntil('the other is in the archive, and stays', async () => (await countIn('Archive')) === before + 1);
    await client.ok('SELECT "GMAIL/All Mail"');
    // Once the move has been carried out, it stands there once.
    await waitUntil('one in All Mail', async () => (await search(`HEADER MESSAGE-ID "${id}"`)).length === 1);
    expect(await countIn('GMAIL/Newsletters')).toBe(ids.length);
  });

  const sendings = [
    // Whether QQ files the copy itself is found out by waiting for it.
    ['qq', 'gmail', 50_000],
    ['gmail', 'hotmail', 15_000],
    ['hotmail', 'qq', 15_000],
  ] as const;
  test.each(sendings)('mail from %s to %s arrives, and stands in Sent once', async (from, to, ms) => {
    await send(`demo@${from}.example`, `demo@${to}.example`, `hello-from-${from}`);
    const found = async (mailbox: string) => {
      await client.ok(`SELECT ${mailbox}`);
      return search(`SUBJECT "hello-from-${from}"`);
    };
    await waitUntil('it has arrived', async () => (await found('INBOX')).length === 1, { ms: 20_000 });
    await waitUntil('it has been filed', async () => (await found('Sent')).length === 1, { ms });
  });
});
