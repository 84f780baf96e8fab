// Waiting for news of the selected source: IDLE (RFC 2177), else NOOP now and then.
import { sleep } from '../../lib/deadline.js';
import type { Logger } from '../../lib/logger.js';
import { UpstreamError } from '../../mail/errors.js';
import type { UpstreamCapabilities } from '../connector.js';
import type { ConnectorTraits } from '../providers/provider.js';
import type { SelectedView } from './view.js';
import type { Wire } from './wire.js';

export type Waited = 'changed' | 'aborted' | 'timeout';

export interface WaitContext {
  readonly wire: Wire;
  readonly view: SelectedView;
  readonly capabilities: UpstreamCapabilities;
  readonly traits: ConnectorTraits;
  readonly logger: Logger;
  /** The quoted name of the selected source. */
  readonly name: string;
}

/** Returns as soon as something is known; the end of IDLE is on its way then, and the next command waits behind it. */
export async function waitForChange(context: WaitContext, signal: AbortSignal, maxMs: number): Promise<Waited> {
  const until = performance.now() + maxMs;
  let canIdle = context.capabilities.idle;
  for (;;) {
    if (context.view.takeChange()) return 'changed';
    if (signal.aborted) return 'aborted';
    const left = until - performance.now();
    if (left <= 0) return 'timeout';
    if (!canIdle) await poll(context, signal, Math.min(left, context.traits.pollMs));
    else canIdle = await idle(context, signal, Math.min(left, context.traits.idleMs));
  }
}

async function poll({ wire, traits, name }: WaitContext, signal: AbortSignal, ms: number): Promise<void> {
  const sleeping = new AbortController();
  await Promise.race([sleep(ms, AbortSignal.any([signal, sleeping.signal])), wire.closed]);
  sleeping.abort();
  if (signal.aborted) return;
  // Quirk(163): NOOP alone does not keep the connection alive.
  if (traits.statusKeepsAlive) await wire.run('STATUS', [name, '(MESSAGES)']);
  await wire.run('NOOP');
}

/** One IDLE, at most `ms` long. Answers false when the server will not have it, though it said it could. */
async function idle({ wire, view, traits, logger }: WaitContext, signal: AbortSignal, ms: number): Promise<boolean> {
  let isIdling = false;
  let isEnding = false;
  let tell = (): void => undefined;
  const told = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const end = (): void => {
    // DONE may not go before the server's `+`.
    if (isIdling && !isEnding) wire.line('DONE');
    isEnding = true;
  };
  const endNow = (): void => {
    end();
    tell();
  };
  const command = wire.run('IDLE', [], {
    quiet: () => isIdling && !isEnding,
    // A half-open connection is found out within two polls: one of waiting for news, one of waiting for the end of it.
    deadlineMs: traits.pollMs,
    onContinue: () => {
      isIdling = true;
      if (isEnding) wire.line('DONE');
    },
  });
  // At its own end the tagged OK is waited for: it is how a dead connection is found.
  const timer = setTimeout(end, ms);
  signal.addEventListener('abort', endNow, { once: true });
  view.onChange = endNow;
  try {
    await Promise.race([command, told]);
    // A server that ends IDLE by itself would have us ask again and again.
    return isEnding;
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.kind !== 'permanent') throw error;
    logger.debug({ err: error }, 'IDLE refused, polling instead');
    return false;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', endNow);
    view.onChange = undefined;
    command.catch((error: unknown) => logger.debug({ err: error }, 'IDLE ended badly'));
  }
}
