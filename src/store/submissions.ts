import type { Database } from './database.js';

/** One to whom a message could not be delivered, in the server's words (RFC 3464 §2.3). */
export interface FailedRecipient {
  readonly recipient: string;
  readonly replyCode: number;
  readonly text: string;
}

export type SubmissionState = 'queued' | 'sending' | 'delivered' | 'failed' | 'unknown';
/** How far the copy in Sent is: see core/outbox. */
export type SentCopyState = 'pending' | 'watching' | 'done' | 'absorbed' | 'none';

/** A message a client has handed us to send. */
export interface SubmissionRow {
  readonly id: number;
  readonly accountId: number;
  readonly mailFrom: string;
  /** Still to be delivered to. */
  readonly rcptTo: readonly string[];
  /** Without angle brackets. */
  readonly messageId: string;
  readonly bodyRef: string;
  readonly sizeBytes: number;
  readonly eightBit: boolean;
  readonly smtpUtf8: boolean;
  readonly state: SubmissionState;
  readonly attempts: number;
  readonly createdAt: number;
  readonly nextAttemptAt: number;
  /** Unix milliseconds: of nextAttemptAt, what the provider asked for; 0: it did not. */
  readonly askedUntil: number;
  readonly lastError: string | undefined;
  readonly sentCopy: SentCopyState;
  /** Recipients that were refused, of whom the sender has not been told yet. */
  readonly toReport: readonly FailedRecipient[];
}

interface RawSubmission {
  id: number;
  accountId: number;
  mailFrom: string;
  rcptTo: string;
  messageId: string;
  bodyRef: string;
  sizeBytes: number;
  eightBit: number;
  smtpUtf8: number;
  state: SubmissionState;
  attempts: number;
  createdAt: number;
  nextAttemptAt: number;
  askedUntil: number;
  lastError: string | null;
  sentCopy: SentCopyState;
  /** JSON of FailedRecipient[]. */
  verdict: string | null;
}

const fromRaw = (raw: RawSubmission): SubmissionRow => ({
  ...raw,
  rcptTo: JSON.parse(raw.rcptTo) as string[],
  eightBit: raw.eightBit === 1,
  smtpUtf8: raw.smtpUtf8 === 1,
  lastError: raw.lastError ?? undefined,
  toReport: raw.verdict === null ? [] : (JSON.parse(raw.verdict) as FailedRecipient[]),
});

export type NewSubmission = Pick<
  SubmissionRow,
  'accountId' | 'mailFrom' | 'rcptTo' | 'messageId' | 'bodyRef' | 'sizeBytes' | 'eightBit' | 'smtpUtf8'
>;

export interface StateDetails {
  readonly lastError?: string;
  readonly nextAttemptAt?: number;
  readonly askedUntil?: number;
  readonly toReport?: readonly FailedRecipient[];
}

export interface SubmissionStore {
  insert(submission: NewSubmission): SubmissionRow;
  get(id: number): SubmissionRow | undefined;
  /** Those not ended yet, and those whose sent copy is not settled. */
  unfinished(): SubmissionRow[];
  recentByMessageId(messageId: string, since: number): SubmissionRow | undefined;
  /** Before an attempt: from here on its outcome is unknown until told. */
  setSending(id: number, attempts: number, nextAttemptAt: number): void;
  setState(id: number, state: SubmissionState, details?: StateDetails): void;
  /** Those that failed, and whose sender has not been told yet. */
  failedUnreported(): SubmissionRow[];
  setReported(id: number): void;
  /** Those of the account that wait are due now, or when the provider said; with `force`, now all the same. */
  retryNow(accountId: number, force: boolean): void;
  setSentCopy(id: number, sentCopy: SentCopyState): void;
  /** When it was handed over, Unix milliseconds, where the clock was wrong then. */
  setCreated(id: number, at: number): void;
  counts(): { queued: number; failed: number };
  /** By account, of those that could not be sent so far. */
  waiting(): { accountId: number; messages: number; reason: string; nextAttemptAt: number }[];
}

