import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/lib/logger.js';
import {
  AlreadyRunningError,
  ControlError,
  type ControlHandlers,
  type ControlServer,
  callControl,
  createControlServer,
  NotRunningError,
} from '../../../src/status-socket/index.js';
import { temporaryDirectories } from '../../support/temporary-directory.js';

const makeDirectory = temporaryDirectories();
const servers: ControlServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serve(
  dataDir: string,
  handlers: Partial<ControlHandlers> = {},
  options: { idleMs?: number } = {},
): Promise<ControlServer> {
  const all = {
    status: () => ({ pid: 1 }),
    sync: async () => undefined,
    undo: async () => undefined,
    reloadPassword: async () => undefined,
    stop: () => undefined,
    ...handlers,
  };
  const server = await createControlServer({ dataDir, handlers: all, logger: silentLogger, ...options });
  servers.push(server);
  return server;
}

/** Writes lines as they are, and gives what comes back until the connection ends or has said enough. */
function raw(path: string, text: string, answers: number): Promise<string> {
  return new Promise((resolve) => {
    let got = '';
    const socket = connect(path, () => socket.write(text));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(got));
    socket.on('data', (chunk) => {
      got += chunk;
      if (got.split('\n').length > answers) socket.destroy();
    });
  });
}

describe('a running gateway', () => {
  it('is asked and answers', async () => {
    const dataDir = join(makeDirectory(), 'not', 'yet', 'there');
    const asked: unknown[] = [];
    const server = await serve(dataDir, {
      status: () => ({ accounts: [{ name: '工作' }] }),
      sync: async (account) => void asked.push(['sync', account]),
      reloadPassword: async () => void asked.push('reload'),
    });
    expect(statSync(server.path).mode & 0o777).toBe(0o600);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    expect(await callControl(dataDir, { request: 'status' })).toEqual({ accounts: [{ name: '工作' }] });
    await callControl(dataDir, { request: 'sync' });
    await callControl(dataDir, { request: 'sync', account: 'QQ' });
    await callControl(dataDir, { request: 'reloadPassword' });
    expect(asked).toEqual([['sync', undefined], ['sync', 'QQ'], 'reload']);
  });

  it('is not idle while it is at work on an answer', async () => {
    const dataDir = makeDirectory();
    const sync = () => new Promise<void>((resolve) => setTimeout(resolve, 200));
    await serve(dataDir, { sync }, { idleMs: 20 });
    expect(await callControl(dataDir, { request: 'sync' })).toBeUndefined();
  });

  it('brings back what was asked for, and nothing because a request made no sense', async () => {
    const dataDir = makeDirectory();
    const asked: unknown[] = [];
    const server = await serve(dataDir, {
      undo: async (request) => {
        asked.push(request);
        return [];
      },
    });
    expect(await callControl(dataDir, { request: 'undo', mode: 'dryRun', since: 5 })).toEqual([]);
    expect(await callControl(dataDir, { request: 'undo', mode: 'undo' })).toEqual([]);
    const bad = [
      '{"request":"undo"}',
      '{"request":"undo","mode":"all"}',
      '{"request":"undo","mode":"undo","since":"x"}',
    ];
    const answers = await raw(server.path, `${bad.join('\n')}\n`, bad.length);
    expect(answers.match(/"ok":false/g)).toHaveLength(3);
    expect(asked).toEqual([
      { request: 'undo', mode: 'dryRun', since: 5 },
      { request: 'undo', mode: 'undo' },
    ]);
  });

  it('answers the question to stop before it stops', async () => {
    const dataDir = makeDirectory();
    let stopped: () => void = () => undefined;
    const isStopped = new Promise<void>((resolve) => {
      stopped = resolve;
    });
    await serve(dataDir, { stop: stopped });
    await callControl(dataDir, { request: 'stop' });
    await isStopped;
  });

  it('says what went wrong, and goes on', async () => {
    const dataDir = makeDirectory();
    await serve(dataDir, { sync: () => Promise.reject(new Error('QQ: cannot reach it')) });
    const failure = callControl(dataDir, { request: 'sync' });
    await expect(failure).rejects.toThrow('QQ: cannot reach it');
    await expect(failure).rejects.toBeInstanceOf(ControlError);
    expect(await callControl(dataDir, { request: 'status' })).toEqual({ pid: 1 });
  });

  it('says it in Chinese too, where the gateway does', async () => {
    const dataDir = makeDirectory();
    const failure = Object.assign(new Error('QQ: cannot reach it'), { chinese: 'QQ：无法连接' });
    await serve(dataDir, { sync: () => Promise.reject(failure) });
    const { message, chinese } = await callControl(dataDir, { request: 'sync' }).then(
      () => expect.unreachable(),
      (error: ControlError) => error,
    );
    expect([message, chinese]).toEqual(['QQ: cannot reach it', 'QQ：无法连接']);
  });

  it.each<[what: string, text: string, answers: number, says: RegExp]>([
    ['no JSON', 'what?\n', 1, /^\{"ok":false,"error":".*JSON.*"\}\n$/],
    [
      'another version',
      '{"request":"dance"}\n',
      1,
      /"error":"this gateway does not know that request: it may be of another version"/,
    ],
    ['null', 'null\n', 1, /does not know that request/],
    [
      'two at once, in order',
      '{"request":"dance"}\n{"request":"status"}\n',
      2,
      /^\{"ok":false.*\n\{"ok":true,"result":\{"pid":1\}\}\n$/,
    ],
    ['in empty lines', '\n\n{"request":"status"}\n', 1, /^\{"ok":true/],
    ['a line without end', 'x'.repeat(20_000), 1, /^$/],
  ])('takes bad input: %s', async (_, text, answers, says) => {
    const dataDir = makeDirectory();
    const { path } = await serve(dataDir);
    expect(await raw(path, text, answers)).toMatch(says);
    expect(await callControl(dataDir, { request: 'status' })).toEqual({ pid: 1 });
  });

  it('has the data directory to itself', async () => {
    const dataDir = makeDirectory();
    await serve(dataDir);
    const second = serve(dataDir);
    await expect(second).rejects.toBeInstanceOf(AlreadyRunningError);
    await expect(second).rejects.toThrow(
      `a gateway is already running with the data directory ${dataDir}: stop it with "gateway stop", or give this one another "dataDir"`,
    );
    expect(await callControl(dataDir, { request: 'status' })).toEqual({ pid: 1 });
  });

  it('of ten that start at once, one wins', async () => {
    const dataDir = makeDirectory();
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => serve(dataDir)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBe(1);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(AlreadyRunningError);
  });

  it('leaves nothing behind', async () => {
    const dataDir = makeDirectory();
    const server = await serve(dataDir);
    await server.close();
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it('takes over from one that died', async () => {
    const dataDir = makeDirectory();
    // A socket file nobody listens on any more, as kill -9 leaves it.
    const dead = createServer().listen(join(dataDir, 'gateway.sock'));
    await once(dead, 'listening');
    renameSync(join(dataDir, 'gateway.sock'), join(dataDir, 'kept'));
    dead.close();
    await once(dead, 'close');
    renameSync(join(dataDir, 'kept'), join(dataDir, 'gateway.sock'));
    await serve(dataDir);
    expect(await callControl(dataDir, { request: 'status' })).toEqual({ pid: 1 });
    expect(readdirSync(dataDir)).toEqual(['gateway.sock']);
  });

  it('in a directory whose path is too long for a socket', async () => {
    const dataDir = join(makeDirectory(), 'x'.repeat(60), 'y'.repeat(60));
    const server = await serve(dataDir);
    expect(server.path.startsWith(dataDir)).toBe(false);
    expect(readFileSync(join(dataDir, 'gateway.sock.path'), 'utf8')).toBe(`${server.path}\n`);
    expect(await callControl(dataDir, { request: 'status' })).toEqual({ pid: 1 });
    await expect(serve(dataDir)).rejects.toBeInstanceOf(AlreadyRunningError);
    await server.close();
    expect([readdirSync(dataDir), existsSync(server.path)]).toEqual([[], false]);
    await expect(callControl(dataDir, { request: 'status' })).rejects.toBeInstanceOf(NotRunningError);
  });
});

describe('nobody there', () => {
  it.each<[what: string, prepare: (dataDir: string) => void]>([
    ['no directory', () => undefined],
    ['an empty one', (dataDir) => mkdirSync(dataDir)],
    ['a file in the place of the directory', (dataDir) => writeFileSync(dataDir, '')],
    [
      'a file in the place of the socket',
      (dataDir) => {
        mkdirSync(dataDir);
        writeFileSync(join(dataDir, 'gateway.sock'), '');
      },
    ],
  ])('%s', async (_, prepare) => {
    const dataDir = join(makeDirectory(), 'data');
    prepare(dataDir);
    const call = callControl(dataDir, { request: 'status' });
    await expect(call).rejects.toBeInstanceOf(NotRunningError);
    await expect(call).rejects.toThrow(`no gateway is running with the data directory ${dataDir}`);
  });

  it.each<[what: string, says: RegExp, answer: string | undefined, holds: boolean]>([
    ['that says nothing', /did not answer within 0\.2 s/, undefined, true],
    ['that closes', /closed the connection without an answer/, undefined, false],
    ['that talks nonsense', /gave an answer that makes no sense/, 'what?\n', true],
  ])('somebody %s', async (_, says, answer, holds) => {
    const dataDir = makeDirectory();
    const stranger = createServer((socket) => {
      if (answer !== undefined) socket.write(answer);
      if (!holds) socket.end();
      socket.on('error', () => undefined);
    }).listen(join(dataDir, 'gateway.sock'));
    await once(stranger, 'listening');
    const call = callControl(dataDir, { request: 'status' }, 200);
    await expect(call).rejects.toThrow(says);
    await expect(call).rejects.toBeInstanceOf(ControlError);
    stranger.close();
  });

  it('somebody who goes away with the question unread (as a gateway does that stops)', async () => {
    const dataDir = makeDirectory();
    const stranger = createServer({ pauseOnConnect: true }, (socket) => {
      // The question must have arrived, or the end would be an ordinary one.
      setTimeout(() => socket.destroy(), 100);
    }).listen(join(dataDir, 'gateway.sock'));
    await once(stranger, 'listening');
    const call = callControl(dataDir, { request: 'status' });
    await expect(call).rejects.toThrow('the gateway closed the connection without an answer');
    await expect(call).rejects.toBeInstanceOf(ControlError);
    stranger.close();
  });
});
