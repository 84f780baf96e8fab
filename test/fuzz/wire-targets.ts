// What a mail program sends: commands, sets, names, search programs, and lines with literals in any packets.
import { EventEmitter } from 'node:events';
import { type CommandReader, createCommandReader } from '../../src/imap/command-reader.js';
import { commandByName, uidCommands } from '../../src/imap/commands/index.js';
import { matcher } from '../../src/imap/commands/list-pattern.js';
import { BadCommandError, ByeError } from '../../src/imap/errors.js';
import type { Reply } from '../../src/imap/reply.js';
import { readSearchProgram } from '../../src/imap/search-keys/index.js';
import { createByteReader } from '../../src/imap/wire/byte-reader.js';
import { Decoder } from '../../src/imap/wire/decoder.js';
import { decodeMutf7, encodeMutf7, Mutf7Error } from '../../src/imap/wire/mutf7.js';
import { MailboxError } from '../../src/mail/errors.js';
import { formatRanges, parseSequenceSet, rangesInclude, resolveSet } from '../../src/mail/sequence-set.js';
import { commandTexts, commandWords, dialogues } from './dialogues.js';
import { type FuzzTarget, holds, refusedOr } from './target.js';

const SET_WORDS = ['1', '*', ':', ',', '1:*', '4294967295', '0', '2:4,'];

/** Every command of the registry, by what follows its tag. */
const commands: FuzzTarget = {
  name: 'commands',
  tokens: [...commandByName.keys(), 'UID ', ...commandWords, ...SET_WORDS, '{3}\r\nabc', '~{3}\r\n\0\0\0', '""', 'NIL'],
  seeds: commandTexts,
  run: (input) => {
    for (const utf8 of [false, true]) {
      const decoder = new Decoder(input, { utf8 });
      const isWhole = refusedOr(
        () => {
          const first = decoder.keyword();
          const uid = first === 'UID';
          if (uid) decoder.space();
          const command = uid ? uidCommands.get(decoder.keyword()) : commandByName.get(first);
          if (!command) return undefined;
          command.parse(decoder, uid);
          // A streamed literal is read by the command itself.
          return !command.streams;
        },
        BadCommandError,
        MailboxError,
      );
      if (isWhole) holds(decoder.atEnd(), 'a command was read, but not to its end');
    }
  },
};

const search: FuzzTarget = {
  name: 'search',
  tokens: [
    'NOT ',
    'OR ',
    '(',
    ')',
    'ALL',
    ' ',
    'UID 1:* ',
    'SUBJECT x ',
    'HEADER a b',
    'SINCE 1-Feb-2026',
    ...SET_WORDS,
    ...commandWords,
  ],
  seeds: commandTexts
    .filter((text) => /^(UID )?SEARCH /i.test(text))
    .map((text) => text.replace(/^(UID )?SEARCH /i, '')),
  run: (input) => {
    const decoder = new Decoder(input);
    const program = refusedOr(() => readSearchProgram(decoder, (bytes) => bytes).term, BadCommandError, MailboxError);
    if (!program) return;
    holds(decoder.atEnd(), 'a program was read, but not to its end');
    // However it is nested, it can be walked.
    JSON.stringify(program({ uidsOf: (set) => resolveSet(set, 10), now: 1_770_000_000, rev2: false }));
  },
};

const sets: FuzzTarget = {
  name: 'sequence-set',
  tokens: [...SET_WORDS, '1:1', '*:*', '3:1', '10,9,8'],
  seeds: ['1', '*', '1:*', '*:4', '1,3:5,7', '4294967295:1'],
  run: (input) => {
    const set = refusedOr(() => parseSequenceSet(input), RangeError);
    if (!set) return;
    const resolved = resolveSet(set, 100);
    let last = 0;
    for (const [low, high] of resolved) {
      holds(
        low <= high && low >= 1 && (last === 0 || low > last + 1),
        `ranges not in order: ${formatRanges(resolved)}`,
      );
      last = high;
    }
    if (resolved.length > 0) {
      const again = resolveSet(parseSequenceSet(formatRanges(resolved)), 100);
      holds(formatRanges(again) === formatRanges(resolved), 'a set that is written is not the set that is read');
    }
    for (const [low, high] of set.ranges) {
      const member = Number.isFinite(low) ? low : Number.isFinite(high) ? high : 100;
      holds(rangesInclude(resolved, member), `${member} is in the set as it was written, but not in its ranges`);
    }
  },
};

