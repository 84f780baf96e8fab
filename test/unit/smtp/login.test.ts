// AUTH of the submission server: the devices' passwords, delays, and who hangs up.
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import type { Login, Outbox } from '../../../src/core/core.js';
import { createLogin } from '../../../src/core/login/login.js';
import { silentLogger } from '../../../src/lib/logger.js';
import { createSmtpServer, type SmtpFrontEnd } from '../../../src/smtp/server.js';
import { serverTls } from '../../support/harness.js';
import { inTime } from '../../support/in-time.js';

const outbox = { sizeLimit: () => 1000, isOwnAddress: () => true } as unknown as Outbox;
let server: SmtpFrontEnd | undefined;
let socket: Socket | undefined;

afterEach(async () => {
  socket?.destroy();
  await server?.[Symbol.asyncDispose]();
});

/** Reads one reply each time, however many lines it has. */
function listenTo(stream: Duplex): () => Promise<string> {
  let text = '';
  let heard: () => void = () => undefined;
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    heard();
  });
  return async () => {
    for (;;) {
      const [whole] = /^(?:\d{3}-.*\r\n)*\d{3} .*\r\n/.exec(text) ?? [];
      if (whole !== undefined) {
        text = text.slice(whole.length);
        return whole.trimEnd();
      }
      await inTime(new Promise<void>((resolve) => (heard = resolve)), 'no reply');
    }
  };
}

/** Says lines, and reads to the last line of each reply. */
async function talk(login: Login, plaintextOnLoopback = true): Promise<(line: string) => Promise<string>> {
  server = await createSmtpServer(
    {
      listen: [{ host: '127.0.0.1', port: 0, tls: 'starttls' }],
      tls: await serverTls(),
      plaintextOnLoopback,
      privatePeersOnly: false,
      logger: silentLogger,
    },
    { outbox, login },
  );
  socket = connect(server.ports[0] ?? 0, '127.0.0.1');
  const reply = listenTo(socket);
  await reply();
  const say = (line: string) => {
    socket?.write(`${line}\r\n`);
    return reply();
  };
  await say('EHLO test');
  return say;
}

const plain = (user: string, password: string) =>
  `AUTH PLAIN ${Buffer.from(`\0${user}\0${password}`).toString('base64')}`;

function loginOf(sleep: (ms: number, signal?: AbortSignal) => Promise<void>): Login {
  const devices = ['open sesame', 'hush'].map((password, i) => ({ name: `d${i}`, password, withoutCapabilities: [] }));
  return createLogin({ user: 'me', devices: () => devices, clock: { now: () => 0, sleep } });
}

describe('AUTH', () => {
  const anyLogin = () => loginOf(() => Promise.resolve());

  it('is offered without TLS only where it is taken without TLS', async () => {
    expect(await (await talk(anyLogin()))('EHLO test')).toMatch(/AUTH PLAIN LOGIN/);
  });

  it('before STARTTLS is neither offered nor taken, and nothing can be sent', async () => {
    const say = await talk(anyLogin(), false);
    const offer = await say('EHLO test');
    expect(offer).toMatch(/STARTTLS/);
    expect(offer).not.toMatch(/AUTH/);
    expect(await say(plain('me', 'hush'))).toMatch(/^50\d /);
    expect(await say('MAIL FROM:<a@example.org>')).toMatch(/^530 5\.7\.0 .*STARTTLS/);
    expect(await say('RCPT TO:<b@example.org>')).toMatch(/^503 /);
  });

  it('after STARTTLS is offered and taken, and needed', async () => {
    const say = await talk(anyLogin(), false);
    expect(await say('STARTTLS')).toMatch(/^220 /);
    if (!socket) throw new Error('no connection');
    const secure = connectTls({ socket, rejectUnauthorized: false });
    const hear = listenTo(secure);
    const saySafely = (line: string) => {
      secure.write(`${line}\r\n`);
      return hear();
    };
    expect(await saySafely('EHLO test')).toMatch(/AUTH PLAIN LOGIN/);
    expect(await saySafely('MAIL FROM:<a@example.org>')).toMatch(/^530 /);
    expect(await saySafely(plain('me', 'hush'))).toMatch(/^235 /);
    expect(await saySafely('MAIL FROM:<a@example.org>')).toMatch(/^250 /);
  });

  it.each(['open sesame', 'hush'])('takes the password of every device: %s', async (password) => {
    const say = await talk(loginOf(() => Promise.resolve()));
    expect(await say(plain('me', 'wrong'))).toBe('535 5.7.8 wrong user name or password of the gateway');
    expect(await say(plain('me', password))).toMatch(/^235 /);
  });

  it('after too many wrong passwords says that it is for now only', async () => {
    const login = loginOf(() => Promise.resolve());
    for (let i = 0; i < 100; i++) await login.verify({ user: 'me', password: `${i}`, remoteAddress: '127.0.0.1' });
    const say = await talk(login);
    expect(await say(plain('me', 'hush'))).toBe(
      '454 4.7.0 too many wrong passwords from your address; try again in a minute',
    );
  });

  it('does not go on waiting when the client has gone', async () => {
    let ended: (() => void) | undefined;
    const over = new Promise<void>((resolve) => {
      ended = resolve;
    });
    let started: (() => void) | undefined;
    const waits = new Promise<void>((resolve) => {
      started = resolve;
    });
    const login = loginOf(async (_, signal) => {
      started?.();
      await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
      ended?.();
    });
    const say = await talk(login);
    expect(await say(plain('me', 'wrong'))).toMatch(/^535 /);
    void say(plain('me', 'wrong')).catch(() => undefined);
    await inTime(waits, 'the second failure is not delayed');
    socket?.destroy();
    await inTime(over, 'the delay has not ended');
  });
});
