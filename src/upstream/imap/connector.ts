// Makes sessions of one account over imapflow.
import type { ConnectionOptions } from 'node:tls';
import type { ImapFlow } from 'imapflow';
import type { Logger } from '../../lib/logger.js';
import { UpstreamError } from '../../mail/errors.js';
import type { Connector, UpstreamSession } from '../connector.js';
import type { ProbeFacts } from '../profile.js';
import type { ConnectorTraits, TlsMode } from '../providers/provider.js';
import { REMEDIES } from '../providers/remedies.js';
import { readCapabilities } from './capabilities.js';
import { connectClient } from './client.js';
import { MAX_CHECKS } from './copy-order.js';
import { createLiveTraits, factsOf } from './live-traits.js';
import { ImapSession, type Shared } from './session.js';
import { capabilitiesBefore, Wire } from './wire.js';

export interface ImapConnectorOptions {
  /** The account's name, for log lines. */
  readonly account: string;
  readonly host: string;
  readonly port: number;
  readonly tls: TlsMode;
  readonly user: string;
  /** Asked for at every connect, so that a changed password is used at once. */
  readonly password: () => string | Promise<string>;
  /** By the provider's table. */
  readonly traits: ConnectorTraits;
  /** From the configuration: holds whatever the server says. */
  readonly overrides?: Partial<ConnectorTraits>;
  readonly logger: Logger;
  /** Such as `{ ca }` for a server with a certificate of its own. */
  readonly tlsOptions?: ConnectionOptions;
  /** Until signed in. */
  readonly connectTimeoutMs?: number;
  /** How long a server may be silent during a command before the connection is given up. */
  readonly commandTimeoutMs?: number;
}

const CONNECT_TIMEOUT_MS = 30_000;
const COMMAND_TIMEOUT_MS = 60_000;

export function createImapConnector(options: ImapConnectorOptions): Connector {
  const { commandTimeoutMs = COMMAND_TIMEOUT_MS } = options;
  const { traits, profile, learn, note } = createLiveTraits(options.traits, options.overrides);
  const logger = options.logger.child({ account: options.account });
  let checks = 0;
  const shared: Shared = {
    traits,
    logger,
    note,
    isOrderUnproved: () => profile.facts().copyOrder === undefined && checks++ < MAX_CHECKS,
    idleNews: new Set(),
    listedNames: new Map(),
    selectedBefore: new Map(),
  };
  return {
    traits,
    profile,
    async connect(signal?: AbortSignal): Promise<UpstreamSession> {
      const client = await signIn(options, traits, signal);
      learn(factsOf(client), { capabilitiesBefore: capabilitiesBefore(client), ...namespaceOf(client) });
      const wire = new Wire(client, commandTimeoutMs, logger, traits.texts);
      try {
        await introduce(client, wire, traits);
        const capabilities = await readCapabilities(client, wire, traits);
        return new ImapSession(client, wire, capabilities, shared);
      } catch (error) {
        wire.destroy('connecting failed');
        throw error;
      }
    },
  };
}

const namespaceOf = ({ namespace }: ImapFlow): ProbeFacts =>
  namespace ? { namespace: { prefix: namespace.prefix, delimiter: namespace.delimiter ?? '' } } : {};

async function signIn(
  options: ImapConnectorOptions,
  traits: ConnectorTraits,
  signal: AbortSignal | undefined,
): Promise<ImapFlow> {
  const { host, port, tls, user, tlsOptions = {}, connectTimeoutMs = CONNECT_TIMEOUT_MS } = options;
  const password = await readPassword(options);
  return connectClient({ host, port, tls, user, password, tlsOptions, connectTimeoutMs, traits }, signal);
}

async function readPassword({ password }: ImapConnectorOptions): Promise<string> {
  try {
    return await password();
  } catch (error) {
    throw error instanceof UpstreamError
      ? error
      : new UpstreamError(
          'auth',
          'the password cannot be read',
          { remedy: REMEDIES.noPassword, chinese: '无法读取密码' },
          { cause: error },
        );
  }
}

/** ID was sent before the login; some servers forget it at the login (Quirk(163), and Coremail on other domains). */
async function introduce(client: ImapFlow, wire: Wire, traits: ConnectorTraits): Promise<void> {
  if (!client.capabilities.has('ID') || !traits.idAfterLogin) return;
  await wire.run('ID', ['("name" "mail-gateway" "version" "0.1" "vendor" "mail-gateway")']);
}
