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

/** One IDLE, at most `ms` long. Answers false when the server refuses it, though it said it could. */
async function idle({ wire, view, logger }: WaitContext, signal: AbortSignal, ms: number): Promise<boolean> {
  let isIdling = false;
  let isEnding = false;
  const end = (): void => {
    if (isEnding) return;
    isEnding = true;
    if (isIdling) wire.line('DONE');
  };
  const command = wire.run('IDLE', [], {
    quiet: () => isIdling && !isEnding,
    onContinue: () => {
      isIdling = true;
      // DONE may not go before the server's `+`.
      if (isEnding) wire.line('DONE');
    },
  });
  const timer = setTimeout(end, ms);
  signal.addEventListener('abort', end, { once: true });
  const changed = new Promise<void>((resolve) => {
    view.onChange = () => {
      end();
      resolve();
    };
  });
  const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  try {
    // At the timer's end the tagged OK is waited for: it is how a dead connection is found.
    await Promise.race([command, changed, aborted]);
    return true;
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.kind !== 'permanent') throw error;
    logger.debug({ err: error }, 'IDLE refused, polling instead');
    return false;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    view.onChange = undefined;
    command.catch((error: unknown) => logger.debug({ err: error }, 'IDLE ended badly'));
  }
}
