import { describe, expect, it } from 'vitest';
import { explain } from '../../../src/cli/explain.js';
import { CliError, ExitCode } from '../../../src/cli/io.js';
import { type Config, ConfigError } from '../../../src/config/index.js';
import { AlreadyRunningError, ControlError, NotRunningError } from '../../../src/status-socket/index.js';
import { DatabaseVersionError } from '../../../src/store/database.js';
import { TlsError } from '../../../src/tls/index.js';

const config = {
  file: '/etc/gateway.json',
  dataDir: '/var/mail-gateway',
  listen: { host: '192.168.1.9', imap: 143, imaps: 1993, smtp: 0, smtps: 0, web: 0 },
} as Config;

const system = (code: string, fields: object = {}, message = code): Error =>
  Object.assign(new Error(message), { code, ...fields });

describe('explain', () => {
  it.each<[error: unknown, text: string | RegExp]>([
    [
      system('EADDRINUSE', { port: 1993, address: '127.0.0.1' }),
      'port 1993 on 127.0.0.1 is taken by another program: stop that one, or choose another port in "listen.imaps" in /etc/gateway.json',
    ],
    [
      system('EADDRINUSE', { port: 1143, address: '127.0.0.1', taken: [1143, 1587] }),
      'ports 1143, 1587 on 127.0.0.1 are taken by other programs: stop them, or choose other ports in "listen" in /etc/gateway.json',
    ],
    [
      system('EADDRNOTAVAIL', { port: 1993, address: '192.168.1.9' }),
      '192.168.1.9 is no address of this machine: correct "listen.host" in /etc/gateway.json',
    ],
    [
      system('EACCES', { port: 143, address: '0.0.0.0' }),
      'port 143 needs more rights than this user has: choose one above 1023 in "listen.imap" in /etc/gateway.json',
    ],
    [
      system('EACCES', { path: '/var/mail-gateway/bodies' }),
      '/var/mail-gateway/bodies: no permission to read or write here; change its owner, or give another "dataDir"',
    ],
    [system('EROFS', {}), '/var/mail-gateway is on a read-only disk: give another "dataDir"'],
    [system('ENOSPC', { path: '/x' }), 'the disk with /x is full: make room and start again'],
    [system('ENOTDIR', { path: '/x/y' }), /^\/x\/y is a file where a directory should be/],
    [system('EISDIR', { path: '/x/gateway.db' }), /^\/x\/gateway\.db is a directory where a file should be/],
    [system('ENOENT', { path: '/proc/x', syscall: 'mkdir' }), '/proc/x cannot be made: give another "dataDir"'],
    [system('ENOENT', { path: '/x' }), '/x does not exist'],
    [
      system('SQLITE_NOTADB', {}, 'file is not a database'),
      /^the index in \/var\/mail-gateway is damaged: file is not a database: start the gateway again/,
    ],
    [system('SQLITE_CANTOPEN', {}, 'unable to open'), /unable to open: let this user read and write gateway\.db/],
    [system('SQLITE_BUSY', {}, 'database is locked'), /database is locked: end the other program/],
    [system('SQLITE_FULL'), 'the disk with /var/mail-gateway is full: make room and start again'],
    [
      system('ERR_DLOPEN_FAILED'),
      'the SQLite driver was built for another version of Node: run "npm rebuild better-sqlite3"',
    ],
    [
      new DatabaseVersionError('/d/gateway.db', 9, 1),
      '/d/gateway.db was written by a newer gateway (schema 9, this one knows 1); upgrade the gateway',
    ],
    [
      new ConfigError('/c.json', [{ field: 'a', text: 'is wrong', position: { line: 1, column: 2 } }]),
      '/c.json:1:2: a is wrong',
    ],
    [new TlsError('no CA'), 'no CA'],
    [new ControlError('QQ: busy'), 'QQ: busy'],
    [new AlreadyRunningError('/d'), /already running with the data directory \/d/],
    [new CliError('no such account'), 'no such account'],
  ])('%s', (error, text) => {
    const explanation = explain(error, config);
    expect(explanation?.exitCode).toBe(ExitCode.failed);
    if (typeof text === 'string') expect(explanation?.text).toBe(text);
    else expect(explanation?.text).toMatch(text);
    expect(explanation?.text).not.toContain('\n');
  });

  it('nobody running has an exit code of its own', () => {
    expect(explain(new NotRunningError('/d'))).toEqual({
      text: 'no gateway is running with the data directory /d: start it with "gateway start"',
      exitCode: ExitCode.notRunning,
    });
  });

  it.each([[new TypeError('x is undefined')], [system('EPROTO')], ['text'], [undefined], [system('ENOENT')]])(
    'a bug is not explained away: %s',
    (error) => expect(explain(error, config)).toBeUndefined(),
  );
});
