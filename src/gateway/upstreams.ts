// An account of the configuration with its way to the provider: what gateway.ts builds of each.
import type { AccountConfig, Config, UpstreamAccount } from '../config/index.js';
import type { CoreAccount } from '../core/accounts.js';
import type { DemoUpstreams } from '../demo/index.js';
import type { Logger } from '../lib/logger.js';
import type { Connector, Submitter } from '../upstream/connector.js';
import { createImapConnector } from '../upstream/imap/connector.js';
import { type ConnectorTraits, type Endpoint, providerOf } from '../upstream/providers/index.js';
import { checkSubmission, createSubmitter } from '../upstream/smtp/submitter.js';

/** An account with its way to the provider. */
export interface Upstream extends CoreAccount {
  readonly connector: Connector;
  readonly submitter: Submitter;
  /** From the configuration or the provider's data. */
  readonly savesSent: boolean | undefined;
  readonly servers: Servers;
  /** Signs in to the submission server, and sends nothing. @throws {UpstreamError} */
  checkSubmission(signal: AbortSignal): Promise<void>;
}

/** Where an account's servers are. */
export interface Servers {
  readonly imap: Endpoint;
  readonly smtp: Endpoint;
  readonly tlsOptions: ReturnType<typeof tlsOptionsOf>;
}

export const demoAccountsOf = ({ accounts }: Config) =>
  accounts.flatMap((account) =>
    account.kind === 'demo' ? [{ name: account.name, personality: account.demo, address: account.address }] : [],
  );

/** @throws {Error} for what the configuration's rules should have refused */
export function upstreamOf(account: AccountConfig, demo: DemoUpstreams | undefined, logger: Logger): Upstream {
  const { name, identities, quirks } = account;
  const shared = { name, identities, isDefault: account.default };
  if (account.kind === 'demo') {
    if (!demo) throw new Error('the demo accounts are not running');
    const { address, imapPort, smtpPort, password } = demo.account(name);
    // A demo server grants what it likes.
    const traits = { ...traitsOf(account.demo), budgets: {} };
    const at = (port: number): Endpoint => ({ host: '127.0.0.1', port, tls: 'none' });
    const login = { user: address, password: () => password };
    return {
      ...shared,
      address,
      ...connectionsOf({ name, traits, imap: at(imapPort), smtp: at(smtpPort), login, quirks, logger }),
    };
  }
  const provider = providerOf(account.provider);
  const [imap, smtp] = [account.imap ?? provider?.imap, account.smtp ?? provider?.smtp];
  if (!imap || !smtp) throw new Error(`no servers are known for ${account.provider}`);
  const login = { user: account.auth.user, password: () => account.auth.password.reveal() };
  const traits = {
    ...traitsOf(account.provider),
    // What the provider's own servers grant: nothing is known of others.
    ...(account.imap ? { budgets: {} } : {}),
    ...(account.savesSent === undefined ? {} : { savesSent: account.savesSent }),
  };
  const tlsOptions = tlsOptionsOf(account);
  return {
    ...shared,
    address: account.address,
    ...connectionsOf({ name, traits, imap, smtp, login, quirks, logger, tlsOptions }),
  };
}

const traitsOf = (provider: string): ConnectorTraits => {
  const known = providerOf(provider);
  if (!known) throw new Error(`unknown provider ${provider}`);
  return known.traits;
};

const tlsOptionsOf = ({ serverCertificate: { ca, verify } }: UpstreamAccount) => ({
  ...(ca === undefined ? {} : { ca }),
  ...(verify ? {} : { rejectUnauthorized: false }),
});

interface ConnectionSettings {
  readonly name: string;
  readonly traits: ConnectorTraits;
  readonly imap: Endpoint;
  readonly smtp: Endpoint;
  readonly login: { readonly user: string; readonly password: () => string };
  readonly quirks: AccountConfig['quirks'];
  readonly logger: Logger;
  readonly tlsOptions?: ReturnType<typeof tlsOptionsOf>;
}

/** Null stands for no limit where undefined would mean "as by itself". */
function overridesOf({ budgets, messageLimit, ...rest }: AccountConfig['quirks'], table: ConnectorTraits) {
  const granted = Object.entries(budgets ?? {}).map(([name, amount]) => [name, amount ?? undefined] as const);
  return {
    ...(Object.fromEntries(
      Object.entries(rest).filter(([, value]) => value !== undefined),
    ) as Partial<ConnectorTraits>),
    ...(messageLimit === undefined ? {} : { messageLimit: messageLimit ?? undefined }),
    ...(budgets === undefined ? {} : { budgets: { ...table.budgets, ...Object.fromEntries(granted) } }),
  };
}

function connectionsOf({ name, traits, imap, smtp, login, quirks, logger, tlsOptions = {} }: ConnectionSettings) {
  const overrides = overridesOf(quirks, traits);
  const submission = { ...smtp, ...login, logger, tlsOptions, texts: traits.texts, signInRemedy: traits.signInRemedy };
  return {
    servers: { imap, smtp, tlsOptions },
    checkSubmission: (signal: AbortSignal) => checkSubmission(submission, signal),
    connector: createImapConnector({ account: name, ...imap, ...login, traits, overrides, logger, tlsOptions }),
    user: login.user,
    login: () => [`${imap.host}:${imap.port}`, login.user, login.password()],
    submitter: createSubmitter(submission),
    savesSent: traits.savesSent,
  };
}
