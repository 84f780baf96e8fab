// The whole gateway on demo accounts, each behind a TCP proxy: the real connector, real sockets, and faults on order.
import { type DemoHand, type PersonalityName, type Quirks, startDemoUpstreams } from '../../src/demo/index.js';
import { createClosingStack } from '../../src/lib/closing-stack.js';
import { silentLogger } from '../../src/lib/logger.js';
import type { Connector, SourcePath, Submitter } from '../../src/upstream/connector.js';
import { createImapConnector } from '../../src/upstream/imap/connector.js';
import { GENERIC_TRAITS, providerOf } from '../../src/upstream/providers/index.js';
import type { ConnectorTraits } from '../../src/upstream/providers/provider.js';
import { createSubmitter } from '../../src/upstream/smtp/submitter.js';
import type { Direct, DirectMessage } from '../contract/contract-support.js';
import { type Harness, type HarnessOptions, startHarness } from './harness.js';
import type { ImapClient } from './imap-client.js';
import { plainDirect } from './plain-direct.js';
import { PlainImap } from './plain-imap.js';
import { TcpProxy } from './tcp-proxy.js';

export interface ProxiedAccount {
  readonly name: string;
  readonly personality: PersonalityName;
  readonly quirks?: Partial<Quirks>;
  /** How long the server may be silent during a command; default 2 s. */
  readonly commandTimeoutMs?: number;
  readonly traits?: Partial<ConnectorTraits>;
  /** Whether its submission server files a copy in Sent; default: no, whatever it does. */
  readonly savesSent?: boolean;
}

export interface Upstream {
  readonly address: string;
  readonly proxy: TcpProxy;
  /** Before its submission server. */
  readonly smtpProxy: TcpProxy;
  readonly submitter: Submitter;
  /** What the provider does by itself. */
  readonly hand: DemoHand;
  /** Round the proxy. */
  readonly direct: Direct;
  readonly connector: Connector;
  /** Another client of the account, round the proxy; closed with the rest. */
  login(): Promise<PlainImap>;
}

export interface BehindProxies extends AsyncDisposable {
  readonly accounts: ReadonlyMap<string, Upstream>;
  upstream(name: string): Upstream;
  /** A gateway on these accounts, with a directory of its own; to be closed before the upstreams are. */
  gateway(options?: Omit<HarnessOptions, 'accounts'>): Promise<Harness>;
}

/** The upstreams, empty, and no gateway yet. */
export async function startBehindProxies(accounts: readonly ProxiedAccount[]): Promise<BehindProxies> {
  const stack = createClosingStack();
  const requests = accounts.map((account) => ({ ...account, address: undefined }));
  const demo = stack.use(
    await startDemoUpstreams(requests, { logger: silentLogger, sampleMail: false, newMail: false }),
  );
  const upstreams = new Map<string, Upstream>();
  for (const { name, personality, commandTimeoutMs = 2_000, traits } of accounts) {
    const { address: user, imapPort, smtpPort, password } = demo.account(name);
    const proxy = stack.use(await TcpProxy.start(imapPort));
    const smtpProxy = stack.use(await TcpProxy.start(smtpPort));
    const endpoint = { host: '127.0.0.1', user };
    upstreams.set(name, {
      address: user,
      proxy,
      smtpProxy,
      submitter: createSubmitter({
        ...endpoint,
        port: smtpProxy.port,
        tls: 'none',
        password: () => password,
        logger: silentLogger,
        connectTimeoutMs: commandTimeoutMs,
        idleTimeoutMs: commandTimeoutMs,
      }),
      hand: demo.hand(name),
      direct: plainDirect({ ...endpoint, port: imapPort, password, delimiter: '/', prefix: '', wantsId: true }),
      connector: createImapConnector({
        account: name,
        ...endpoint,
        port: proxy.port,
        tls: 'none',
        password: () => password,
        // Cut off hundreds of times, an account would soon have used up what the real provider grants.
        traits: { ...(providerOf(personality)?.traits ?? GENERIC_TRAITS), budgets: {}, ...traits },
        logger: silentLogger,
        connectTimeoutMs: commandTimeoutMs,
        commandTimeoutMs,
      }),
      login: async () => {
        const client = await PlainImap.login({ ...endpoint, port: imapPort, password });
        stack.use({ [Symbol.asyncDispose]: async () => client.close() });
        return client;
      },
    });
  }
  const upstream = (name: string): Upstream => {
    const found = upstreams.get(name);
    if (!found) throw new Error(`there is no account ${name}`);
    return found;
  };
  return {
    accounts: upstreams,
    upstream,
    gateway: (options = {}) =>
      startHarness({
        ...options,
        accounts: accounts.map(({ name, savesSent = false }, i) => {
          const { address, connector, submitter } = upstream(name);
          return { name, address, isDefault: i === 0, connector, submitter, savesSent };
        }),
      }),
    [Symbol.asyncDispose]: () => stack.close(),
  };
}

