// Which of the ports somebody else has: the first that cannot be had ends the start, but the user wants to know of all.
import { createServer } from 'node:net';
import type { Config } from '../config/index.js';
import { errorCode } from '../lib/files.js';

/** Of the configured ports, those that are taken now. */
export async function takenPorts({ host, imap, imaps, smtp, smtps }: Config['listen']): Promise<number[]> {
  const wanted = [imap, imaps, smtp, smtps].filter((port) => port !== 0);
  const isTaken = await Promise.all(wanted.map((port) => isTakenNow(host, port)));
  return wanted.filter((_, i) => isTaken[i]);
}

function isTakenNow(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(errorCode(error) === 'EADDRINUSE'));
    server.listen(port, host, () => server.close(() => resolve(false)));
  });
}
