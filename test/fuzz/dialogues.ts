// What clients say in the transcripts: seeds for the command parser and for live sessions. A new command, with its
// transcript, is fuzzed without a further word.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clientLine, parseTranscript } from '../support/transcript-text.js';

/** From the project's directory, where npm and vitest are started: the compiled fuzzer reads it too. */
const DIRECTORY = join(process.cwd(), 'test', 'protocol');
const PLACEHOLDER = new Map<string, string>();

const bound = (text: string): string => text.replace(/\{[a-z][A-Za-z0-9]*\}/g, '1');

/** For each transcript, what its first client sends, line by line, one char a byte. */
export const dialogues: readonly (readonly string[])[] = readdirSync(DIRECTORY)
  .filter((name) => name.endsWith('.transcript'))
  .sort()
  .map((name) =>
    parseTranscript(readFileSync(join(DIRECTORY, name), 'utf8')).steps.flatMap(({ kind, client, text }) =>
      kind === 'client' && client === 1 ? [clientLine(bound(text), PLACEHOLDER)] : [],
    ),
  );

/** Commands without their tags, literals and what follows them joined as the command reader joins them. */
export const commandTexts: readonly string[] = [
  ...new Set(
    dialogues.flatMap((lines) => {
      const commands: string[] = [];
      for (let i = 0; i < lines.length; i++) {
        let text = lines[i] ?? '';
        if (!/^[A-Za-z0-9.]+ [A-Za-z]/.test(text)) continue;
        while (/\{\d+\+?\}$/.test(text) && i + 1 < lines.length) text += `\r\n${lines[++i]}`;
        commands.push(text.replace(/^\S+ /, ''));
      }
      return commands;
    }),
  ),
];

/** The words that stand in them. */
export const commandWords: readonly string[] = [
  ...new Set(commandTexts.flatMap((text) => text.match(/[A-Za-z0-9.$\\]+|[^A-Za-z0-9\s]/g) ?? [])),
];
