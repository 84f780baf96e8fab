// Packets mean nothing: one dialogue, cut anywhere, gets the same bytes in answer, whatever the line ends and however
// literals are announced.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { startHarness } from '../support/harness.js';
import type { ImapClient } from '../support/imap-client.js';
import { messageBytes } from '../support/transcript.js';

const MESSAGE = 'From: me@qq.example\r\nSubject: cut\r\n\r\nbody\r\n';
const literal = (text: string, plus = '+') => `{${text.length}${plus}}\r\n${text}`;

/** Nothing in it changes what it is answered next time, but for the uids of what it appends. */
const COMMANDS: readonly string[] = [
  'NOOP',
  `SELECT ${literal('INBOX', '')}`,
  'FETCH 1:* (UID FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])',
  `SEARCH SUBJECT ${literal('one')} TEXT ${literal('one', '')}`,
  `APPEND ${literal('Drafts')} (\\Seen) ${literal(MESSAGE)} "01-Feb-2026 10:00:00 +0000" ${literal(MESSAGE, '')}`,
  `APPEND Drafts (\\Wrong) ${literal(MESSAGE)} ${literal('x CREATE Evil\r\n')}`,
  `APPEND Nowhere ${literal(MESSAGE)}`,
  `APPEND Drafts ${literal('')}`,
  'STORE 1 +FLAGS (\\Seen)',
  'STORE 1 -FLAGS (\\Seen)',
  'IDLE\r\nDONE',
  'NONSENSE',
  `NOOP ${literal('x CREATE Evil\r\n')}`,
  `SEARCH SUBJECT ${literal('o'.repeat(70_000))}`,
  'LIST "" {0+}\r\n',
  `LIST ${literal('')} ${literal('%', '')}`,
  'AUTHENTICATE PLAIN',
  'CLOSE',
];
const SCRIPT = COMMANDS.map((command, i) => `a${i} ${command}\r\n`).join('');

/** Everything the server says to the end of the script. */
async function answers(client: ImapClient, pieces: readonly string[]): Promise<string> {
  for (const piece of pieces) {
    client.send(piece);
    // The piece goes out by itself, and is read by itself.
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  client.send('end LOGOUT\r\n');
  const lines: string[] = [];
  for (let line = await client.line(); line !== undefined; line = await client.line()) lines.push(line);
  // What an earlier run has changed counts on.
  return lines
    .join('\n')
    .replace(/APPENDUID (\d+) [\d:]+/g, 'APPENDUID $1 #')
    .replace(/HIGHESTMODSEQ \d+/g, 'HIGHESTMODSEQ #');
}

function pieces(text: string, cuts: readonly number[]): string[] {
  const at = [...new Set(cuts.map((cut) => cut % text.length))].sort((a, b) => a - b);
  return [0, ...at].map((start, i) => text.slice(start, at[i] ?? text.length));
}

it('the same dialogue, cut anywhere, is answered with the same bytes', async () => {
  await using harness = await startHarness({
    accounts: [{ name: 'QQ' }],
    prepare: (fake) => fake('QQ').deliver('INBOX', messageBytes('one')),
  });
  const whole = await answers(await harness.login(), [SCRIPT]);
  for (const i of COMMANDS.keys()) expect(whole).toMatch(new RegExp(`^a${i} (OK|NO|BAD) `, 'm'));
  expect(whole).not.toContain('Evil');
  const cuts = fc.array(fc.nat(SCRIPT.length - 1), { minLength: 1, maxLength: 120 });
  await fc.assert(
    fc.asyncProperty(cuts, async (at) => {
      expect(await answers(await harness.login(), pieces(SCRIPT, at))).toBe(whole);
    }),
    { numRuns: 30 },
  );
  // Bare line feeds end a line too; what is counted is counted as it is.
  const bare = SCRIPT.replace(/(\{\d+\+?\}|NOOP|CLOSE|DONE|IDLE|PLAIN|NONSENSE|\))\r\n/g, '$1\n');
  expect(bare).not.toBe(SCRIPT);
  expect(await answers(await harness.login(), [bare])).toBe(whole);
});

it('one byte a packet', async () => {
  await using harness = await startHarness({ accounts: [{ name: 'QQ' }] });
  const script = SCRIPT.replace(/a13 .*\r\n(o+)\r\n/, '');
  const whole = await answers(await harness.login(), [script]);
  const client = await harness.login();
  await client.sendBytewise(script);
  expect(await answers(client, [])).toBe(whole);
});