export function createSubmissionStore({ sqlite }: Database): SubmissionStore {
  const insert = sqlite.prepare(
    `INSERT INTO submissions (accountId, mailFrom, rcptTo, messageId, bodyRef, sizeBytes, eightBit, smtpUtf8, state, createdAt, nextAttemptAt)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?) RETURNING *`,
  );
  const get = sqlite.prepare('SELECT * FROM submissions WHERE id = ?');
  const unfinished = sqlite.prepare(
    `SELECT * FROM submissions WHERE state IN ('queued', 'sending', 'unknown')
       OR (state = 'delivered' AND sentCopy IN ('pending', 'watching')) ORDER BY id`,
  );
  const recent = sqlite.prepare(
    `SELECT * FROM submissions WHERE messageId = ? AND createdAt >= ? AND state <> 'failed' ORDER BY id DESC LIMIT 1`,
  );
  const setSending = sqlite.prepare(
    "UPDATE submissions SET state = 'sending', attempts = ?, nextAttemptAt = ? WHERE id = ?",
  );
  const setState = sqlite.prepare(
    `UPDATE submissions SET state = ?, lastError = ifnull(?, lastError), nextAttemptAt = ifnull(?, nextAttemptAt),
       askedUntil = ifnull(?, askedUntil), verdict = ifnull(?, verdict) WHERE id = ?`,
  );
  const failedUnreported = sqlite.prepare(
    "SELECT * FROM submissions WHERE state = 'failed' AND verdict IS NOT NULL ORDER BY id",
  );
  const setReported = sqlite.prepare('UPDATE submissions SET verdict = NULL WHERE id = ?');
  const retryNow = sqlite.prepare(
    `UPDATE submissions SET nextAttemptAt = CASE WHEN @force THEN @now ELSE min(nextAttemptAt, max(@now, askedUntil)) END
     WHERE accountId = @accountId AND state IN ('queued', 'unknown')`,
  );
  const setSentCopy = sqlite.prepare('UPDATE submissions SET sentCopy = ? WHERE id = ?');
  const setCreated = sqlite.prepare('UPDATE submissions SET createdAt = ? WHERE id = ?');
  const counts = sqlite.prepare(
    `SELECT ifnull(sum(state IN ('queued', 'sending', 'unknown')), 0) AS queued, ifnull(sum(state = 'failed'), 0) AS failed FROM submissions`,
  );
  // With min() or max() alone, SQLite takes the other columns from the row that has it.
  const waiting = sqlite.prepare(
    `SELECT accountId, count(*) AS messages, lastError AS reason, min(nextAttemptAt) AS nextAttemptAt FROM submissions
     WHERE state IN ('queued', 'unknown') AND lastError IS NOT NULL GROUP BY accountId ORDER BY accountId`,
  );
  const one = (raw: unknown) => (raw === undefined ? undefined : fromRaw(raw as RawSubmission));
  return {
    insert: (s) => {
      const now = Date.now();
      const rcptTo = JSON.stringify(s.rcptTo);
      const flags = [s.eightBit ? 1 : 0, s.smtpUtf8 ? 1 : 0];
      return fromRaw(
        insert.get(
          s.accountId,
          s.mailFrom,
          rcptTo,
          s.messageId,
          s.bodyRef,
          s.sizeBytes,
          ...flags,
          now,
          now,
        ) as RawSubmission,
      );
    },
    get: (id) => one(get.get(id)),
    unfinished: () => (unfinished.all() as RawSubmission[]).map(fromRaw),
    recentByMessageId: (messageId, since) => one(recent.get(messageId, since)),
    setSending: (id, attempts, nextAttemptAt) => void setSending.run(attempts, nextAttemptAt, id),
    setState: (id, state, { lastError, nextAttemptAt, askedUntil, toReport = [] } = {}) => {
      const verdict = toReport.length > 0 ? JSON.stringify(toReport) : null;
      setState.run(state, lastError ?? null, nextAttemptAt ?? null, askedUntil ?? null, verdict, id);
    },
    failedUnreported: () => (failedUnreported.all() as RawSubmission[]).map(fromRaw),
    setReported: (id) => void setReported.run(id),
    retryNow: (accountId, force) => void retryNow.run({ accountId, now: Date.now(), force: force ? 1 : 0 }),
    setSentCopy: (id, sentCopy) => void setSentCopy.run(sentCopy, id),
    setCreated: (id, at) => void setCreated.run(at, id),
    counts: () => counts.get() as { queued: number; failed: number },
    waiting: () => waiting.all() as ReturnType<SubmissionStore['waiting']>,
  };
}
