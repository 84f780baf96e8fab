import type { Logger } from '../lib/logger.js';

/** A demo account as the configuration names it. */
export interface DemoAccountRequest {
  readonly name: string;
  readonly personality: 'qq' | 'gmail' | 'hotmail';
  /** Undefined: the personality's own. */
  readonly address: string | undefined;
}

/** Where a running demo account is, and how to sign in. */
export interface DemoAccountAccess {
  readonly address: string;
  readonly password: string;
  readonly imapPort: number;
  readonly smtpPort: number;
}

export interface DemoUpstreams extends AsyncDisposable {
  /** @throws {Error} for a name that was not asked for */
  account(name: string): DemoAccountAccess;
}

export async function startDemoUpstreams(
  accounts: readonly DemoAccountRequest[],
  options: { logger: Logger },
): Promise<DemoUpstreams> {
  if (accounts.length > 0) options.logger.warn('the demo accounts are not there yet');
  return {
    account: () => ({ address: 'x@qq.test', password: 'x', imapPort: 1, smtpPort: 1 }),
    [Symbol.asyncDispose]: async () => undefined,
  };
}
