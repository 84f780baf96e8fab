// What is written down of a failure: the gateway's own words in both languages, a server's as they are.
import { expect, test } from 'vitest';
import { keptIn } from '../../../src/lib/languages.js';
import { DiskError, UpstreamError } from '../../../src/mail/errors.js';
import { keptFailure } from '../../../src/mail/kept-failure.js';

test.each<[unknown, string, string]>([
  [new UpstreamError('transient', 'cannot reach it', { chinese: '无法连接' }), 'cannot reach it', '无法连接'],
  [new UpstreamError('transient', 'the gateway is stopping'), 'the gateway is stopping', '网关正在停止'],
  [
    new UpstreamError('auth', 'the server refused the login: no', { serverText: 'no' }),
    'the server refused the login: no',
    '登录被拒绝：“no”',
  ],
  [
    new UpstreamError('transient', 'the server refused MOVE: slow\r\n down', { serverText: 'slow down' }),
    'the server refused MOVE: slow down',
    '服务器拒绝：“slow down”',
  ],
  [new UpstreamError('transient', '451 later', { serverText: '451 later' }), '451 later', '“451 later”'],
  [new UpstreamError('transient', 'busy', { serverText: '451 later' }), '451 later', '“451 later”'],
  [new DiskError('full'), 'the disk of the gateway is full', '网关所在的磁盘已满'],
  [new Error('a\nb'), 'a b', '“a b”'],
])('%s', (error, en, zh) => {
  const kept = keptFailure(error);
  expect([keptIn(kept, 'en'), keptIn(kept, 'zh')]).toEqual([en, zh]);
});
