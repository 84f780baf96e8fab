// Many connections that never log in: they take their turn with each other, and keep nobody out who does (DESIGN §2.5).
import { connect, createServer, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Harness, startHarness } from '../support/harness.js';
import type { ImapClient } from '../support/imap-client.js';
import { inTime } from '../support/in-time.js';

const MAX = 20;
let harness: Harness;
let other: ImapClient;
let sockets: Socket[];

beforeEach(async () => {
  harness = await startHarness({ accounts: [{ name: 'QQ' }], maxConnections: MAX });
  other = await harness.login();
  sockets = [];
});
afterEach(async () => {
  expect((await other.command('NOOP')).status).toMatch(/^OK/);
  for (const socket of sockets) socket.destroy();
  await harness[Symbol.asyncDispose]();
});

const port = (kind: 'starttls' | 'tls'): number => harness.server.ports[kind === 'tls' ? 1 : 0] ?? 0;
const until = (what: string, holds: () => boolean): Promise<void> => {
  const wait = async () => {
    while (!holds()) await new Promise<void>((done) => setImmediate(done));
  };
  return inTime(wait(), what);
};

/** A connection that says nothing by itself, from an address of this machine. */
async function silent(kind: 'starttls' | 'tls', localAddress = '127.0.0.1'): Promise<Visitor> {
  const socket = connect({ host: '127.0.0.1', port: port(kind), localAddress });
  sockets.push(socket);
  const visitor = { socket, heard: '', isGone: false };
  socket.setEncoding('latin1').on('data', (text: string) => {
    visitor.heard += text;
  });
  socket.on('error', () => undefined);
  for (const event of ['end', 'close']) socket.on(event, () => (visitor.isGone = true));
  await inTime(new Promise<void>((done) => socket.once('connect', done)), 'no connection');
  return visitor;
}
interface Visitor {
  readonly socket: Socket;
  heard: string;
  isGone: boolean;
}
const greeted = async (localAddress?: string): Promise<Visitor> => {
  const visitor = await silent('starttls', localAddress);
  await until('no greeting', () => visitor.heard.startsWith('* OK'));
  return visitor;
};
const TURNED_OUT = /\* BYE \[UNAVAILABLE\] too many connections\r\n$/;

describe('connections that are not logged in', () => {
  it('make room for new ones, the longest waiting first, and never take the place of who is logged in', async () => {
    const waiting: Visitor[] = [];
    for (let i = 0; i < MAX - 1; i++) waiting.push(await greeted());
    const mine = await harness.login();
    await until('nobody has made room', () => waiting[0]?.isGone === true);
    expect(waiting[0]?.heard).toMatch(TURNED_OUT);
    expect(waiting.filter(({ isGone }) => isGone)).toHaveLength(1);
    for (let i = 0; i < 3 * MAX; i++) waiting.push(await greeted());
    expect((await mine.command('NOOP')).status).toMatch(/^OK/);
    expect(harness.server.connections()).toHaveLength(MAX);
    await until('they wait', () => waiting.filter(({ isGone }) => !isGone).length === MAX - 2);
  });

  it('make room on the TLS port before they have shaken hands', async () => {
    const waiting: Visitor[] = [];
    for (let i = 0; i < 3 * MAX; i++) waiting.push(await silent('tls'));
    await until('they stay', () => waiting.filter(({ isGone }) => isGone).length >= 2 * MAX);
    const late = await harness.connect('tls');
    await late.greeting();
    await late.ok('LOGIN me "open sesame"');
  });

  it('are those of the address that has most of them', async () => {
    const quiet = await greeted('127.0.0.2');
    const many: Visitor[] = [];
    for (let i = 0; i < 3 * MAX; i++) many.push(await greeted('127.0.0.3'));
    quiet.socket.write('a1 LOGIN me "open sesame"\r\n');
    await until('it has been turned out', () => /^a1 OK /m.test(quiet.heard));
  });

  it('are still there after LOGOUT, until they have closed', async () => {
    const leaving: Visitor[] = [];
    for (let i = 0; i < 2 * MAX; i++) {
      const visitor = await silent('starttls');
      visitor.socket.allowHalfOpen = true;
      visitor.socket.write('a1 LOGOUT\r\n');
      await until('no goodbye', () => visitor.isGone);
      leaving.push(visitor);
    }
    expect(harness.server.connections()).toHaveLength(MAX);
    await harness.login();
  });

  it('when all are logged in, a new one is turned away', async () => {
    for (let i = 0; i < MAX - 1; i++) await harness.login();
    const late = await silent('starttls');
    await until('it is let in', () => late.isGone);
    expect(late.heard).toBe('* BYE [UNAVAILABLE] too many connections\r\n');
    const overTls = await silent('tls');
    await until('it is let in', () => overTls.isGone);
    expect(overTls.heard).toBe('');
  });
});

describe('TLS', () => {
  const handles = () => process.getActiveResourcesInfo().filter((kind) => /TCPSocketWrap|TLSWrap/.test(kind)).length;

  it('a client that goes without a handshake leaves no socket behind', async () => {
    const before = handles();
    const all = await Promise.all(Array.from({ length: 15 }, () => silent('tls')));
    for (const { socket } of all) socket.end();
    await until('sockets are left', () => handles() <= before);
  });

  it.each(['starttls', 'tls'] as const)('%s: a record nobody can have sent ends the connection', async (kind) => {
    const tampering = createServer().listen(0, '127.0.0.1');
    const upstream = connect({ host: '127.0.0.1', port: port(kind) });
    sockets.push(upstream);
    upstream.on('error', () => undefined);
    tampering.on('connection', (socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.pipe(upstream, { end: false });
      upstream.pipe(socket);
    });
    await new Promise<void>((done) => tampering.once('listening', done));
    const address = tampering.address();
    const plain = connect({ host: '127.0.0.1', port: typeof address === 'object' ? (address?.port ?? 0) : 0 });
    sockets.push(plain);
    if (kind === 'starttls') {
      plain.write('a1 STARTTLS\r\n');
      let heard = '';
      plain.on('data', (chunk) => (heard += chunk));
      await until('no STARTTLS', () => heard.includes('a1 OK'));
      plain.removeAllListeners('data');
    }
    const secured = connectTls({ socket: plain, rejectUnauthorized: false });
    secured.on('error', () => undefined);
    await inTime(new Promise<void>((done) => secured.once('secureConnect', done)), 'no handshake');
    await until('it is not there', () => harness.server.connections().length === 2);
    upstream.write(Buffer.concat([Buffer.from([0x17, 3, 3, 0, 200]), Buffer.alloc(200, 7)]));
    await until('the connection lives on', () => harness.server.connections().length === 1);
    tampering.close();
  });
});

it('a refused command that never ends, for all its literals of nothing, ends the connection', async () => {
  const client = await harness.connect();
  await client.greeting();
  client.send(`a1 NOOP {9000+}\r\n${'y'.repeat(9000)}${'{0+}\r\n'.repeat(400_000)}`);
  expect(await client.line()).toBe('a1 BAD [TOOBIG] the literal is too large');
  expect(await client.line()).toBe('* BYE [TOOBIG] the literal is too large');
});
