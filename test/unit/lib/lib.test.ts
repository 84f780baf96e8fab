import { mkdirSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { isAnyAddress, isLoopbackAddress, isPrivateAddress } from '../../../src/lib/addresses.js';
import { backoffMs } from '../../../src/lib/backoff.js';
import { createClosingStack } from '../../../src/lib/closing-stack.js';
import { DeadlineError, sleep, withDeadline } from '../../../src/lib/deadline.js';
import { ensurePrivateDirectory, errorCode, writeFileWhole, writePrivateFile } from '../../../src/lib/files.js';
import { createLogger, errorFields } from '../../../src/lib/logger.js';
import { createMutex } from '../../../src/lib/mutex.js';
import { nearest } from '../../../src/lib/nearest.js';
import { createPrettyLogger, prettyLine } from '../../../src/lib/pretty-log.js';
import { createSecret } from '../../../src/lib/secret.js';
import { UpstreamError } from '../../../src/mail/errors.js';
import { temporaryDirectories } from '../../support/temporary-directory.js';

const makeDirectory = temporaryDirectories();

describe('addresses', () => {
  it.each<[address: string, isLoopback: boolean, isPrivate: boolean, isAny: boolean]>([
    ['127.0.0.1', true, true, false],
    ['127.9.9.9', true, true, false],
    ['::1', true, true, false],
    ['::ffff:127.0.0.1', true, true, false],
    ['10.1.2.3', false, true, false],
    ['172.16.0.1', false, true, false],
    ['172.32.0.1', false, false, false],
    ['192.168.1.20', false, true, false],
    ['::ffff:192.168.1.20', false, true, false],
    ['169.254.1.1', false, true, false],
    ['100.64.0.1', false, true, false],
    ['100.128.0.1', false, false, false],
    ['fd12::1', false, true, false],
    ['fe80::1%eth0', false, true, false],
    ['8.8.8.8', false, false, false],
    ['2001:db8::1', false, false, false],
    ['::ffff:8.8.8.8', false, false, false],
    ['0.0.0.0', false, false, true],
    ['::', false, false, true],
    ['0:0:0:0:0:0:0:0', false, false, true],
    ['localhost', false, false, false],
    ['', false, false, false],
  ])('%s', (address, ...expected) => {
    expect([isLoopbackAddress(address), isPrivateAddress(address), isAnyAddress(address)]).toEqual(expected);
  });
});

describe('nearest', () => {
  const words = ['qq', 'gmail', 'hotmail', 'address', 'password'];
  it.each([
    ['gmial', 'gmail'],
    ['GMAIL', 'gmail'],
    ['adress', 'address'],
    ['passwrod', 'password'],
    ['qqq', 'qq'],
    ['outlook', undefined],
    ['', undefined],
    ['x'.repeat(10_000), undefined],
  ])('%s → %s', (word, meant) => expect(nearest(word, words)).toBe(meant));
});

describe('backoff', () => {
  it.each([
    [0, 500, 1_000],
    [1, 1_000, 2_000],
    [3, 4_000, 8_000],
    [9, 150_000, 300_000],
    [5_000, 150_000, 300_000],
  ])('attempt %d waits %d … %d ms', (attempt, least, most) => {
    for (let i = 0; i < 50; i++) {
      const ms = backoffMs(attempt, { firstMs: 1_000, maxMs: 300_000 });
      expect(ms).toBeGreaterThanOrEqual(least);
      expect(ms).toBeLessThanOrEqual(most);
    }
  });
});

describe('time and order', () => {
  it('sleep ends when its signal does, before or after', async () => {
    const abort = new AbortController();
    const sleeping = sleep(60_000, abort.signal);
    abort.abort();
    await sleeping;
    await sleep(60_000, abort.signal);
  });

  it('withDeadline gives the result, the failure, or DeadlineError', async () => {
    expect(await withDeadline('work', 1_000, Promise.resolve(1))).toBe(1);
    await expect(withDeadline('work', 1_000, Promise.reject(new Error('no')))).rejects.toThrow('no');
    const late = withDeadline('work', 5, new Promise(() => undefined));
    await expect(late).rejects.toBeInstanceOf(DeadlineError);
    await expect(late).rejects.toThrow('work took longer than 5 ms');
  });

  it('a mutex runs one at a time, in order, also after a failure', async () => {
    const mutex = createMutex();
    const log: string[] = [];
    const work = (name: string) => async () => {
      log.push(`${name} begins`);
      await sleep(1);
      log.push(`${name} ends`);
      if (name === 'b') throw new Error('b failed');
      return name;
    };
    const results = await Promise.allSettled([mutex.run(work('a')), mutex.run(work('b')), mutex.run(work('c'))]);
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('a closing stack closes all in reverse, then throws the first failure', async () => {
    const stack = createClosingStack();
    const log: string[] = [];
    stack.defer(() => void log.push('first'));
    stack.use({ [Symbol.asyncDispose]: () => Promise.reject(new Error('second failed')) });
    stack.defer(() => {
      log.push('third');
      throw new Error('third failed');
    });
    await expect(stack.close()).rejects.toThrow('third failed');
    expect(log).toEqual(['third', 'first']);
    await stack.close();
  });
});

describe('files', () => {
  it('makes directories for this user alone, and takes those that are there', async () => {
    const directory = makeDirectory();
    await ensurePrivateDirectory(join(directory, 'a', 'b'));
    await ensurePrivateDirectory(join(directory, 'a', 'b'));
    expect(statSync(join(directory, 'a')).mode & 0o777).toBe(0o700);
  });

  it.each<[path: string, code: RegExp]>([
    ['/proc/gateway-test/x', /ENOENT/],
    ['file/x', /ENOTDIR|EEXIST/],
    ['file', /EEXIST/],
  ])('a directory that cannot be made: %s', async (path, code) => {
    const directory = makeDirectory();
    writeFileSync(join(directory, 'file'), '');
    const failure = await ensurePrivateDirectory(path.startsWith('/') ? path : join(directory, path)).catch(errorCode);
    expect(failure).toMatch(code);
  });

  it('replaces a file whole, with the mode it is told, and leaves no temporary one', async () => {
    const directory = makeDirectory();
    const path = join(directory, 'deep', 'file');
    await writePrivateFile(path, 'one');
    await writePrivateFile(path, 'two');
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['two', 0o600]);
    await writeFileWhole(path, 'three', 0o644);
    expect(statSync(path).mode & 0o777).toBe(0o644);
    mkdirSync(join(directory, 'taken'));
    await expect(writeFileWhole(join(directory, 'taken'), 'x')).rejects.toThrow();
    expect(readdirSync(directory).sort()).toEqual(['deep', 'taken']);
  });

  it.each([
    [Object.assign(new Error('x'), { code: 'ENOENT' }), 'ENOENT'],
    [Object.assign(new Error('x'), { code: 5 }), undefined],
    [new Error('x'), undefined],
    ['ENOENT', undefined],
    [undefined, undefined],
  ])('errorCode of %s', (error, code) => expect(errorCode(error)).toBe(code));
});

describe('a secret', () => {
  it('prints as ***', () => {
    const secret = createSecret('inline', 'hunter2');
    for (const text of [
      `${secret}`,
      JSON.stringify({ secret }),
      inspect(secret),
      inspect({ a: { secret } }, { depth: 5 }),
    ]) {
      expect(text).not.toContain('hunter2');
    }
    expect(secret.reveal()).toBe('hunter2');
  });
  it('may be looked up late', () => {
    const secret = createSecret('env', () => {
      throw new Error('not set');
    });
    expect(`${secret}`).toBe('***');
    expect(() => secret.reveal()).toThrow('not set');
  });
});

describe('the log', () => {
  const expected = new UpstreamError('transient', 'cannot reach it', {}, { cause: new Error('ECONNREFUSED') });

  it('of a failure that was to be expected has no stack, of a bug it has', () => {
    expect(errorFields(expected)).toEqual({
      type: 'UpstreamError',
      message: 'cannot reach it',
      kind: 'transient',
      cause: 'ECONNREFUSED',
    });
    expect(errorFields(new TypeError('a bug'))).toMatchObject({
      type: 'TypeError',
      stack: expect.stringContaining('at '),
    });
    expect(errorFields('text')).toBe('text');
  });

  it('at a terminal is one short line', () => {
    const lines: string[] = [];
    const logger = createPrettyLogger('info', (line) => lines.push(line));
    logger.child({ account: 'QQ' }).warn({ err: expected, ms: 3 }, 'offline');
    logger.debug('not shown');
    expect(lines).toEqual([
      expect.stringMatching(/^\d\d:\d\d:\d\d warn offline \(account QQ, err cannot reach it, ms 3\)$/),
    ]);
  });

  it.each([
    ['{"level":30,"time":0,"msg":"made a CA"}', /^\d\d:\d\d:\d\d info made a CA$/],
    ['{"level":50,"time":0,"msg":"x","list":[1,2],"nothing":null}', /error x \(list \[1,2\], nothing null\)$/],
    ['{"level":35,"time":0}', / 35 $/],
  ])('%s', (json, line) => expect(prettyLine(json)).toMatch(line));

  it('goes to a file as JSON, without host and process', async () => {
    const path = join(makeDirectory(), 'log');
    const logger = createLogger({ level: 'info', destination: openSync(path, 'w') });
    logger.info({ account: 'QQ' }, 'synced');
    await new Promise<void>((resolve) => logger.flush(() => resolve()));
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      level: 30,
      time: expect.any(Number),
      account: 'QQ',
      msg: 'synced',
    });
  });
});
