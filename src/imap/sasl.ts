// Mechanisms of AUTHENTICATE (RFC 4422): what is said, and whom it shows the client to be.
import type { Device } from '../core/core.js';
import { MailboxError } from '../mail/errors.js';
import type { CommandContext } from './command.js';
import { BadCommandError } from './errors.js';

/** A dialogue in base64 (RFC 9051 §6.2.2). */
export interface SaslExchange {
  /** The client's first message: the initial response (RFC 4959), else the answer to an empty challenge. */
  first(): Promise<string>;
  /** Sends a challenge and reads the answer. @throws {BadCommandError} for a cancel, and for what is no base64 or UTF-8 */
  ask(challenge: string): Promise<string>;
}

export function createExchange({ conversation }: CommandContext, initial: string | undefined): SaslExchange {
  const ask = async (challenge: string) =>
    decodeResponse(await conversation.ask(Buffer.from(challenge, 'utf8').toString('base64')));
  // RFC 4959 §3: "=" is an empty initial response.
  return { ask, first: async () => (initial === undefined ? ask('') : initial === '=' ? '' : decodeResponse(initial)) };
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeResponse(line: string | undefined): string {
  if (line === undefined || line === '*') throw new BadCommandError('authentication was cancelled');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(line) || line.length % 4 !== 0)
    throw new BadCommandError('the response is not base64');
  try {
    return UTF8.decode(Buffer.from(line, 'base64'));
  } catch (error) {
    throw new BadCommandError('the response is not UTF-8', { cause: error });
  }
}

/** RFC 4616 */
export async function plain(context: CommandContext, exchange: SaslExchange): Promise<Device> {
  const [authorization = '', user, password, extra] = (await exchange.first()).split('\0');
  if (user === undefined || password === undefined || extra !== undefined)
    throw new BadCommandError('malformed PLAIN response');
  return authorized(await verified(context, user, password), authorization, user);
}

/** Never standardised; two prompts. */
export async function loginMechanism(
  context: CommandContext,
  exchange: SaslExchange,
  hasInitial: boolean,
): Promise<Device> {
  // curl sends the user name as initial response.
  const user = hasInitial ? await exchange.first() : await exchange.ask('Username:');
  return verified(context, user, await exchange.ask('Password:'));
}

/** @throws {MailboxError} AUTHENTICATIONFAILED */
export async function verified(
  { session, core, signal }: CommandContext,
  user: string,
  password: string,
): Promise<Device> {
  const { remoteAddress } = session;
  return accepted(await core.login.verify({ user, password, remoteAddress, signal }));
}

export function accepted<T>(found: T | undefined): T {
  if (found === undefined) throw new MailboxError('AUTHENTICATIONFAILED', 'wrong user name or password');
  return found;
}

/**
 * mbsync and mutt name the user twice; acting for somebody else is not offered. Told only to who has shown the password
 * (RFC 5530 §3). @throws {MailboxError} AUTHORIZATIONFAILED
 */
export function authorized(device: Device, authorization: string, user: string): Device {
  if (authorization === '' || authorization === user) return device;
  throw new MailboxError('AUTHORIZATIONFAILED', 'the authorization identity must be the user');
}
