// Sequence sets as the provider takes them.
import type { Decoder } from '../../imap/wire/decoder.js';
import { bad, viewOf } from '../command.js';
import type { DemoSession } from '../session.js';
import type { Target } from '../view.js';

/** Reads a set and finds its messages. A sequence number that is not there is BAD (RFC 3501 §9, seq-number). */
export function readTargets(session: DemoSession, decoder: Decoder, isUid: boolean): Target[] {
  const view = viewOf(session);
  const written = /^[0-9*:,]+/.exec(decoder.rest)?.[0] ?? '';
  const set = decoder.sequenceSet();
  const last = isUid ? (view.shown.at(-1)?.uid ?? 0) : view.exists;
  const refusal = session.account.personality.quirks.ascendingSetsOnly;
  if (refusal !== undefined && !isAscending(written, last)) throw bad(refusal);
  if (!isUid && set.ranges.some(([low, high]) => [low, high].some((seq) => Number.isFinite(seq) && seq > view.exists)))
    throw bad('Invalid messageset');
  return view.targets(set, isUid);
}

/** Of too many, the last ones; and the code that says where the server stopped (RFC 9738 §3). */
export function withinLimit(
  session: DemoSession,
  targets: readonly Target[],
): { readonly targets: readonly Target[]; readonly code: string | undefined } {
  const limit = session.account.personality.quirks.messageLimit;
  if (limit === undefined || targets.length <= limit) return { targets, code: undefined };
  const last = targets.slice(-limit);
  return { targets: last, code: `MESSAGELIMIT ${limit} ${last[0]?.entry.uid ?? 0}` };
}

/** What QQ refuses: `5:3`, `9,4`, and `12:*` in a mailbox that ends before 12. */
export function isAscending(written: string, last: number): boolean {
  let at = 0;
  for (const part of written.split(',')) {
    const [low = 0, high = low] = part.split(':').map((number) => (number === '*' ? last : Number(number)));
    if (low < at || high < low) return false;
    at = high;
  }
  return true;
}
