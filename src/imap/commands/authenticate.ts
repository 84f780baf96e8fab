import type { Device } from '../../core/core.js';
import { MailboxError } from '../../mail/errors.js';
import { type Completion, defineCommand } from '../command.js';
import { BadCommandError } from '../errors.js';
import { createExchange, loginMechanism, plain, verified } from '../sasl.js';
import { scram } from '../scram.js';
import type { Session } from '../session.js';

/** Command: RFC 9051 §6.2.1 */
export const startTls = defineCommand({
  name: 'STARTTLS',
  states: ['notAuthenticated'],
  capabilities: (session) => (session.canStartTls && session.state.kind === 'notAuthenticated' ? ['STARTTLS'] : []),
  expunges: 'held',
  parse: (decoder) => decoder.end(),
  run: ({ session }) => {
    if (!session.canStartTls)
      throw new BadCommandError(session.isTls ? 'TLS is active already' : 'TLS is not offered here');
    session.startTls = true;
    return { text: 'begin TLS negotiation now' };
  },
});

const PLUS = 'SCRAM-SHA-256-PLUS';

const capabilities = (session: Session): readonly string[] => {
  if (session.state.kind !== 'notAuthenticated') return ['SASL-IR'];
  if (!session.mayLogIn) return ['LOGINDISABLED'];
  const bound = session.channelBinding() ? [`AUTH=${PLUS}`] : [];
  return ['SASL-IR', ...bound, 'AUTH=SCRAM-SHA-256', 'AUTH=PLAIN', 'AUTH=LOGIN'];
};

/** Command: RFC 9051 §6.2.2 · Extends: RFC 4959 (SASL-IR), RFC 4616 (PLAIN), RFC 7677 (SCRAM-SHA-256) */
export const authenticate = defineCommand({
  name: 'AUTHENTICATE',
  states: ['notAuthenticated'],
  capabilities,
  isDialogue: true,
  expunges: 'held',
  parse: (decoder) => {
    decoder.space();
    const mechanism = decoder.keyword();
    let initial: string | undefined;
    if (decoder.accept(' ')) initial = decoder.token(/[A-Za-z0-9+/=]+/y, 'base64');
    decoder.end();
    return { mechanism, initial };
  },
  run: async (context, { mechanism, initial }) => {
    const { session } = context;
    mayLogIn(session);
    const exchange = createExchange(context, initial);
    switch (mechanism) {
      case 'PLAIN':
        return loggedIn(session, await plain(context, exchange));
      case 'LOGIN':
        return loggedIn(session, await loginMechanism(context, exchange, initial !== undefined));
      case 'SCRAM-SHA-256':
        return loggedIn(session, await scram(context, exchange, false));
      case PLUS:
        if (session.channelBinding()) return loggedIn(session, await scram(context, exchange, true));
    }
    throw new MailboxError('CANNOT', 'this mechanism is not offered; use PLAIN');
  },
});

/** Command: RFC 9051 §6.2.3 */
export const login = defineCommand({
  name: 'LOGIN',
  states: ['notAuthenticated'],
  expunges: 'held',
  parse: (decoder) => {
    decoder.space();
    const user = decoder.astring();
    decoder.space();
    const password = decoder.astring();
    decoder.end();
    return { user: utf8(user), password: utf8(password) };
  },
  run: async (context, { user, password }) => {
    mayLogIn(context.session);
    return loggedIn(context.session, await verified(context, user, password));
  },
});

/** Before anything else: what was sent in clear is not even looked at (RFC 9051 §6.2.3). */
function mayLogIn(session: Session): void {
  if (!session.mayLogIn) {
    throw new MailboxError('PRIVACYREQUIRED', 'a password is taken over TLS only: use STARTTLS or the TLS port');
  }
}

const utf8 = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');

/** @throws {MailboxError} LIMIT when the device has all the connections it may have */
function loggedIn(session: Session, device: Device): Completion {
  const limit = session.limitFor(device);
  if (limit !== undefined)
    throw new MailboxError('LIMIT', `this device may have at most ${limit} connections at a time`);
  session.state = { kind: 'authenticated', device };
  return { code: `CAPABILITY ${session.capabilities()}`, text: 'logged in' };
}
