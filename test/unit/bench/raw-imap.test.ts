import { createServer, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { BenchError } from '../../bench/failure.js';
import { RawImap } from '../../bench/raw-imap.js';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

type Answers = (command: string, tag: string) => string;

/** Answers each line by the table; every answer goes out in pieces of `pieceBytes`. */
async function serve(answers: Answers, pieceBytes = 1_000_000): Promise<{ port: number; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.setNoDelay(true);
    socket.write('* OK hello\r\n');
    let tail = Promise.resolve();
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      const [tag = '', ...words] = chunk.toString().trimEnd().split(' ');
      const answer = words[0] === 'LOGIN' ? `${tag} OK in\r\n` : answers(words.join(' '), tag);
      tail = tail.then(() => inPieces(socket, answer, pieceBytes));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  return { port: address && typeof address === 'object' ? address.port : 0, sockets };
}

async function inPieces(socket: Socket, text: string, pieceBytes: number): Promise<void> {
  for (let i = 0; i < text.length; i += pieceBytes) {
    socket.write(text.slice(i, i + pieceBytes));
    await nextTurn();
  }
}

const open = (port: number): Promise<RawImap> =>
  RawImap.open({ host: '127.0.0.1', port, user: 'me', password: 'secret' });

describe('RawImap', () => {
  it.each([1, 7, 1_000_000])('gathers an answer that comes in pieces of %d bytes', async (pieceBytes) => {
    const { port } = await serve(
      (_, tag) => `* 1 FETCH (UID 1)\r\n* 2 FETCH (UID 2)\r\n${tag} OK done\r\n`,
      pieceBytes,
    );
    const client = await open(port);
    for (const _ of [1, 2]) {
      const { data, ms } = await client.ok('FETCH 1:* (UID)');
      expect(data.toString()).toMatch(/^\* 1 FETCH \(UID 1\)\r\n\* 2 FETCH \(UID 2\)\r\nB\d OK done\r\n$/);
      expect(ms).toBeGreaterThan(0);
    }
  });

  it('is not ended by what looks like its tag', async () => {
    const answer = (_: string, tag: string) =>
      `* 1 FETCH (X "${tag} OK")\r\n* OK ${tag} OK\r\n${tag}0 OK\r\n${tag} OK really\r\n`;
    const { port } = await serve(answer, 5);
    const { data } = await (await open(port)).ok('NOOP');
    expect(data.toString()).toContain('really');
  });

  it.each(['NO not now', 'BAD what'])('throws when the answer is %j', async (answer) => {
    const { port } = await serve((_, tag) => `${tag} ${answer}\r\n`);
    await expect((await open(port)).ok('SELECT x')).rejects.toThrow(new BenchError(`SELECT x: ${answer}`));
  });

  it('throws when the connection is lost', async () => {
    const { port, sockets } = await serve(() => '* 1 FE');
    const client = await open(port);
    const answer = client.ok('FETCH 1 (UID)');
    sockets[0]?.destroy();
    await expect(answer).rejects.toThrow(BenchError);
  });

  it('sees what arrives in IDLE from the call on, and goes on after DONE', async () => {
    const { port, sockets } = await serve((command, tag) =>
      command === 'IDLE' ? '+ idling\r\n' : command === '' ? 'B2 OK ended\r\n' : `${tag} OK\r\n`,
    );
    const client = await open(port);
    await client.idle();
    const first = client.arrival(/^\* \d+ EXISTS$/);
    sockets[0]?.write('* 1 RECENT\r\n* 7 EXIS');
    await nextTurn();
    sockets[0]?.write('TS\r\n');
    expect((await first).line).toBe('* 7 EXISTS');
    const second = client.arrival(/^\* \d+ EXISTS$/);
    sockets[0]?.write('* 8 EXISTS\r\n');
    expect((await second).line).toBe('* 8 EXISTS');
    await client.done();
    await client.ok('NOOP');
  });
});
