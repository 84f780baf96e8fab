// Sending (DESIGN §9): committed before anything else, tried at once, retried, reported; one send, one copy (promise 4).
import { orAfter, sleep } from '../../lib/deadline.js';
import { insist } from '../../lib/insist.js';
import { createDueTimes } from '../../lib/moment.js';
import { createMutex, type Mutex } from '../../lib/mutex.js';
import { MailboxError, UpstreamError } from '../../mail/errors.js';
import { keptFailure } from '../../mail/kept-failure.js';
import type { SubmissionRow } from '../../store/submissions.js';
import type { SubmissionRequest, SubmissionVerdict } from '../core.js';
import type { OutboxOptions, OutboxRun, SendingAccount } from './contract.js';
import { deliveryReport } from './delivery-report.js';
import { createSendingPauses, SIGN_IN_REFUSED } from './pauses.js';
import { outgoing, outgoingSize, prepare, readHeader } from './prepare.js';
import { createSentCopySettling } from './sent-copy.js';
import {
  ABSORB_MS,
  BACKOFF_MS,
  isGivenUp,
  LONGEST_WAIT_MS,
  LOOK_FIRST_MS,
  LOOK_MS,
  MINUTE,
  UNREACHABLE_MS,
} from './timing.js';

export function createOutbox(options: OutboxOptions): OutboxRun {
  const { submissions, database, accounts, seenTime } = options;
  const { bodies, sentCopies, logger, verdictMs = 20_000, watchSentMs = 30_000 } = options;
  const stop = new AbortController();
  const mutexes = new Map<number, Mutex>(accounts.map(({ id }) => [id, createMutex()]));
  const pauses = createSendingPauses(options);
  const sentCopy = createSentCopySettling({ ...options, watchSentMs, signal: stop.signal });
  /** Could not be reached at the last attempt. */
  const unreachable = new Set<number>();
  /** By account: how often somebody has wanted its messages to be tried at once. */
  const wanted = new Map<number, number>();
  let nap = new AbortController();
  const waiting = new Set<number>();
  const due = createDueTimes(LONGEST_WAIT_MS);
  const background = new Set<Promise<void>>();
  /** The disk may be full: an outcome is written down as soon as it can be. */
  const writeDown = (work: () => void | Promise<void>) =>
    insist(work, {
      everyMs: LOOK_MS,
      signal: stop.signal,
      onError: (err) => logger.error({ err }, 'the outcome of a delivery cannot be written down'),
    });
  const settle = (account: SendingAccount, row: SubmissionRow) => writeDown(() => sentCopy.settle(account, row));
  const byAddress = (address: string | undefined) =>
    address === undefined ? undefined : accounts.find(({ identities }) => identities.includes(address.toLowerCase()));
  const inBackground = (work: Promise<void>) => {
    const guarded = work.catch((err: unknown) => logger.error({ err }, 'outbox'));
    background.add(guarded);
    void guarded.finally(() => background.delete(guarded));
  };

  const submit = async (request: SubmissionRequest): Promise<SubmissionVerdict> => {
    const prepared = await prepare(bodies, request.message);
    const account = byAddress(prepared.from);
    if (!account || (request.mailFrom !== '' && !byAddress(request.mailFrom))) {
      bodies.unpin(prepared.message.bodyRef);
      throw new MailboxError(
        'NOPERM',
        prepared.from ? `the sender ${prepared.from} is not one of the accounts here` : 'the message has no From',
      );
    }
    const isOwnEnvelope = account.identities.includes(request.mailFrom.toLowerCase());
    const row = database.durable(() =>
      submissions.insert({
        accountId: account.id,
        // Providers refuse an envelope sender that is not the login's own (providers.md §2, §5).
        mailFrom: isOwnEnvelope ? request.mailFrom : account.address,
        rcptTo: request.rcptTo,
        messageId: prepared.messageId,
        bodyRef: prepared.message.bodyRef,
        sizeBytes: prepared.message.sizeBytes,
        eightBit: request.eightBit,
        smtpUtf8: request.smtpUtf8,
      }),
    );
    waiting.add(row.id);
    // It is committed, so it will be sent, whatever went wrong now: a client told otherwise would hand it over twice.
    const attempt = tryNow(row.id).catch((err: unknown): SubmissionVerdict => {
      logger.error({ err, submission: row.id }, 'an attempt to send failed unexpectedly');
      return { kind: 'queued', text: 'queued; it will be tried again' };
    });
    inBackground(attempt.then(() => undefined));
    const late: SubmissionVerdict = { kind: 'queued', text: 'queued; it will be sent' };
    const verdict = await orAfter(verdictMs, stop.signal, attempt, late);
    waiting.delete(row.id);
    return verdict;
  };
  /** One attempt; one at a time for each account. */
  const tryNow = (id: number): Promise<SubmissionVerdict> => {
    const account = accounts.find((candidate) => candidate.id === submissions.get(id)?.accountId);
    const mutex = account && mutexes.get(account.id);
    if (!account || !mutex) return Promise.resolve({ kind: 'queued', text: 'its account is not configured any more' });
    return mutex.run(() => attemptOnce(account, id));
  };
  const attemptOnce = async (account: SendingAccount, id: number): Promise<SubmissionVerdict> => {
    const row = submissions.get(id);
    // Not before its time: another attempt, made while this one waited for its turn, may have ended without a verdict.
    const isDue = row && due.leftMs(id, row.nextAttemptAt) === 0;
    if (!row || !isDue || stop.signal.aborted || row.state === 'delivered' || row.state === 'failed')
      return { kind: 'queued', text: 'queued' };
    await account.limits.smtp.ready;
    const held = pauses.held(account);
    if (held !== undefined) return { kind: 'queued', text: held };
    const backoff = BACKOFF_MS[Math.min(row.attempts, BACKOFF_MS.length - 1)] ?? MINUTE;
    const wishes = wanted.get(account.id);
    const nextAttemptAt = Date.now() + backoff;
    database.durable(() => submissions.setSending(id, row.attempts + 1, nextAttemptAt));
    due.leftMs(id, nextAttemptAt);
    try {
      const sizeBytes = await outgoingSize(bodies, row);
      const open = () => outgoing(bodies, row.bodyRef);
      const receipt = await account.submitter.submit({ ...row, sizeBytes, open }, stop.signal);
      pauses.accepted(account, row.rcptTo.length);
      unreachable.delete(id);
      inBackground(onDelivered(account, row, receipt.rejected));
      return { kind: 'delivered', text: receipt.serverText };
    } catch (error) {
      if (!(error instanceof UpstreamError)) {
        submissions.setState(id, 'queued', { lastError: keptFailure(error) });
        throw error;
      }
      return await onFailure(account, row, error, wishes);
    }
  };
  /** Whatever fails from here on, the message is out: it must never be queued again. */
  const onDelivered = async (account: SendingAccount, row: SubmissionRow, rejected: SubmissionRow['toReport']) => {
    await writeDown(() => database.durable(() => submissions.setState(row.id, 'delivered', { toReport: rejected })));
    await report(account, row.id);
    await settle(account, row);
  };

  const onFailure = async (
    account: SendingAccount,
    row: SubmissionRow,
    error: UpstreamError,
    wishes: number | undefined,
  ): Promise<SubmissionVerdict> => {
    const { serverText = error.message, replyCode = 550, outcomeUnknown = false } = error.details;
    logger.warn({ err: error, submission: row.id }, 'a message could not be sent now');
    const isHeld = pauses.failed(account, error);
    const isOver = error.kind === 'permanent' || isGivenUp(row, seenTime.ago);
    unreachable.delete(row.id);
    if (isOver) {
      const failed = row.rcptTo.map((recipient) => ({ recipient, replyCode, text: serverText }));
      // Who waits for the answer is told by it.
      const toReport = waiting.has(row.id) ? [] : failed;
      await writeDown(() =>
        database.durable(() => submissions.setState(row.id, 'failed', { lastError: keptFailure(error), toReport })),
      );
      if (toReport.length === 0) bodies.unpin(row.bodyRef);
      await report(account, row.id);
      return { kind: 'refused', replyCode, text: serverText };
    }
    const state = outcomeUnknown ? 'unknown' : 'queued';
    const details = {
      lastError: keptFailure(error),
      // What holds it back then is the account's pause, not a time of its own.
      ...(isHeld ? { nextAttemptAt: 0, askedUntil: 0 } : nextAttempt(row, error, wishes)),
    };
    await writeDown(() => database.durable(() => submissions.setState(row.id, state, details)));
    due.leftMs(row.id, details.nextAttemptAt);
    if (error.kind === 'auth') return { kind: 'queued', text: SIGN_IN_REFUSED };
    return { kind: 'queued', text: pauses.held(account) ?? 'queued; it will be tried again' };
  };
  const nextAttempt = ({ id, accountId }: SubmissionRow, { details }: UpstreamError, wishes: number | undefined) => {
    const askedUntil = details.retryAfterMs ? Date.now() + details.retryAfterMs : 0;
    let planned = submissions.get(id)?.nextAttemptAt ?? 0;
    if (details.replyCode === undefined && !details.outcomeUnknown && details.code === undefined) {
      // It costs nobody anything to try again soon.
      unreachable.add(id);
      planned = Math.min(planned, Date.now() + UNREACHABLE_MS);
    }
    // Somebody wanted it while it was being tried.
    if (wanted.get(accountId) !== wishes) planned = 0;
    return { nextAttemptAt: Math.max(planned, askedUntil), askedUntil };
  };
  /** The client was told 250 already: a report in INBOX takes the place of the refusal, once. */
  const report = (account: SendingAccount, id: number): Promise<void> =>
    writeDown(async () => {
      const row = submissions.get(id);
      if (!row || row.toReport.length === 0) return;
      const { messageId, toReport: failed, bodyRef } = row;
      const header = await readHeader(bodies, bodyRef);
      const bytes = deliveryReport({ to: account.address, messageId, failed, header });
      await sentCopies.deliverLocal(account.id, bytes, () => {
        submissions.setReported(id);
        if (row.state === 'failed') bodies.unpin(bodyRef);
      });
    });

  /** An attempt whose outcome was never told: Sent may know (DESIGN §9). Without evidence it is sent again: a duplicate beats a loss. */
  const resolveUnknown = async (account: SendingAccount, row: SubmissionRow): Promise<void> => {
    const found = await sentCopies.alreadyInSent(account.id, row.messageId).catch(() => undefined);
    // Sent cannot be looked at now: to wait is safe, for as long as it can be no loss.
    if (found === undefined && row.createdAt > seenTime.ago(LOOK_FIRST_MS)) {
      submissions.setState(row.id, 'unknown', { nextAttemptAt: Date.now() + MINUTE });
      return;
    }
    if (!found) return void (await tryNow(row.id));
    database.durable(() => submissions.setState(row.id, 'delivered'));
    sentCopy.finish(row, 'none');
  };

  const lookNow = () => {
    nap.abort();
    nap = new AbortController();
  };
  const retryAll = async (account: SendingAccount): Promise<void> => {
    for (const row of submissions.unfinished()) {
      if (row.accountId !== account.id || stop.signal.aborted || waiting.has(row.id)) continue;
      if (due.leftMs(row.id, row.nextAttemptAt) > 0) continue;
      if (pauses.held(account) !== undefined) return;
      try {
        if (row.state === 'queued') await tryNow(row.id);
        else if (row.state === 'unknown') await resolveUnknown(account, row);
      } catch (err) {
        logger.error({ err, submission: row.id }, 'a message could not be tried again');
      }
    }
  };
  const retryLoop = async (): Promise<void> => {
    await database.health.well(stop.signal);
    // Whoever starts the gateway again may have mended what kept them back.
    for (const { id } of accounts) await writeDown(() => submissions.retryNow(id, false));
    for (const row of submissions.unfinished()) {
      // Cut off by the end of the last run.
      if (row.createdAt > Date.now()) await writeDown(() => submissions.setCreated(row.id, Date.now()));
      if (row.state === 'sending') await writeDown(() => submissions.setState(row.id, 'unknown'));
      const account = accounts.find(({ id }) => id === row.accountId);
      if (row.state === 'delivered' && account) inBackground(report(account, row.id).then(() => settle(account, row)));
    }
    for (const row of submissions.failedUnreported()) {
      const account = accounts.find(({ id }) => id === row.accountId);
      if (account) inBackground(report(account, row.id));
    }
    /** The accounts whose turn lasts still: a server that does not answer is waited for by its own mail alone. */
    const busy = new Set<number>();
    while (!stop.signal.aborted) {
      await database.health.well(stop.signal);
      seenTime.look();
      for (const account of accounts) {
        if (busy.has(account.id)) continue;
        busy.add(account.id);
        inBackground(retryAll(account).finally(() => busy.delete(account.id)));
      }
      await sleep(LOOK_MS, AbortSignal.any([stop.signal, nap.signal]));
    }
  };

  return {
    outbox: {
      isOwnAddress: (address) => byAddress(address) !== undefined,
      sizeLimit: () => options.sizeLimit,
      spool: (sizeBytes) => {
        if (sizeBytes > options.sizeLimit)
          throw new MailboxError('TOOBIG', `messages may have at most ${options.sizeLimit} bytes`);
        return bodies.spool();
      },
      submit,
    },
    submittedBy: (messageId) => {
      const row = submissions.recentByMessageId(messageId, seenTime.ago(ABSORB_MS));
      const account = accounts.find(({ id }) => id === row?.accountId);
      return account && { accountId: account.id, savesSent: account.savesSent() };
    },
    isBeingSent: (messageId) => {
      const { state } = submissions.recentByMessageId(messageId, 0) ?? {};
      return state === 'queued' || state === 'sending' || state === 'unknown';
    },
    counts: () => submissions.counts(),
    waiting: () => submissions.waiting(),
    retryNow: (accountId, { force }) => {
      pauses.lift(accountId, { force });
      submissions.retryNow(accountId, force);
      wanted.set(accountId, (wanted.get(accountId) ?? 0) + 1);
      lookNow();
    },
    networkIsBack: () => {
      for (const id of unreachable) {
        const { state, askedUntil = 0 } = submissions.get(id) ?? {};
        if (state === 'queued') submissions.setState(id, state, { nextAttemptAt: askedUntil });
      }
      unreachable.clear();
      lookNow();
    },
    start: () => {
      inBackground(pauses.review());
      inBackground(retryLoop());
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await Promise.all(background);
    },
  };
}
