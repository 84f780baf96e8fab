// Which of the ports somebody else has: the first that cannot be had ends the start, but the user wants to know of all.
import { createServer } from 'node:net';
import { errorCode } from './files.js';

/** A port of 0 is none. */
export interface WantedPorts {
  readonly host: string;
  readonly imap: number;
  readonly imaps: number;
  readonly smtp: number;
  readonly smtps: number;
}

/** Of the configured ports, those that are taken now. */
export async function takenPorts({ host, imap, imaps, smtp, smtps }: WantedPorts): Promise<number[]> {
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
