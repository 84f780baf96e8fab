// Every *.transcript beside this file, played against the gateway on fake upstreams.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commandByName, uidCommands } from '../../src/imap/commands/index.js';
import { startHarness } from '../support/harness.js';
import { runTranscript } from '../support/transcript.js';
import { parseTranscript } from '../support/transcript-text.js';

const directory = new URL('.', import.meta.url);
const transcripts = readdirSync(directory)
  .filter((name) => name.endsWith('.transcript'))
  .sort()
  .map((name) => ({ name, transcript: parseTranscript(readFileSync(new URL(name, directory), 'utf8')) }));

describe('transcripts', () => {
  it.each(transcripts)('$name', ({ transcript }) => runTranscript(transcript));
});

const sent = transcripts.flatMap(({ transcript }) =>
  transcript.steps.flatMap(({ kind, text }) => (kind === 'client' ? [text.toUpperCase()] : [])),
);

describe('the set of transcripts', () => {
  it.each([...commandByName.keys()])('shows %s', (name) => {
    expect(sent.some((line) => new RegExp(`^\\S+ (UID )?${name}( |$)`).test(line))).toBe(true);
  });

  it.each([...uidCommands.keys()])('shows UID %s', (name) => {
    expect(sent.some((line) => line.includes(` UID ${name} `))).toBe(true);
  });

  it('has one for every capability that is offered', async () => {
    await using harness = await startHarness({ accounts: [{ name: 'QQ' }] });
    const greeting = await (await harness.connect()).greeting();
    const [capability = ''] = await (await harness.login()).ok('CAPABILITY');
    const words = [
      ...capability.split(' ').slice(2),
      ...(/\[CAPABILITY ([^\]]*)\]/.exec(greeting)?.[1] ?? '').split(' '),
    ];
    const shown = new Set(transcripts.flatMap(({ transcript }) => transcript.needs));
    const before = new Set(sent.flatMap((line) => /^\S+ (STARTTLS|AUTHENTICATE \S+)/.exec(line)?.[1] ?? []));
    for (const word of words) {
      const isShown = shown.has(word) || before.has(word) || before.has(word.replace('AUTH=', 'AUTHENTICATE '));
      expect(isShown, `a transcript for ${word}`).toBe(true);
    }
  });
});
