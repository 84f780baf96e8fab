// A session of a client library: a script that does things, as its users would write it, and prints what it saw as JSON.
import { fileURLToPath } from 'node:url';
import { runCommand } from '../real/command.js';
import { PASSWORD } from '../real/server.js';
import type { RealAccount, ThreeAccounts } from '../real/three-accounts.js';

/** What a script is given, as JSON, in its only argument. */
export interface SessionFacts {
  readonly imap: number;
  readonly imaps: number;
  readonly smtp: number;
  readonly smtps: number;
  readonly ca: string;
  readonly user: string;
  readonly password: string;
  /** An account's own server, for mail that arrives behind the gateway's back. In plain text. */
  readonly upstream: { readonly port: number; readonly user: string; readonly password: string };
}

/**
 * Runs a script that lies in test/real/clients; resolves with what it printed.
 * @throws with all it said unless it ended well and told no warning
 */
export async function runSession(
  interpreter: string,
  script: string,
  { gateway, dovecot }: ThreeAccounts,
  { address }: RealAccount,
): Promise<Record<string, unknown>> {
  const { ports, caFile, user, password } = gateway;
  const facts: SessionFacts = {
    ...ports,
    ca: caFile,
    user,
    password,
    upstream: { port: dovecot.port, user: address, password: PASSWORD },
  };
  const file = fileURLToPath(new URL(`../../real/clients/${script}`, import.meta.url));
  const { code, stdout, stderr } = await runCommand(interpreter, [file, JSON.stringify(facts)]);
  if (code !== 0 || stderr !== '') throw new Error(`${script} ended with ${code}:\n${stderr}\n${stdout}`);
  return JSON.parse(stdout) as Record<string, unknown>;
}
