// An account's submission server: takes mail or does not, as it is told, and remembers what it has taken.
import { sleep } from '../../../src/lib/deadline.js';
import { UpstreamError } from '../../../src/mail/errors.js';
import type { DeliveryReceipt, OutgoingMessage, Submitter } from '../../../src/upstream/connector.js';
import { tokenOf } from '../core-mail.js';
import { type FakeUpstream, flags } from '../fake-connector.js';

/**
 * What becomes of the next attempt. `cut`, `silent`: the connection is lost, or nothing comes for two minutes, before the end of
 * DATA; `cutBefore`, `cutAfter`, `silentAfter`: behind its final dot, when the message has not, or has been taken.
 */
export type Mishap =
  | 'refused'
  | 'refusedInPart'
  | 'later'
  | 'pause'
  | 'noLogin'
  | 'cut'
  | 'silent'
  | 'cutBefore'
  | 'cutAfter'
  | 'silentAfter';

const SILENCE_MS = 120_000;

const REPLIES: Readonly<Partial<Record<Mishap, UpstreamError>>> = {
  refused: new UpstreamError('permanent', 'spam', { replyCode: 554, serverText: '554 5.7.1 spam' }),
  later: new UpstreamError('transient', 'busy', { replyCode: 451, serverText: '451 4.3.0 later' }),
  pause: new UpstreamError('transient', 'too much', {
    replyCode: 421,
    serverText: '421 4.7.0 too much',
    meaning: 'throttle',
    retryAfterMs: 15 * 60_000,
  }),
  noLogin: new UpstreamError('transient', 'no login now', { replyCode: 454, serverText: '454 4.7.0 not now' }),
};
const LOST = new UpstreamError('transient', 'the connection was lost');
const LOST_BEHIND_THE_DOT = new UpstreamError('transient', 'the connection was lost', { outcomeUnknown: true });

export class PostOffice implements Submitter {
  /** What happens to the next attempts, one each. */
  readonly mishaps: Mishap[] = [];
  isReachable = true;
  /** How long it takes to answer. */
  answersAfterMs = 0;
  /** Whether it puts a copy into Sent. */
  readonly filesCopies: boolean;
  /** Whether the gateway is told so, or has to find out. */
  readonly isHabitKnown: boolean;
  /** By token: recipients of each time it was taken. */
  readonly taken = new Map<string, (readonly string[])[]>();
  /** By token, how often it was taken and its sender may not have been told. */
  readonly untold = new Map<string, number>();
  readonly #fake: FakeUpstream;

  constructor(fake: FakeUpstream, { filesCopies, isHabitKnown }: Pick<PostOffice, 'filesCopies' | 'isHabitKnown'>) {
    this.#fake = fake;
    this.isHabitKnown = isHabitKnown;
    this.filesCopies = filesCopies;
  }

  submit = async (message: OutgoingMessage, signal?: AbortSignal): Promise<DeliveryReceipt> => {
    if (!this.isReachable || signal?.aborted) throw LOST;
    const mishap = this.mishaps.shift();
    const reply = mishap && REPLIES[mishap];
    if (reply) throw reply;
    const pieces: Uint8Array[] = [];
    for await (const piece of message.open()) pieces.push(piece);
    await sleep(mishap === 'silent' ? SILENCE_MS : this.answersAfterMs, signal);
    if (signal?.aborted || mishap === 'silent' || mishap === 'cut') throw LOST;
    if (mishap === 'cutBefore') throw LOST_BEHIND_THE_DOT;
    const rejected = mishap === 'refusedInPart' ? message.rcptTo.slice(1) : [];
    const accepted = message.rcptTo.filter((recipient) => !rejected.includes(recipient));
    this.#take(Buffer.concat(pieces), accepted);
    if (mishap === 'cutAfter' || mishap === 'silentAfter') {
      this.untoldOf(tokenOf(Buffer.concat(pieces)));
      if (mishap === 'silentAfter') await sleep(SILENCE_MS, signal);
      throw LOST_BEHIND_THE_DOT;
    }
    return {
      accepted,
      rejected: rejected.map((recipient) => ({ recipient, replyCode: 550, text: '550 5.1.1 nobody' })),
      serverText: '250 taken',
    };
  };

  untoldOf(token: string): void {
    this.untold.set(token, (this.untold.get(token) ?? 0) + 1);
  }

  /** How often it was taken for this recipient. */
  timesTaken(token: string, recipient: string): number {
    return (this.taken.get(token) ?? []).filter((recipients) => recipients.includes(recipient)).length;
  }

  #take(bytes: Buffer, recipients: readonly string[]): void {
    const token = tokenOf(bytes);
    this.taken.set(token, [...(this.taken.get(token) ?? []), recipients]);
    if (this.filesCopies)
      this.#fake.deliver('Sent', bytes, { flags: flags('\\Seen'), internalDate: Math.floor(Date.now() / 1000) });
  }
}
