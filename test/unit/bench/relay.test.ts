import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createFetchCounter, type Relay, startRelay, trafficOf } from '../../bench/relay.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Answers every piece with the same piece, and ends when the client does. */
const echo = (): Promise<number> => listening((socket) => void socket.pipe(socket));

async function listening(onSocket: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer(onSocket);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  return address && typeof address === 'object' ? address.port : 0;
}

async function relayTo(port: number, roundTripMs: number): Promise<Relay> {
  const relay = await startRelay(port, roundTripMs);
  closers.push(relay.close);
  return relay;
}

function exchange(port: number, sent: Buffer): Promise<{ got: Buffer; ms: number }> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(port, '127.0.0.1');
    const pieces: Buffer[] = [];
    socket.on('data', (piece) => pieces.push(piece));
    socket.on('error', reject);
    socket.on('end', () => resolve({ got: Buffer.concat(pieces), ms: performance.now() - started }));
    socket.end(sent);
  });
}

describe('the relay', () => {
  it.each([0, 60])('carries everything in order, both ways, and the end, %d ms away', async (roundTripMs) => {
    const relay = await relayTo(await echo(), roundTripMs);
    const sent = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => i % 251));
    const { got, ms } = await exchange(relay.port, sent);
    expect(got.equals(sent)).toBe(true);
    expect(ms).toBeGreaterThanOrEqual(roundTripMs - 1);
    expect(relay.traffic()).toEqual({
      bytesUp: sent.length,
      bytesDown: sent.length,
      connections: 1,
      contentFetches: 0,
    });
  });

  it('delays pieces without adding the delays up', async () => {
    const relay = await relayTo(await echo(), 100);
    const socket = connect(relay.port, '127.0.0.1');
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    const started = performance.now();
    let got = 0;
    const all = new Promise<void>((resolve) => {
      socket.on('data', (piece) => {
        got += piece.length;
        if (got === 10) resolve();
      });
    });
    for (let i = 0; i < 10; i++) socket.write('x');
    await all;
    socket.destroy();
    expect(performance.now() - started).toBeGreaterThanOrEqual(99);
    expect(performance.now() - started).toBeLessThan(900);
  });

  it('is unreachable once closed, also for who was connected', async () => {
    const relay = await relayTo(await echo(), 0);
    const socket = connect(relay.port, '127.0.0.1');
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    await relay.close();
    await gone;
    await expect(exchange(relay.port, Buffer.from('x'))).rejects.toThrow('ECONNREFUSED');
  });

  it.each([0, 20])('ends the other side when one breaks off, %d ms away', async (roundTripMs) => {
    let accepted: (socket: Socket) => void = () => undefined;
    const upstream = new Promise<Socket>((resolve) => {
      accepted = resolve;
    });
    const relay = await relayTo(await listening((socket) => accepted(socket)), roundTripMs);
    const client = connect(relay.port, '127.0.0.1');
    const gone = new Promise<void>((resolve) => client.once('close', () => resolve()));
    client.on('error', () => client.destroy());
    (await upstream).resetAndDestroy();
    await gone;
  });

  it('tells the traffic since', async () => {
    const relays = await Promise.all([relayTo(await echo(), 0), relayTo(await echo(), 0)]);
    await Promise.all(relays.map(({ port }) => exchange(port, Buffer.from('123'))));
    const before = trafficOf(relays);
    await exchange(relays[0]?.port ?? 0, Buffer.from('a UID FETCH 1 (FLAGS BODYSTRUCTURE)\r\n'));
    expect(before).toEqual({ bytesUp: 6, bytesDown: 6, connections: 2, contentFetches: 0 });
    expect(trafficOf(relays, before)).toEqual({ bytesUp: 37, bytesDown: 37, connections: 1, contentFetches: 1 });
  });
});

describe('createFetchCounter', () => {
  it.each<[string, number]>([
    ['a FETCH 1:* (UID FLAGS)\r\n', 0],
    ['a UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE) (CHANGEDSINCE 5 VANISHED)\r\n', 0],
    ['a UID FETCH 1 (RFC822.SIZE BODYSTRUCTURE)\r\n', 1],
    ['a UID FETCH 1 BODY.PEEK[]\r\nb FETCH 2 ENVELOPE\r\n', 2],
    ['a FETCH 1 RFC822\r\n', 1],
    ['a UID SEARCH BODY x\r\n', 0],
  ])('%j holds %d', (text, expected) => {
    for (const size of [1, 7, text.length]) {
      let count = 0;
      const see = createFetchCounter(() => {
        count += 1;
      });
      for (let i = 0; i < text.length; i += size) see(Buffer.from(text.slice(i, i + size)));
      expect(count).toBe(expected);
    }
  });
});
