// SCRAM-SHA-256 over a connection, the client's side computed here (RFC 5802, RFC 7677, RFC 9266).
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Harness, PASSWORD, startHarness, USER } from '../support/harness.js';
import type { ImapClient } from '../support/imap-client.js';
import { scramFinal } from '../support/scram-client.js';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({
    accounts: [{ name: 'QQ' }],
    devices: [{ name: 'phone', password: 'hush', withoutCapabilities: [] }],
    clock: { now: () => 0, sleep: () => Promise.resolve() },
  });
});
afterAll(() => harness[Symbol.asyncDispose]());

const toBase64 = (text: string | Uint8Array): string => Buffer.from(text as string).toString('base64');
const fromBase64 = (text = ''): string => Buffer.from(text, 'base64').toString();
const NONCE = 'rOprNGfwEbeRWgbNEkqO';

interface Attempt {
  readonly user?: string;
  readonly password?: string;
  readonly mechanism?: string;
  readonly gs2?: string;
  /** What the channel is bound to. */
  readonly bound?: Uint8Array;
  readonly final?: (message: string) => string;
  /** The answer to the server's signature. */
  readonly last?: string;
  readonly tls?: boolean;
}

interface Ended {
  /** The tagged answer, after the tag. */
  readonly status: string;
  /** The server has shown that it knows the password. */
  readonly proved: boolean;
  readonly client: ImapClient;
}

async function attempt(how: Attempt): Promise<Ended> {
  const client = await harness.connect(how.tls ? 'tls' : 'starttls');
  await client.greeting();
  const { user = USER, password = PASSWORD, gs2 = 'n,,', mechanism = 'SCRAM-SHA-256' } = how;
  const bare = `n=${user},r=${NONCE}`;
  client.send(`a AUTHENTICATE ${mechanism} ${toBase64(gs2 + bare)}\r\n`);
  const challenge = (await client.line()) ?? '';
  if (!challenge.startsWith('+ ')) return { status: challenge.slice(2), proved: false, client };
  const serverFirst = fromBase64(challenge.slice(2));
  expect(serverFirst).toMatch(/^r=rOprNGfwEbeRWgbNEkqO[\x21-\x2b\x2d-\x7e]{20,},s=[A-Za-z0-9+/]{22}==,i=4096$/);
  const cbind = Buffer.concat([Buffer.from(gs2), how.bound ?? new Uint8Array()]);
  const { final, verifier } = scramFinal(password, bare, serverFirst, cbind);
  client.send(`${toBase64(how.final?.(final) ?? final)}\r\n`);
  const answer = (await client.line()) ?? '';
  if (!answer.startsWith('+ ')) return { status: answer.slice(2), proved: false, client };
  client.send(`${how.last ?? ''}\r\n`);
  return { status: ((await client.line()) ?? '').slice(2), proved: fromBase64(answer.slice(2)) === verifier, client };
}

const exporter = (client: ImapClient): Uint8Array =>
  (client.socket as TLSSocket).exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));

