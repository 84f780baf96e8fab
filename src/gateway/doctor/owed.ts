// What is still owed to the providers, and what the gateway itself has found wrong.
import type Sqlite from 'better-sqlite3';
import type { GatewayStatus } from '../../gateway.js';
import { inLanguage } from '../../lib/languages.js';
import { whenText } from '../../lib/when.js';
import { type Finding, findings, said } from './finding.js';

interface OwedRow {
  readonly name: string;
  readonly depth: number;
  readonly oldest: number;
  readonly attempts: number;
  readonly lastError: string | null;
}

/** Tried so often, the user should know why it fails (core/journal/pusher.ts). */
const WORRYING_ATTEMPTS = 8;

export function checkOwed(sqlite: Sqlite.Database | undefined): Finding[] {
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
    const what = said(
      `${depth} ${depth === 1 ? 'change is' : 'changes are'} yet to be carried out`,
      `${depth} 项更改尚未执行`,
    );
    const evidence = `since ${whenText(oldest)}${lastError === null ? '' : `: ${lastError}`}`;
    return attempts >= WORRYING_ATTEMPTS ? of.bad(what, OWED_REMEDY, evidence) : of.note(what, evidence);
  });
  const count = (states: string) =>
    sqlite.prepare(`SELECT count(*) FROM submissions WHERE state IN (${states})`).pluck().get() as number;
  const queued = count("'queued', 'sending', 'unknown'");
  if (queued > 0)
    found.push(
      say.note(
        said(`${queued} ${queued === 1 ? 'message is' : 'messages are'} yet to be sent`, `${queued} 封邮件尚未发出`),
      ),
    );
  return found.length > 0 ? found : [say.ok(said('nothing is owed to the providers', '没有待执行的更改或待发的邮件'))];
}

const inBoth = (text: string) => said(inLanguage(text, 'en'), inLanguage(text, 'zh'));

/** As `gateway status` tells them; not what has been `told` of the account already. */
export const toldProblems = ({ problems }: Pick<GatewayStatus, 'problems'>, told: readonly Finding[]): Finding[] => {
  const isTold = ({ account, text }: GatewayStatus['problems'][number]) =>
    told.some(
      (one) =>
        one.account !== undefined &&
        one.account === account &&
        one.level === 'bad' &&
        one.evidence !== undefined &&
        text.includes(one.evidence),
    );
  return problems
    .filter((problem) => !isTold(problem))
    .map(({ account, text, remedy, since }) =>
      findings('owed', account).bad(inBoth(text), inBoth(remedy), `since ${whenText(since)}`),
    );
};

const OWED_REMEDY = said(
  'They are kept, and tried again by themselves; the lines of this account above say what is in the way.',
  '更改已保留并会自动重试；请看上面该账号的检查结果。',
);
