import { MailboxError } from '../../mail/errors.js';
import type { CommandContext, Completion } from '../command.js';
import { defineCommand } from '../command.js';
import { BadCommandError } from '../errors.js';
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

const mechanisms = (session: Session): readonly string[] => {
  if (session.state.kind !== 'notAuthenticated') return ['SASL-IR'];
  return session.mayLogIn ? ['SASL-IR', 'AUTH=PLAIN', 'AUTH=LOGIN'] : ['LOGINDISABLED'];
};

/** Command: RFC 9051 §6.2.2 · Extends: RFC 4959 (SASL-IR), RFC 4616 (PLAIN) */
export const authenticate = defineCommand({
  name: 'AUTHENTICATE',
  states: ['notAuthenticated'],
  capabilities: mechanisms,
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
    mayLogIn(context.session);
    switch (mechanism) {
      case 'PLAIN':
        return plain(context, initial);
      case 'LOGIN':
        return loginMechanism(context, initial);
      default:
        throw new MailboxError('CANNOT', 'this mechanism is not offered; use PLAIN');
    }
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
  run: (context, { user, password }) => {
    mayLogIn(context.session);
    return verify(context, user, password);
  },
});

function mayLogIn(session: Session): void {
  if (!session.mayLogIn) {
    throw new MailboxError('PRIVACYREQUIRED', 'a password is taken over TLS only: use STARTTLS or the TLS port');
  }
}

const utf8 = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');

function decodeBase64(line: string | undefined): string {
  // RFC 4959 §3: "=" is an empty initial response; RFC 9051 §6.2.2: "*" cancels.
  if (line === undefined || line === '*') throw new BadCommandError('authentication was cancelled');
  if (line === '=') return '';
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(line) || line.length % 4 !== 0)
    throw new BadCommandError('the response is not base64');
  return Buffer.from(line, 'base64').toString('utf8');
}

async function plain(context: CommandContext, initial: string | undefined): Promise<Completion> {
  const [authorization, user, password, extra] = decodeBase64(initial ?? (await context.conversation.ask(''))).split(
    '\0',
  );
  if (user === undefined || password === undefined || extra !== undefined)
    throw new BadCommandError('malformed PLAIN response');
  // mbsync and mutt name the user twice; acting for somebody else is not offered.
  if (authorization !== '' && authorization !== user) {
    throw new MailboxError('AUTHORIZATIONFAILED', 'the authorization identity must be the user');
  }
  return verify(context, user, password);
}

async function loginMechanism(context: CommandContext, initial: string | undefined): Promise<Completion> {
  const ask = (prompt: string) => context.conversation.ask(Buffer.from(prompt).toString('base64'));
  const user = decodeBase64(initial ?? (await ask('Username:')));
  return verify(context, user, decodeBase64(await ask('Password:')));
}

async function verify({ session, core }: CommandContext, user: string, password: string): Promise<Completion> {
  const device = await core.login.verify(user, password, session.remoteAddress);
  if (!device) throw new MailboxError('AUTHENTICATIONFAILED', 'wrong user name or password');
  session.state = { kind: 'authenticated', device };
  return { code: `CAPABILITY ${session.capabilities()}`, text: 'logged in' };
}
