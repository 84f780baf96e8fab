// Mozilla's Marionette protocol, as far as a test needs it: scripts in the program's own windows, and pictures of them.
import { connect, type Socket } from 'node:net';

export interface Marionette {
  /** Runs the body of an async function in the chrome of the program. Arguments and answer go as JSON. */
  run<T>(body: string, args?: readonly unknown[]): Promise<T>;
  /** PNG of the whole window. */
  screenshot(): Promise<Buffer>;
  /** Asks the program to end, as its menu does. */
  quit(): Promise<void>;
  close(): void;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

const SCRIPT_MS = 60_000;

export async function connectMarionette(port: number): Promise<Marionette> {
  const socket = await opened(port);
  const waiting = new Map<number, Waiting>();
  let id = 0;
  readMessages(socket, (message) => {
    // The first is the server's greeting.
    if (!Array.isArray(message)) return;
    const [, answered, error, value] = message as [number, number, { error: string; message: string } | null, unknown];
    const one = waiting.get(answered);
    waiting.delete(answered);
    if (error) one?.reject(new Error(`${error.error}: ${error.message}`));
    else one?.resolve(value);
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('the program closed its Marionette connection'));
    waiting.clear();
  });
  const send = (name: string, parameters: object): Promise<unknown> =>
    new Promise((resolve, reject) => {
      id += 1;
      waiting.set(id, { resolve, reject });
      const text = JSON.stringify([0, id, name, parameters]);
      socket.write(`${Buffer.byteLength(text)}:${text}`);
    });
  await send('WebDriver:NewSession', { capabilities: { alwaysMatch: { timeouts: { script: SCRIPT_MS } } } });
  await send('Marionette:SetContext', { value: 'chrome' });
  return {
    async run<T>(body: string, args: readonly unknown[] = []) {
      const script = `return (async (...args) => { ${body} })(...arguments);`;
      const answer = (await send('WebDriver:ExecuteScript', { script, args, sandbox: 'system' })) as { value: T };
      return answer.value;
    },
    async screenshot() {
      const answer = (await send('WebDriver:TakeScreenshot', { full: false, hash: false })) as { value: string };
      return Buffer.from(answer.value, 'base64');
    },
    quit: async () => {
      await send('Marionette:Quit', { flags: ['eAttemptQuit'] });
    },
    close: () => socket.destroy(),
  };
}

function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

/** A message is its length in bytes, a colon, and so much JSON. */
function readMessages(socket: Socket, onMessage: (message: unknown) => void): void {
  let buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (;;) {
      const colon = buffer.indexOf(':');
      const start = colon + 1;
      const end = start + Number(buffer.subarray(0, Math.max(colon, 0)).toString('latin1'));
      if (colon < 0 || buffer.length < end) return;
      const text = buffer.subarray(start, end).toString('utf8');
      buffer = buffer.subarray(end);
      onMessage(JSON.parse(text));
    }
  });
}