const mutf7: FuzzTarget = {
  name: 'mutf7',
  tokens: ['&', '-', '&-', '&AOk-', '&U,BTFw-', '&2AHcAA-', '&AA', ',', '+', '/', 'AGE', '=', '&Jjo-'],
  seeds: ['INBOX', '&U,BTFw-', 'R&AOk-sum&AOk-', 'a&-b', '&2D3cqQ-', 'Re&AwE-'],
  run: (input) => {
    const name = refusedOr(() => decodeMutf7(input), Mutf7Error);
    if (name !== undefined) {
      holds(name === name.normalize('NFC'), 'a name that is not NFC');
      holds(decodeMutf7(encodeMutf7(name)) === name, 'a name changes when it is written and read');
    }
    // Whatever is no lone surrogate can be a name.
    const text = Buffer.from(input, 'latin1').toString('utf8');
    holds(decodeMutf7(encodeMutf7(text)) === text.normalize('NFC'), 'a text changes when it is written and read');
  },
};

class Source extends EventEmitter {
  readonly pause = () => this;
  readonly resume = () => this;
}

const silent = (answers: string[]): Reply => ({
  untagged: (text) => answers.push(text),
  raw: (text) => answers.push(text),
  rawBytes: () => undefined,
  flush: () => undefined,
  drain: async () => undefined,
  isMidLine: false,
  isFull: false,
  bytesWritten: 0,
});

/** What is read of a stream in these pieces, to its end. */
async function allOf(pieces: readonly string[]): Promise<string[]> {
  const source = new Source();
  const heard: string[] = [];
  const reader: CommandReader = createCommandReader(createByteReader(source), silent(heard));
  for (const piece of pieces) source.emit('data', Buffer.from(piece, 'latin1'));
  source.emit('end');
  try {
    for (;;) {
      const command = await reader.next({ lineBytes: 200, literalBytes: 100, mayStream: true, language: 'en' });
      if (!command) return heard;
      heard.push(command.kind === 'command' ? `>${command.text}` : '>refused');
      await reader.skipUnread();
    }
  } catch (error) {
    if (!(error instanceof ByeError)) throw error;
    return [...heard, `BYE ${error.message}`];
  }
}

/** Packets mean nothing: one byte each, or all in one, give the same commands. */
const literals: FuzzTarget = {
  name: 'literals',
  tokens: [
    '\r\n',
    '\n',
    '{3}',
    '{3+}',
    '{0}',
    '{101+}',
    '~{2+}',
    'a1 NOOP\r\n',
    'a2 APPEND x {5+}\r\n',
    '{4294967295}',
    '{99999999999999999999+}',
    'x'.repeat(60),
  ],
  seeds: dialogues.map((lines) => lines.slice(0, 12).join('\r\n').concat('\r\n')),
  run: async (input) => {
    const whole = await allOf([input]);
    const halves = await allOf(
      [input.slice(0, input.length >> 1), input.slice(input.length >> 1)].filter((piece) => piece !== ''),
    );
    holds(JSON.stringify(whole) === JSON.stringify(halves), 'two packets give other commands than one');
    if (input.length > 500) return;
    const bytes = await allOf([...input]);
    holds(JSON.stringify(whole) === JSON.stringify(bytes), 'a packet a byte gives other commands than one packet');
  },
};

/** By hand, the slow and plain way. */
function matches(pattern: string, path: string): boolean {
  const [first = '', ...more] = pattern;
  if (first === '') return path === '';
  const rest = more.join('');
  if (first !== '*' && first !== '%') return path.startsWith(first) && matches(rest, path.slice(first.length));
  for (let i = 0; i <= path.length; i++) {
    if (matches(rest, path.slice(i))) return true;
    if (first === '%' && path[i] === '/') return false;
  }
  return false;
}

const PATHS = ['', 'Work', 'QQ/Work', 'QQ/Work/2026', 'aaaaaaaaaa/aaaaaaaaaab'];

const patterns: FuzzTarget = {
  name: 'list-pattern',
  tokens: ['*', '%', '/', '*a', '%a', 'QQ', 'Work', '%*', 'a'],
  seeds: ['*', '%', 'QQ/*', '%/Work', '*/2026', '*a*a*b'],
  run: (input) => {
    const match = matcher(input);
    for (const path of PATHS) {
      const isMatch = match(path);
      if (input.length >= 60 || /^inbox/i.test(input) || input.replace(/[^*%]/g, '').length > 5) continue;
      holds(isMatch === matches(input.normalize('NFC'), path), `${path} matches or not`);
    }
  },
};

export const wireTargets: readonly FuzzTarget[] = [commands, search, sets, mutf7, patterns, literals];
