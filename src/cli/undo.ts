// gateway undo
import { loadConfig } from '../config/index.js';
import type { RemovalBatch, RemovedMessage } from '../gateway.js';
import { callControl } from '../status-socket/index.js';
import type { AskOptions } from './asking.js';
import { ExitCode, type Io } from './io.js';
import { parseSince } from './since.js';
import { count, duration, printable } from './text.js';

export interface UndoOptions extends AskOptions {
  readonly since: string | undefined;
  readonly dryRun: boolean;
  readonly list: boolean;
}

const UNDO_MS = 30 * 60_000;
/** Messages told one by one; JSON has all. */
const SHOWN = 10;

type Way = RemovedMessage['way'];
type Ways = Readonly<Record<Way, string>>;
const WAYS: Ways = {
  trash: 'moved back from Trash',
  cache: 'stored again from what was kept here',
  copy: 'copied from another mailbox',
  calledOff: 'not gone yet: its removal called off',
  recovered: 'put into Recovered',
  there: 'there already',
  undone: 'brought back before',
  lost: 'cannot be brought back',
};
/** What has not been done yet. */
const COULD: Ways = {
  ...WAYS,
  trash: 'would be moved back from Trash',
  cache: 'can be stored again from what is kept here',
  copy: 'would be copied from another mailbox',
  calledOff: 'not gone yet: its removal would be called off',
  recovered: 'would be put into Recovered',
};
const OLDER = 'Older ones: gateway undo --list, gateway undo --since TIME.';
const BACK: ReadonlySet<Way> = new Set(['trash', 'cache', 'copy', 'calledOff', 'recovered']);

export async function undo({ config: file, json, ...options }: UndoOptions, io: Io): Promise<ExitCode> {
  const { dataDir } = loadConfig(file, { lazySecrets: true });
  const since = options.since === undefined ? undefined : parseSince(options.since);
  const mode = options.list ? 'list' : options.dryRun ? 'dryRun' : 'undo';
  const request = { request: 'undo', mode, ...(since === undefined ? {} : { since }) } as const;
  const batches = (await callControl(dataDir, request, UNDO_MS)) as readonly RemovalBatch[];
  if (json)
    io.print(JSON.stringify({ event: mode === 'undo' ? 'undone' : 'removals', dryRun: mode !== 'undo', batches }));
  else for (const line of undoLines(batches, mode, Date.now(), since !== undefined)) io.print(line);
  const isShort = batches.some(({ messages }) => messages.some(({ way }) => way === 'lost'));
  return mode === 'undo' && isShort ? ExitCode.failed : ExitCode.ok;
}

export function undoLines(
  batches: readonly RemovalBatch[],
  mode: 'list' | 'dryRun' | 'undo',
  now = Date.now(),
  hasSince = false,
): string[] {
  if (batches.length === 0) return ['Nothing has been removed that could be brought back.'];
  const ways = mode === 'undo' ? WAYS : COULD;
  const lines = batches.flatMap((batch) => batchLines(batch, now, ways));
  const all = batches.flatMap(({ messages }) => messages).filter(({ again }) => !again);
  if (all.every(({ way }) => way === 'undone')) {
    if (mode === 'list' || hasSince) return [...lines, '', 'All of it has been brought back already.'];
    return [...lines, '', `The last deletion has been brought back already. ${OLDER}`];
  }
  const back = all.filter(({ way }) => BACK.has(way)).length;
  const lost = all.filter(({ way }) => way === 'lost').length;
  const unable = lost === 0 ? '' : ` ${messages(lost)} cannot be.`;
  if (mode === 'list') return [...lines, '', `${messages(back)} can be brought back.${unable}`];
  if (mode === 'dryRun') return [...lines, '', `${messages(back)} would be brought back.${unable} Nothing was done.`];
  return [...lines, '', `${messages(back)} brought back.${unable}`];
}

const messages = (number: number): string => `${count(number)} message${number === 1 ? '' : 's'}`;

function batchLines({ at, device, messages: all }: RemovalBatch, now: number, ways: Ways): string[] {
  const mailboxes = [...new Set(all.map(({ mailbox }) => mailbox))].join(', ');
  const by = device === '' ? '' : ` by ${device}`;
  const shown = all.slice(0, SHOWN).map((message) => messageLine(message, ways));
  const rest = all.length - shown.length;
  return [
    printable(
      `${timeText(at)} (${duration(Math.max(0, now - at))} ago)${by}, from ${mailboxes}: ${messages(all.length)}`,
    ),
    ...shown,
    ...(rest > 0 ? [`  … and ${messages(rest)} more: ${summary(all.slice(SHOWN), ways)}`] : []),
  ];
}

const messageLine = ({ subject, way, reason, again }: RemovedMessage, ways: Ways): string => {
  const name = subject.trim() === '' ? '(no subject)' : subject.trim();
  const short = [...name].length > 60 ? `${[...name].slice(0, 59).join('')}…` : name;
  if (again && BACK.has(way)) return printable(`  ${short}: comes back to where it was before`);
  return printable(`  ${short}: ${ways[way]}${reason === undefined ? '' : `, ${reason}`}`);
};

function summary(all: readonly RemovedMessage[], ways: Ways): string {
  const counts = new Map<Way, number>();
  for (const { way } of all) counts.set(way, (counts.get(way) ?? 0) + 1);
  return [...counts].map(([way, number]) => `${count(number)} ${ways[way]}`).join('; ');
}

/** This machine's time. */
function timeText(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
