// What an APPEND leaves behind when nothing comes of it: no file, no body that somebody answers for, no row.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Harness, startHarness } from '../support/harness.js';
import { waitUntil } from '../support/wait-until.js';

const MESSAGE = 'Subject: one\r\n\r\nbody\r\n';
const literal = (text: string) => `{${text.length}+}\r\n${text}`;

const KEYWORDS = Array.from({ length: 65 }, (_, i) => `k${i}`).join(' ');

/** Files that are being written, and those that are kept. */
function filesIn({ directory }: Harness): { spools: number; bodies: number } {
  const folders = readdirSync(join(directory, 'bodies'));
  const count = (name: string) => readdirSync(join(directory, 'bodies', name)).length;
  const bodies = folders.filter((name) => name !== 'tmp').reduce((sum, name) => sum + count(name), 0);
  return { spools: folders.includes('tmp') ? count('tmp') : 0, bodies };
}

const pins = ({ store }: Harness): unknown =>
  store.database.sqlite.prepare('SELECT ifnull(sum(pins), 0) FROM bodies').pluck().get();

describe('an APPEND that fails', () => {
  const refused: readonly [what: string, command: string, status: RegExp][] = [
    ['an empty second message', `APPEND Drafts ${literal(MESSAGE)} {0+}\r\n`, /^NO \[CANNOT\]/],
    ['a second one that is too large', `APPEND Drafts ${literal(MESSAGE)} {50000001}`, /^NO \[TOOBIG\]/],
    ['a second one that cannot be read', `APPEND Drafts ${literal(MESSAGE)} (\\Wrong) ${literal('x')}`, /^BAD/],
    ['something behind it', `APPEND Drafts ${literal(MESSAGE)}x`, /^BAD/],
    ['a NUL', `APPEND Drafts ${literal(MESSAGE)} ${literal('a\0b')}`, /^BAD/],
    ['too many keywords', `APPEND Drafts (${KEYWORDS}) ${literal(MESSAGE)}`, /^NO \[LIMIT\]/],
  ];
  it.each(refused)('%s: nothing is left', async (_, command, status) => {
    await using harness = await startHarness({ accounts: [{ name: 'QQ' }] });
    const client = await harness.login();
    const before = filesIn(harness).bodies;
    expect((await client.command(command)).status).toMatch(status);
    await client.ok('NOOP');
    expect(filesIn(harness).spools).toBe(0);
    expect(pins(harness)).toBe(0);
    if (!status.source.includes('LIMIT')) expect(filesIn(harness).bodies).toBe(before);
    expect(await client.ok('STATUS Drafts (MESSAGES)')).toEqual(['* STATUS "Drafts" (MESSAGES 0)']);
  });

  it('a connection that is cut: nothing is left', async () => {
    await using harness = await startHarness({ accounts: [{ name: 'QQ' }] });
    const client = await harness.login();
    client.send(`a APPEND Drafts ${literal(MESSAGE)} {100000+}\r\nhalf of it`);
    await waitUntil('two spools', () => filesIn(harness).spools === 2);
    client.destroy();
    await waitUntil('no spool', () => filesIn(harness).spools === 0);
    expect(filesIn(harness).bodies).toBe(0);
    expect(pins(harness)).toBe(0);
  });

  it('a disk that refuses: NO, the rest is passed over, and the session goes on', async () => {
    await using harness = await startHarness({ accounts: [{ name: 'QQ' }] });
    const client = await harness.login();
    rmSync(join(harness.directory, 'bodies', 'tmp'), { recursive: true });
    const { status } = await client.command(`APPEND Drafts ${literal(MESSAGE)} ${literal('x CREATE Evil\r\n')}`);
    expect(status).toBe('NO [UNAVAILABLE] the message cannot be stored: the disk refuses');
    expect(await client.ok('LIST "" Evil')).toEqual([]);
  });
});