/** Looks again and again until every account has been reached, nothing is owed and nothing new is found. */
export async function atRest({ core }: Harness): Promise<void> {
  const end = performance.now() + 15_000;
  for (let quiet = 0; quiet < 2; ) {
    const failure = await core.overview.syncNow(undefined).then(() => undefined, String);
    const owed = core.overview.accounts().reduce((sum, { journalDepth }) => sum + journalDepth, 0);
    const isSynced = core.overview.accounts().every(({ synced }) => synced);
    quiet = failure === undefined && owed === 0 && isSynced ? quiet + 1 : 0;
    if (performance.now() > end)
      throw new Error(`no rest: ${failure}, ${owed} owed, ${JSON.stringify(core.overview.accounts())}`);
    await new Promise<void>((resolve) => setTimeout(resolve, 2));
  }
}

/** `token flags`, sorted, of everything in an upstream mailbox. */
export const upstreamLines = async ({ direct }: Upstream, path: SourcePath): Promise<string[]> =>
  linesOf(await direct.messages(path));

export const linesOf = (messages: readonly DirectMessage[]): string[] =>
  messages.map(({ body, flags }) => line(body, flags)).sort();

/** The same of a mailbox of the gateway's, bodies and all; the gateway's own keywords are left out. */
export async function shownLines(harness: Harness, path: string): Promise<string[]> {
  const client = await looker(harness);
  const selected = await client.ok(`EXAMINE "${path}"`);
  if (selected.includes('* 0 EXISTS')) return [];
  let answer = await client.command('FETCH 1:* (FLAGS BODY.PEEK[])');
  // A body that has not been read yet is the upstream's to give.
  for (let i = 0; i < 5 && answer.status.startsWith('NO [UNAVAILABLE]'); i++) {
    await atRest(harness);
    answer = await client.command('FETCH 1:* (FLAGS BODY.PEEK[])');
  }
  if (!answer.status.startsWith('OK')) throw new Error(answer.status);
  return answer.untagged
    .join('\r\n')
    .split(/^\* \d+ FETCH /m)
    .slice(1)
    .map((text) => line(text, (/FLAGS \(([^)]*)\)/.exec(text)?.[1] ?? '').split(' ')))
    .sort();
}

/** Checking a password takes long, on purpose: one client looks for each gateway. */
const lookers = new WeakMap<Harness['server'], ImapClient>();
async function looker(harness: Harness): Promise<ImapClient> {
  const known = lookers.get(harness.server);
  if (known && !known.ended) return known;
  const client = await harness.login();
  lookers.set(harness.server, client);
  return client;
}

function line(body: string, flags: readonly string[]): string {
  const token = /^message-id:\s*<([^@>]*)@test>/im.exec(body)?.[1] ?? '?';
  const isWhole = body.includes(`This is ${token}.`);
  const own = flags.filter((flag) => flag !== '' && !/^(\$acct_|\\recent$)/i.test(flag));
  return `${token}${isWhole ? '' : ' (maimed)'} ${own.sort().join(' ')}`.trim();
}
