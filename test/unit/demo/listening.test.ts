// The one way in which the servers of a demo account listen and are closed.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { listening } from '../../../src/demo/listening.js';

test('a free port for 0; a port that is taken is an error; closed, clients are ended and the port is free again', async () => {
  const clients = new Set<Socket>();
  const server = createServer((socket) => clients.add(socket.on('error', () => undefined)));
  const one = await listening(server, 0, () => {
    for (const client of clients) client.destroy();
  });
  expect(one.port).toBeGreaterThan(0);
  await expect(listening(createServer(), one.port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  const client = connect(one.port, '127.0.0.1');
  await once(server, 'connection');
  const closed = once(client, 'close');
  // A client that could not be accepted does not bring it down.
  server.emit('error', new Error('accept EMFILE'));
  await one[Symbol.asyncDispose]();
  await closed;
  const again = await listening(createServer(), one.port);
  expect(again.port).toBe(one.port);
  await again[Symbol.asyncDispose]();
});
