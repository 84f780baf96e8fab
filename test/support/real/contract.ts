// The connector contract against a real server.
import { pino } from 'pino';
import { createImapConnector } from '../../../src/upstream/imap/connector.js';
import { type ConnectorTraits, GENERIC_TRAITS } from '../../../src/upstream/providers/index.js';
import { type ContractFacts, describeConnector } from '../../contract/connector-contract.js';
import { plainDirect } from '../plain-direct.js';
import type { RealServer } from './server.js';

const USER = 'contract';

/** The rig must have a user called `contract`. */
export function describeRealConnector(
  name: string,
  start: () => Promise<RealServer>,
  facts: ContractFacts,
  overrides: Partial<ConnectorTraits> = {},
): void {
  describeConnector(
    name,
    async () => {
      const server = await start();
      const { host, port, password, delimiter, prefix } = server;
      const connector = createImapConnector({
        account: name,
        host,
        port,
        tls: 'none',
        user: USER,
        password: () => password,
        traits: GENERIC_TRAITS,
        overrides,
        logger: pino({ level: 'silent' }),
      });
      const direct = plainDirect({ host, port, user: USER, password, delimiter, prefix });
      return { connector, direct, stop: server.stop };
    },
    facts,
  );
}
