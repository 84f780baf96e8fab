// gateway doctor where it has little to go by: a configuration with errors, an index that is rubbish.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { doctor } from '../../../src/cli/doctor.js';
import type { Finding } from '../../../src/gateway/doctor/doctor.js';
import { englishIn } from '../../support/chinese.js';
import { temporaryDirectories } from '../../support/temporary-directory.js';
import { fakeIo } from './fake-io.js';

const makeDirectory = temporaryDirectories();
afterEach(() => vi.restoreAllMocks());

const FREE = { imap: 0, imaps: 0, smtp: 0, smtps: 0, web: 0, ephemeral: true };
const at = { host: '127.0.0.1', port: 1, tls: 'none' };
const account = (name: string, more: object = {}) => ({
  name,
  address: `${name.toLowerCase()}@example.org`,
  provider: 'generic',
  imap: at,
  smtp: at,
  auth: { user: name, password: 'secret' },
  ...more,
});

async function examined(content: string | object, prepare: (directory: string) => void = () => undefined) {
  const directory = makeDirectory();
  const config = join(directory, 'gateway.config.json');
  writeFileSync(config, typeof content === 'string' ? content : JSON.stringify({ listen: FREE, ...content }));
  prepare(directory);
  const json = fakeIo();
  const code = await doctor({ config, json: true, full: false, language: undefined }, json);
  const { findings } = JSON.parse(json.out.join('\n')) as { findings: Finding[] };
  for (const { what, evidence, remedy } of findings)
    for (const one of [what, evidence, remedy])
      if (one) expect(englishIn(one.zh.replace(/^\S+:\d+:\d+: \S+ /, '')), one.zh).toEqual([]);
  const text = fakeIo();
  await doctor({ config, json: false, full: false, language: 'zh' }, text);
  return { code, findings, zh: text.out.join('\n') };
}
const faults = (findings: readonly Finding[], area: string) =>
  findings.filter((one) => one.area === area && one.level === 'bad').map(({ evidence }) => evidence?.en);
const accountsOf = (findings: readonly Finding[]) => [...new Set(findings.flatMap(({ account = [] }) => account))];
const areasOf = (findings: readonly Finding[]) => new Set(findings.map(({ area }) => area));

test('a password file that is missing: said once; the way to the servers is looked at all the same', async () => {
  const { code, findings, zh } = await examined({
    accounts: [account('A', { auth: { user: 'A', password: 'file:nowhere' } }), account('B')],
  });
  expect(code).toBe(1);
  expect(faults(findings, 'configuration')).toEqual([expect.stringMatching(/nowhere, which does not exist/)]);
  expect(accountsOf(findings)).toEqual(['A', 'B']);
  expect(findings.filter(({ account }) => account === 'A').map(({ what }) => what.en)).toContain(
    'not signed in: the password cannot be read (see Configuration)',
  );
  expect(areasOf(findings)).toContain('ports');
  expect(zh).toMatch(/问题 {2}配置有错误：.*nowhere[\s\S]*请改正后重启网关。/);
});

test('an account that is wrong is left out, and so is a setting; the others are looked at', async () => {
  const { code, findings } = await examined({
    log: { level: 'loud' },
    accounts: [account('A', { imap: { host: '127.0.0.1', port: -1 } }), account('B')],
  });
  expect(code).toBe(1);
  expect(faults(findings, 'configuration')).toEqual(
    expect.arrayContaining([expect.stringMatching(/log\.level/), expect.stringMatching(/accounts\[0\]\.imap\.port/)]),
  );
  expect(accountsOf(findings)).toEqual(['B']);
});

test('no account is right: directory and ports are looked at', async () => {
  const { findings } = await examined({ accounts: [account('A', { nonsense: 1 })], more: true });
  expect(accountsOf(findings)).toEqual([]);
  expect(areasOf(findings)).toEqual(new Set(['configuration', 'data', 'certificates', 'ports', 'clock']));
});

test('no JSON at all: that, and nothing else', async () => {
  const { code, findings } = await examined('{ "accounts": [');
  expect(code).toBe(1);
  expect(findings).toHaveLength(1);
  expect(faults(findings, 'configuration')).toHaveLength(1);
});

test.each([
  ['rubbish', Buffer.alloc(8_192, 'rubbish')],
  ['a header with nothing behind it', Buffer.from('SQLite format 3\0')],
])('an index that is %s: a line about it, and all the rest', async (_, bytes) => {
  const { code, findings, zh } = await examined({ accounts: [account('A')] }, (directory) => {
    mkdirSync(join(directory, 'data'));
    writeFileSync(join(directory, 'data', 'gateway.db'), bytes, { mode: 0o600 });
  });
  expect(code).toBe(1);
  expect(faults(findings, 'data')).toHaveLength(1);
  expect(accountsOf(findings)).toEqual(['A']);
  expect(areasOf(findings)).toContain('ports');
  expect(zh).toMatch(/问题 {2}索引已损坏/);
});
