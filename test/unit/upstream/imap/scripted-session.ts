// What the tests of broken and hostile servers start from.
import { afterEach } from 'vitest';
import { silentLogger } from '../../../../src/lib/logger.js';
import type { Connector, UpstreamSession } from '../../../../src/upstream/connector.js';
import { createImapConnector } from '../../../../src/upstream/imap/connector.js';
import { type ConnectorTraits, GENERIC_TRAITS } from '../../../../src/upstream/providers/index.js';
import {
  type Script,
  type ScriptedOptions,
  type ScriptedServer,
  startScriptedServer,
} from '../../../support/scripted-server.js';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A scripted server and a connector to it, both gone after the test. */
export async function connectorTo(
  options: ScriptedOptions,
  traits: Partial<ConnectorTraits> = {},
  commandTimeoutMs = 300,
): Promise<{ server: ScriptedServer; connector: Connector }> {
  const server = await startScriptedServer(options);
  stops.push(server.stop);
  const connector = createImapConnector({
    account: 'test',
    host: '127.0.0.1',
    port: server.port,
    tls: 'none',
    user: 'u',
    password: () => 'p w"\\',
    traits: { ...GENERIC_TRAITS, ...traits },
    logger: silentLogger,
    connectTimeoutMs: 1_000,
    commandTimeoutMs,
  });
  return { server, connector };
}

/** A session that has INBOX selected. */
export async function selected(
  scripts: Readonly<Record<string, string | Script>>,
  options: ScriptedOptions = {},
  traits: Partial<ConnectorTraits> = {},
): Promise<{ session: UpstreamSession; server: ScriptedServer }> {
  const { server, connector } = await connectorTo({ ...options, scripts }, traits);
  const session = await connector.connect();
  stops.unshift(() => session.close());
  await session.select(['INBOX']);
  return { session, server };
}

/** Says something, then cuts the connection. */
export const cutAfter =
  (text: string, ms: number): Script =>
  ({ write, destroy }) => {
    write(text);
    setTimeout(destroy, ms);
  };
