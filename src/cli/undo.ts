// gateway undo
import { loadConfig } from '../config/index.js';
import type { NextUndo, RemovalBatch, RemovedMessage } from '../gateway.js';
import { inLanguage, type Language } from '../lib/languages.js';
import { ControlError, callControl } from '../status-socket/index.js';
import type { AskOptions } from './asking.js';
import { ExitCode, type Io } from './io.js';
import { parseSince } from './since.js';
import { languageFor, printable } from './text.js';
import * as words from './undo-words.js';

export interface UndoOptions extends AskOptions {
  readonly since: string | undefined;
  readonly dryRun: boolean;
  readonly list: boolean;
  readonly language?: Language | undefined;
}

const UNDO_MS = 30 * 60_000;
/** Messages told one by one; JSON has all. */
const SHOWN = 10;
const BACK: ReadonlySet<RemovedMessage['way']> = new Set(['trash', 'cache', 'copy', 'calledOff', 'recovered']);

export async function undo({ config: file, json, ...options }: UndoOptions, io: Io): Promise<ExitCode> {
  const { dataDir } = loadConfig(file, { lazySecrets: true });
  const language = languageFor(options.language);
  const since = options.since === undefined ? undefined : parseSince(options.since, Date.now(), language);
  const mode = options.list ? 'list' : options.dryRun ? 'dryRun' : 'undo';
  const request = { request: 'undo', mode, ...(since === undefined ? {} : { since }) } as const;
  const batches = (await callControl(dataDir, request, UNDO_MS)) as readonly RemovalBatch[];
  const next = mode === 'undo' ? await askNext(dataDir) : undefined;
  if (json) io.print(JSON.stringify(undoJson(batches, mode, next, language)));
  else for (const line of undoLines(batches, mode, { next, language, hasSince: since !== undefined })) io.print(line);
  const isShort = batches.some(({ messages }) => messages.some(({ way }) => way === 'lost'));
  return mode === 'undo' && isShort ? ExitCode.failed : ExitCode.ok;
}

type Mode = 'list' | 'dryRun' | 'undo';

async function askNext(dataDir: string): Promise<NextUndo | undefined> {
  try {
    return (await callControl(dataDir, { request: 'undo', mode: 'next' }, UNDO_MS)) as NextUndo | undefined;
  } catch (error) {
    // What was to be done is done: that is told all the same.
    if (error instanceof ControlError) return undefined;
    throw error;
  }
}

function undoJson(
  batches: readonly RemovalBatch[],
  mode: Mode,
  next: NextUndo | undefined,
  language: Language,
): object {
  const inOne = (message: RemovedMessage): RemovedMessage =>
    message.reason === undefined ? message : { ...message, reason: inLanguage(message.reason, language) };
  return {
    event: mode === 'undo' ? 'undone' : 'removals',
    dryRun: mode !== 'undo',
    batches: batches.map((batch) => ({ ...batch, messages: batch.messages.map(inOne) })),
    ...(next === undefined ? {} : { next }),
  };
}

export interface Telling {
  readonly now?: number;
  readonly hasSince?: boolean;
  readonly language?: Language;
  /** What another undo would go on to. */
  readonly next?: NextUndo | undefined;
}

export function undoLines(
  batches: readonly RemovalBatch[],
  mode: Mode,
  { now = Date.now(), hasSince = false, language = 'en', next }: Telling = {},
): string[] {
  if (batches.length === 0) return [words.NOTHING[language]];
  const ways = mode === 'undo' ? words.WAYS : words.COULD;
  const lines = batches.flatMap((batch) => batchLines(batch, { now, ways, language }));
  const all = batches.flatMap(({ messages }) => messages).filter(({ again }) => !again);
  if (all.every(({ way }) => way === 'undone')) {
    const isOpen = mode !== 'list' && !hasSince;
    return [...lines, '', (isOpen ? words.LAST_BACK : words.ALL_BACK)[language]];
  }
  const back = all.filter(({ way }) => BACK.has(way)).length;
  const unable = words.cannotBe(all.filter(({ way }) => way === 'lost').length)[language];
  if (mode === 'list') return [...lines, '', `${words.canBe(back)[language]}${unable}`];
  if (mode === 'dryRun')
    return [...lines, '', `${words.wouldBe(back)[language]}${unable}${words.NOTHING_DONE[language]}`];
  const then = next ? printable(words.next(next, now)[language]) : words.NO_NEXT[language];
  return [...lines, '', `${words.isBack(back)[language]}${unable}`, then];
}

interface Wording {
  readonly now: number;
  readonly ways: words.Ways;
  readonly language: Language;
}

function batchLines({ at, device, messages: all }: RemovalBatch, { now, ways, language }: Wording): string[] {
  const mailboxes = [...new Set(all.map(({ mailbox }) => mailbox))];
  const rest = all.slice(SHOWN);
  const short = words.notEverywhere(rest.filter(({ without }) => without).length);
  return [
    printable(words.removal({ at, device, mailboxes, messages: all.length }, now)[language]),
    ...all.slice(0, SHOWN).map((message) => printable(`  ${messageText(message, ways, language)}`)),
    ...(rest.length > 0 ? [`  ${words.more(rest.length, words.summary(countsOf(rest), ways), short)[language]}`] : []),
  ];
}

function messageText(message: RemovedMessage, ways: words.Ways, language: Language): string {
  const { subject, way, reason, without, again } = message;
  const name = subject.trim() === '' ? words.NO_SUBJECT[language] : subject.trim();
  const short = [...name].length > 60 ? `${[...name].slice(0, 59).join('')}…` : name;
  return (again && BACK.has(way) ? words.comesBack(short) : words.outcome(short, ways[way], reason, without))[language];
}

function countsOf(all: readonly RemovedMessage[]): Map<RemovedMessage['way'], number> {
  const counts = new Map<RemovedMessage['way'], number>();
  for (const { way } of all) counts.set(way, (counts.get(way) ?? 0) + 1);
  return counts;
}