describe('SCRAM-SHA-256', () => {
  it.each([
    ['a client that binds no channel', 'n,,'],
    ['one that could, and sees no offer', 'y,,'],
    ['one that names the user twice', 'n,a=me,'],
  ])('%s gets in, and learns that it is the right server', async (_, gs2) => {
    const { status, proved, client } = await attempt({ gs2 });
    expect(status).toMatch(/^OK \[CAPABILITY IMAP4rev1 .*\] logged in$/);
    expect(proved).toBe(true);
    expect((await client.command('NAMESPACE')).status).toMatch(/^OK/);
  });

  it('the password tells the device', async () => {
    const { status } = await attempt({ password: 'hush' });
    expect(status).toMatch(/^OK/);
    expect(harness.server.connections().at(-1)?.user).toBe('phone');
  });

  it.each<[string, Attempt, RegExp]>([
    ['a wrong password', { password: 'wrong' }, /^NO \[AUTHENTICATIONFAILED\] wrong user name or password$/],
    ['nobody of that name', { user: 'you' }, /^NO \[AUTHENTICATIONFAILED\] wrong user name or password$/],
    ['another nonce', { final: (m) => m.replace('r=r', 'r=s') }, /^NO \[AUTHENTICATIONFAILED\]/],
    ['another channel binding', { final: (m) => m.replace('c=biws', 'c=eSws') }, /^NO \[AUTHENTICATIONFAILED\]/],
    ['a shorter proof', { final: (m) => m.replace(/p=.*/, 'p=AAAA') }, /^NO \[AUTHENTICATIONFAILED\]/],
    ['no proof', { final: (m) => m.replace(/,p=.*/, '') }, /^BAD malformed SCRAM message$/],
    ['something behind the proof', { final: (m) => `${m},x=1` }, /^BAD malformed SCRAM message$/],
    ['a word after the last one', { last: 'bW9yZQ==' }, /^BAD malformed SCRAM response$/],
    ['a cancel at the end', { last: '*' }, /^BAD authentication was cancelled$/],
    ['somebody else', { gs2: 'n,a=boss,' }, /^NO \[AUTHORIZATIONFAILED\]/],
    ['a mandatory extension', { gs2: 'n,,m=x,' }, /^BAD a mandatory SCRAM extension is not known here$/],
    ['a name with a bare =', { user: 'm=e' }, /^BAD malformed SCRAM message$/],
    ['no GS2 header', { gs2: '' }, /^BAD malformed SCRAM message$/],
    ['a bound channel without -PLUS', { gs2: 'p=tls-exporter,,' }, /^BAD the channel is bound by the -PLUS mechanism/],
  ])('%s is refused', async (_, how, expected) => {
    const { status, client } = await attempt(how);
    expect(status).toMatch(expected);
    // Nobody is logged in.
    expect((await client.command('NAMESPACE')).status).toBe('BAD please log in first');
  });

  it('a name with a comma is another name', async () => {
    const { status } = await attempt({ user: 'm=2Ce=3D' });
    expect(status).toBe('NO [AUTHENTICATIONFAILED] wrong user name or password');
  });
});

describe('SCRAM-SHA-256-PLUS', () => {
  const plus = { mechanism: 'SCRAM-SHA-256-PLUS', tls: true, gs2: 'p=tls-exporter,,' } as const;

  it('binds the login to the TLS connection', async () => {
    const client = await harness.connect('tls');
    expect(await client.greeting()).toContain('AUTH=SCRAM-SHA-256-PLUS AUTH=SCRAM-SHA-256 ');
    const bare = `n=${USER},r=${NONCE}`;
    client.send(`a AUTHENTICATE SCRAM-SHA-256-PLUS ${toBase64(`p=tls-exporter,,${bare}`)}\r\n`);
    const serverFirst = fromBase64((await client.line())?.slice(2));
    const cbind = Buffer.concat([Buffer.from('p=tls-exporter,,'), exporter(client)]);
    const { final, verifier } = scramFinal(PASSWORD, bare, serverFirst, cbind);
    client.send(`${toBase64(final)}\r\n`);
    expect(fromBase64((await client.line())?.slice(2))).toBe(verifier);
    client.send('\r\n');
    expect(await client.line()).toMatch(/^a OK/);
  });

  it.each<[string, Attempt, RegExp]>([
    [
      "somebody in between: another connection's binding",
      { ...plus, bound: Buffer.alloc(32, 7) },
      /^NO \[AUTHENTICATIONFAILED\]/,
    ],
    [
      'a binding that is not offered',
      { ...plus, gs2: 'p=tls-unique,,' },
      /^NO \[AUTHENTICATIONFAILED\] .*tls-exporter$/,
    ],
    ['no binding', { ...plus, gs2: 'n,,' }, /^BAD/],
    ['an offer that was taken away', { tls: true, gs2: 'y,,' }, /^NO \[AUTHENTICATIONFAILED\] .*SCRAM-SHA-256-PLUS$/],
  ])('%s is refused', async (_, how, expected) => expect((await attempt(how)).status).toMatch(expected));

  it('without binding the other mechanism still works over TLS', async () => {
    expect((await attempt({ tls: true })).status).toMatch(/^OK/);
  });
});
