// SCRAM-SHA-256 and SCRAM-SHA-256-PLUS as IMAP speaks them (RFC 5802, RFC 7677, RFC 9266).
import { randomBytes } from 'node:crypto';
import type { Device } from '../core/core.js';
import { MailboxError } from '../mail/errors.js';
import type { CommandContext } from './command.js';
import { BadCommandError } from './errors.js';
import { accepted, authorized, type SaslExchange } from './sasl.js';

/** RFC 9266 §2 */
const BINDING = 'tls-exporter';

interface ClientFirst {
  /** With its commas, as it is bound (`c=`). */
  readonly gs2Header: string;
  readonly binding: 'none' | 'unseen' | { readonly name: string };
  readonly authorization: string;
  readonly user: string;
  readonly nonce: string;
  readonly bare: string;
}

interface ClientFinal {
  readonly channelBinding: string;
  readonly nonce: string;
  readonly withoutProof: string;
  readonly proof: Uint8Array;
}

/** @throws {MailboxError} AUTHENTICATIONFAILED, AUTHORIZATIONFAILED */
export async function scram(context: CommandContext, exchange: SaslExchange, plus: boolean): Promise<Device> {
  const { core, session, signal } = context;
  const first = parseClientFirst(await exchange.first());
  const bound = channelBindingOf(first, plus, session.channelBinding());
  const { salt, iterations } = core.login.scramParameters(first.user);
  const nonce = first.nonce + randomBytes(18).toString('base64');
  const serverFirst = `r=${nonce},s=${Buffer.from(salt).toString('base64')},i=${iterations}`;
  const final = parseClientFinal(await exchange.ask(serverFirst));
  const expected = Buffer.concat([Buffer.from(first.gs2Header, 'utf8'), bound]).toString('base64');
  // Somebody in between, or another exchange's message: no password has been tried (RFC 5802 §5.1).
  if (final.nonce !== nonce || final.channelBinding !== expected) {
    throw new MailboxError('AUTHENTICATIONFAILED', 'the messages do not belong to one exchange on this connection');
  }
  const { device, serverSignature } = accepted(
    await core.login.verifyScram({
      user: first.user,
      authMessage: `${first.bare},${serverFirst},${final.withoutProof}`,
      proof: final.proof,
      remoteAddress: session.remoteAddress,
      signal,
    }),
  );
  const response = await exchange.ask(`v=${Buffer.from(serverSignature).toString('base64')}`);
  if (response !== '') throw new BadCommandError('malformed SCRAM response');
  return authorized(device, first.authorization, first.user);
}

/** What the channel is bound to; empty for none. */
function channelBindingOf({ binding }: ClientFirst, plus: boolean, data: Uint8Array | undefined): Uint8Array {
  const isBound = typeof binding === 'object';
  if (isBound !== plus) throw new BadCommandError('the channel is bound by the -PLUS mechanism, and by no other');
  if (isBound) {
    if (binding.name === BINDING && data) return data;
    throw new MailboxError('AUTHENTICATIONFAILED', `this channel binding is not offered; use ${BINDING}`);
  }
  // The client could have bound the channel, and did not see that we offer it: somebody took the offer away (§6).
  if (binding === 'unseen' && data) {
    throw new MailboxError('AUTHENTICATIONFAILED', 'channel binding is offered here: use SCRAM-SHA-256-PLUS');
  }
  return new Uint8Array();
}

const CLIENT_FIRST = /^((n|y|p=([A-Za-z0-9.-]+)),(?:a=([^,\0]*))?,)((m=)?.*)$/s;
const CLIENT_FIRST_BARE = /^n=([^,\0]+),r=([\x21-\x2b\x2d-\x7e]+)(?:,[A-Za-z]=[^,\0]+)*$/;
const CLIENT_FINAL =
  /^(c=([A-Za-z0-9+/]+={0,2}),r=([\x21-\x2b\x2d-\x7e]+)(?:,[A-Za-z]=[^,\0]+)*),p=([A-Za-z0-9+/]+={0,2})$/;

function parseClientFirst(message: string): ClientFirst {
  const [, gs2Header = '', flag, bindingName = '', authorization = '', bare = '', mandatory] =
    CLIENT_FIRST.exec(message) ?? [];
  if (mandatory) throw new BadCommandError('a mandatory SCRAM extension is not known here');
  const [, user, nonce = ''] = CLIENT_FIRST_BARE.exec(bare) ?? [];
  if (user === undefined) throw new BadCommandError('malformed SCRAM message');
  const binding = flag === 'n' ? 'none' : flag === 'y' ? 'unseen' : { name: bindingName };
  return { gs2Header, binding, authorization: saslName(authorization), user: saslName(user), nonce, bare };
}

function parseClientFinal(message: string): ClientFinal {
  const [, withoutProof, channelBinding = '', nonce = '', proof = ''] = CLIENT_FINAL.exec(message) ?? [];
  if (withoutProof === undefined) throw new BadCommandError('malformed SCRAM message');
  return { withoutProof, channelBinding, nonce, proof: Buffer.from(proof, 'base64') };
}

/** RFC 5802 §5.1: `=2C` is a comma and `=3D` an equals sign; no other `=` may stand. */
function saslName(text: string): string {
  if (/=(?!2C|3D)/.test(text)) throw new BadCommandError('malformed SCRAM message');
  return text.replaceAll('=2C', ',').replaceAll('=3D', '=');
}
