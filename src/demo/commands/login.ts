// LOGIN, AUTHENTICATE PLAIN and LOGIN, XOAUTH2 and OAUTHBEARER (RFC 7628), with SASL-IR (RFC 4959) where the provider has it.

import { capabilityWords } from '../capabilities.js';
import { ANY, bad, type CommandResult, type DemoCommand } from '../command.js';
import type { DemoSession } from '../session.js';
import { DemoRefusal } from '../store/account.js';
import { readBearer } from '../token-office.js';

const BEFORE: DemoCommand['states'] = ANY.filter((state) => state === 'notAuthenticated');
const utf8 = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');

export const loginCommands: readonly DemoCommand[] = [
  {
    name: 'LOGIN',
    states: BEFORE,
    run: (session, decoder) => {
      decoder.space();
      const user = decoder.astring();
      decoder.space();
      const password = decoder.astring();
      decoder.end();
      return signIn(session, utf8(user), utf8(password));
    },
  },
  {
    name: 'AUTHENTICATE',
    states: BEFORE,
    run: async (session, decoder) => {
      decoder.space();
      const mechanism = decoder.keyword();
      const initial = decoder.accept(' ') ? decoder.rest : undefined;
      if (!session.words.has(`AUTH=${mechanism}`)) throw new DemoRefusal('Unsupported authentication mechanism');
      if (initial !== undefined && !session.words.has('SASL-IR')) throw bad('no initial response is taken');
      if (mechanism === 'PLAIN') return plain(session, initial);
      if (mechanism === 'LOGIN') return loginMechanism(session, initial);
      if (mechanism === 'XOAUTH2' || mechanism === 'OAUTHBEARER') return token(session, initial);
      throw new DemoRefusal(session.account.personality.texts.loginRefused);
    },
  },
];

function decoded(line: string | undefined): string {
  if (line === undefined || line === '*') throw bad('authentication was cancelled');
  return Buffer.from(line === '=' ? '' : line, 'base64').toString('utf8');
}

async function plain(session: DemoSession, initial: string | undefined): Promise<CommandResult> {
  const [, user = '', password = ''] = decoded(initial ?? (await session.ask(''))).split('\0');
  return signIn(session, user, password);
}

async function loginMechanism(session: DemoSession, initial: string | undefined): Promise<CommandResult> {
  const ask = (prompt: string) => session.ask(Buffer.from(prompt).toString('base64'));
  const user = decoded(initial ?? (await ask('Username:')));
  return signIn(session, user, decoded(await ask('Password:')));
}

async function token(session: DemoSession, initial: string | undefined): Promise<CommandResult> {
  const { account, limits, tokens } = session;
  limits.attempt();
  const { user, accessToken } = readBearer(decoded(initial ?? (await session.ask(''))));
  if (isAccount(session, user) && tokens.isGood(accessToken)) return admit(session, user);
  // The client has nothing to say to a challenge, but has to say it.
  if (account.personality.quirks.authFailChallenge) await session.ask(tokens.challenge());
  throw new DemoRefusal(account.personality.texts.loginRefused);
}

function signIn(session: DemoSession, user: string, password: string): CommandResult {
  const { account, limits } = session;
  const { quirks, texts } = account.personality;
  if (quirks.passwordsRefused !== undefined) throw new DemoRefusal(quirks.passwordsRefused);
  limits.attempt();
  if (!isAccount(session, user) || password !== session.password) throw new DemoRefusal(texts.loginRefused);
  return admit(session, user);
}

const isAccount = ({ account }: DemoSession, user: string): boolean =>
  user.toLowerCase() === account.address.toLowerCase();

function admit(session: DemoSession, user: string): CommandResult {
  const { account, limits } = session;
  const { capabilities, texts } = account.personality;
  limits.signIn();
  session.user = user;
  if (capabilities.toldAtLogin === 'untagged')
    session.line(`* CAPABILITY ${capabilityWords(account.personality, true).join(' ')}`);
  return { text: texts.loginOk.replace('{user}', account.address) };
}
