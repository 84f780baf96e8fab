// The demo accounts: in-memory upstreams with sample mail, each with an IMAP and an SMTP server on 127.0.0.1.
import { randomBytes } from 'node:crypto';
import { createClosingStack } from '../lib/closing-stack.js';
import type { Logger } from '../lib/logger.js';
import { startImapServer } from './imap-server.js';
import { NEW_MAIL_PACE, type NewMailPace, startNewMail } from './new-mail.js';
import { PERSONALITIES, type PersonalityName } from './personalities/index.js';
import { PostOffice } from './post-office.js';
import type { Quirks, RenumberQuirk } from './quirks.js';
import { fillWithSampleMail } from './sample-mail/index.js';
import { startSmtpServer } from './smtp-server.js';
import { type ChangeableQuirks, DemoAccount } from './store/account.js';
import { TokenOffice } from './token-office.js';
import { startTokenServer } from './token-server.js';

export { PERSONALITIES, PERSONALITY_NAMES, type Personality, type PersonalityName } from './personalities/index.js';
export type { Quirks, RenumberQuirk } from './quirks.js';
export { QUIRK_NAMES, readQuirks } from './quirks-schema.js';

/** A demo account as the configuration names it. */
export interface DemoAccountRequest {
  readonly name: string;
  readonly personality: PersonalityName;
  /** Undefined: the personality's own. */
  readonly address: string | undefined;
  /** Behaviour other than the personality's. */
  readonly quirks?: Partial<Quirks>;
  /** Undefined: one is made up. */
  readonly password?: string;
  /** Undefined or 0: any that is free. */
  readonly imapPort?: number;
  readonly smtpPort?: number;
}

/** Where a running demo account is, and how to sign in. */
export interface DemoAccountAccess {
  readonly address: string;
  readonly password: string;
  readonly imapPort: number;
  readonly smtpPort: number;
  /** Where tokens are taken (`tokenExpiresIn`): `POST http://127.0.0.1:port/token` with the refresh token of the start. */
  readonly oauth: { readonly tokenPort: number; readonly refreshToken: string } | undefined;
}

/** What a provider does to an account by itself, done by hand. */
export interface DemoHand {
  /** New uids for a mailbox; who has it selected is sent away. @throws {DemoRefusal} when there is no such mailbox */
  renumber(mailbox: string, how: Omit<RenumberQuirk, 'everySelects'>): void;
  /** How far back mail is shown, in days; undefined: all of it. */
  showDays(days: number | undefined): void;
  /** A mailbox is gone with its mail; who has it selected is sent away. @throws {DemoRefusal} when there is none */
  drop(mailbox: string): void;
  /** No token is good any more; answers a refresh token as a new sign-in would give it. */
  revokeTokens(): string;
  /** Turns switches from now on. Sessions that have a mailbox selected see some of it at their next SELECT only. */
  change(quirks: ChangeableQuirks): void;
}

export interface DemoUpstreams extends AsyncDisposable {
  /** @throws {Error} for a name that was not asked for */
  hand(name: string): DemoHand;
  /** @throws {Error} for a name that was not asked for */
  account(name: string): DemoAccountAccess;
}

export interface DemoOptions {
  readonly logger: Logger;
  /** False: the accounts start empty. */
  readonly sampleMail?: boolean;
  /** How often mail arrives; false: never. */
  readonly newMail?: NewMailPace | false;
  /** What the upstreams take for now; sample mail is dated back from it. */
  readonly now?: Date;
}

export async function startDemoUpstreams(
  requests: readonly DemoAccountRequest[],
  { logger, sampleMail = true, newMail = NEW_MAIL_PACE, now = new Date() }: DemoOptions,
): Promise<DemoUpstreams> {
  const started = createClosingStack();
  const postOffice = new PostOffice();
  const running = new Map<string, DemoAccountAccess>();
  const hands = new Map<string, DemoHand>();
  try {
    for (const request of requests) {
      const account = makeAccount(request, postOffice, now);
      if (sampleMail) await fillWithSampleMail(account, now);
      const { password = randomBytes(12).toString('base64url'), imapPort = 0, smtpPort = 0 } = request;
      const tokens = new TokenOffice(account);
      const settings = { account, password, postOffice, tokens, logger };
      const imap = started.use(await startImapServer(settings, imapPort));
      const smtp = started.use(await startSmtpServer(settings, smtpPort));
      const takesTokens = account.personality.quirks.tokenExpiresIn !== undefined;
      const endpoint = takesTokens ? started.use(await startTokenServer(tokens)) : undefined;
      hands.set(request.name, handOf(account, tokens));
      running.set(request.name, {
        address: account.address,
        password: settings.password,
        imapPort: imap.port,
        smtpPort: smtp.port,
        oauth: endpoint && { tokenPort: endpoint.port, refreshToken: tokens.refreshToken },
      });
    }
    if (newMail) started.use(startNewMail(postOffice, newMail, logger));
  } catch (error) {
    await started.close();
    throw error;
  }
  return {
    account: (name) => known(running, name),
    hand: (name) => known(hands, name),
    [Symbol.asyncDispose]: () => started.close(),
  };
}

function known<T>(all: ReadonlyMap<string, T>, name: string): T {
  const found = all.get(name);
  if (!found) throw new Error(`there is no demo account ${name}`);
  return found;
}

const handOf = (account: DemoAccount, tokens: TokenOffice): DemoHand => ({
  renumber: (mailbox, how) => account.renumber(account.mailbox(mailbox), how),
  showDays: (visibleDays) => account.change({ visibleDays }),
  drop: (mailbox) => account.drop(mailbox),
  revokeTokens: () => tokens.revoke(),
  change: (quirks) => account.change(quirks),
});

function makeAccount(request: DemoAccountRequest, postOffice: PostOffice, now: Date): DemoAccount {
  const known = PERSONALITIES[request.personality];
  const personality = { ...known, quirks: { ...known.quirks, ...request.quirks } };
  const address = request.address ?? postOffice.freeAddress(personality.address);
  const account = new DemoAccount({ address, personality, seed: Math.floor(now.getTime() / 1000) });
  postOffice.open(account);
  return account;
}
