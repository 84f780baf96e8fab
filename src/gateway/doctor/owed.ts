// What is still owed to the providers, and what the gateway itself has found wrong.
import type Sqlite from 'better-sqlite3';
import type { GatewayStatus } from '../../gateway.js';
import { inLanguage } from '../../lib/languages.js';
import { type Finding, findings, said } from './finding.js';
import * as words from './words.js';

interface OwedRow {
  readonly name: string;
  readonly depth: number;
  readonly oldest: number;
  readonly attempts: number;
  readonly lastError: string | null;
}

/** Tried so often, the user should know why it fails (core/journal/pusher.ts). */
const WORRYING_ATTEMPTS = 8;

/** `told`: what has been found of the accounts. */
export function checkOwed(sqlite: Sqlite.Database | undefined, told: readonly Finding[]): Finding[] {
  if (!sqlite) return [];
  const say = findings('owed');
  const rows = sqlite
    .prepare(
      `SELECT a.name, count(*) AS depth, min(j.createdAt) AS oldest, max(j.attempts) AS attempts, max(j.lastError) AS lastError
       FROM journal j JOIN accounts a ON a.id = j.accountId GROUP BY a.id`,
    )
    .all() as OwedRow[];
  const found = rows.map(({ name, depth, oldest, attempts, lastError }) => {
    const of = findings('owed', name);
    const [what, evidence] = [words.changesOwed(depth), words.since(oldest, lastError ?? '')];
    if (isAtFault(told, name, 'imap')) return of.note(words.waitsForIt(what), words.since(oldest));
    return attempts >= WORRYING_ATTEMPTS ? of.bad(what, words.OWED_REMEDY, evidence) : of.note(what, evidence);
  });
  const count = (states: string) =>
    sqlite.prepare(`SELECT count(*) FROM submissions WHERE state IN (${states})`).pluck().get() as number;
  const queued = count("'queued', 'sending', 'unknown'");
  if (queued > 0) found.push(say.note(words.messagesOwed(queued)));
  return found.length > 0 ? found : [say.ok(words.NOTHING_OWED)];
}

/** Something is wrong with the account, and this side of it does not work. */
function isAtFault(told: readonly Finding[], account: string, side: 'imap' | 'smtp'): boolean {
  const sides = told.filter(({ area, account: of }) => of === account && (area === 'imap' || area === 'smtp'));
  const last = sides.filter(({ area }) => area === side).at(-1);
  return last !== undefined && last.level !== 'ok' && sides.some(({ level }) => level === 'bad');
}

/** The side of an account that a problem of this subject is about; undefined: neither. */
const SIDES: Readonly<Record<string, 'imap' | 'smtp'>> = {
  connection: 'imap',
  'journal waits': 'imap',
  smtp: 'smtp',
};

const inBoth = (text: string) => said(inLanguage(text, 'en'), inLanguage(text, 'zh'));

/** As `gateway status` tells them; of a fault that has been `told` only that the gateway has met it too. */
export const toldProblems = ({ problems }: Pick<GatewayStatus, 'problems'>, told: readonly Finding[]): Finding[] =>
  problems.map(({ account, subject, text, remedy, since }) => {
    const say = findings('owed', account);
    const side = SIDES[subject];
    // What a restore has brought back is told, and nothing is wrong.
    if (subject === 'restored') return say.note(inBoth(text), words.since(since), inBoth(remedy));
    return account !== undefined && side !== undefined && isAtFault(told, account, side)
      ? say.note(words.metToo(inBoth(text)), words.since(since))
      : say.bad(inBoth(text), inBoth(remedy), words.since(since));
  });
