// How an account's server is dealt with: by the provider's data, and by the configuration, which has the last word.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/index.js';
import { upstreamOf } from '../../../src/gateway/upstreams.js';
import { silentLogger } from '../../../src/lib/logger.js';
import { temporaryDirectories } from '../../support/temporary-directory.js';

const makeDirectory = temporaryDirectories();

/** The account as the gateway builds it of a configuration. */
function built(account: object) {
  const file = join(makeDirectory(), 'c.json');
  const whole = { name: 'A', address: 'a@example.org', auth: { password: 'secret' }, ...account };
  writeFileSync(file, JSON.stringify({ accounts: [whole] }));
  const [config] = loadConfig(file).accounts;
  if (!config) throw new Error('no account');
  return upstreamOf(config, undefined, silentLogger);
}
const imap = { host: 'mail.example.org' };
const smtp = { host: 'mail.example.org' };

describe('budgets', () => {
  test('are those of the provider', () => {
    expect(built({ provider: 'gmail' }).connector.traits.budgets).toMatchObject({ downloadBytesPerDay: 2_500e6 });
  });

  test('are not known of another server', () => {
    expect(built({ provider: 'gmail', imap, smtp }).connector.traits.budgets).toEqual({});
  });

  test('are as configured, one by one; null takes a limit away', () => {
    const budgets = { messagesPerDay: 2_000, uploadBytesPerDay: null };
    expect(built({ provider: 'gmail', quirks: { budgets } }).connector.traits.budgets).toEqual({
      downloadBytesPerDay: 2_500e6,
      uploadBytesPerDay: undefined,
      messagesPerDay: 2_000,
    });
  });
});

test('every quirk of the configuration is a trait and goes before the provider’s', () => {
  const quirks = { maxConnections: 1, pollMs: 5_000, searchTrusted: true, messageLimit: null, skipped: ['Spam'] };
  expect(built({ provider: 'yahoo', quirks }).connector.traits).toMatchObject({
    ...quirks,
    messageLimit: undefined,
    maxCommandBytes: 1_000,
  });
});

test('the login is known by server, user and password', () => {
  expect(built({ provider: 'qq', address: 'a@qq.com' }).login?.()).toEqual(['imap.qq.com:993', 'a@qq.com', 'secret']);
});
