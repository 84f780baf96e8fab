import { expect, test } from 'vitest';
import { PROVIDER_NAMES, providerForAddress, providerOf } from '../../../../src/upstream/providers/index.js';

test.each([
  ['someone@qq.test', 'generic'],
  ['x@qq.com', 'qq'],
  ['x@FoxMail.com', 'qq'],
  ['x@vip.qq.com', 'qq'],
  ['x@gmail.com', 'gmail'],
  ['x@googlemail.com', 'gmail'],
  ['x@hotmail.com', 'outlook'],
  ['x@live.co.uk', 'outlook'],
  ['x@fastmail.com', 'fastmail'],
  ['x@163.com', '163'],
  ['x@yeah.net', 'yeah'],
  ['x@icloud.com', 'icloud'],
  ['x@aol.com', 'aol'],
  ['"a@qq.com"@example.org', 'generic'],
  ['no address', 'generic'],
])('%s belongs to %s', (address, name) => {
  expect(providerForAddress(address).name).toBe(name);
});

test('each provider is found by its name, says so in its traits, and has a role table of normal names', () => {
  for (const name of PROVIDER_NAMES) {
    const provider = providerOf(name.toUpperCase());
    expect(provider?.traits.provider).toBe(name);
    for (const role of provider?.traits.rolesByName.keys() ?? [])
      expect(role).toBe(role.normalize('NFC').toLowerCase());
    expect(provider?.domains).toEqual(provider?.domains.map((domain) => domain.toLowerCase()));
    expect(provider?.traits.maxCommandBytes).toBeGreaterThanOrEqual(1000);
  }
  expect(providerOf('unheard-of')).toBeUndefined();
});
