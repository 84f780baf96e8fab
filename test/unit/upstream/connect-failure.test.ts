import { expect, test } from 'vitest';
import { connectFailure } from '../../../src/upstream/connect-failure.js';

test('a host that is not there may be a wrong name: the remedy says so, as that of the doctor does', () => {
  const { message, chinese, remedy } = connectFailure('no.example:993', 'ENOTFOUND', 'getaddrinfo ENOTFOUND');
  expect(message).toBe('cannot reach no.example:993 (there is no such host, or no network)');
  expect(chinese).toBe('无法连接 no.example:993（没有此主机，或没有网络）');
  expect(remedy?.en).toMatch(/^Check the host name in the configuration/);
  expect(remedy?.zh).toMatch(/^请检查配置中的主机名/);
});

test('what is known by no code is told in its own words', () => {
  const failure = { chinese: '无法连接 a:1（odd）', message: 'cannot reach a:1 (odd)', remedy: undefined };
  expect(connectFailure('a:1', undefined, 'odd')).toEqual(failure);
});
