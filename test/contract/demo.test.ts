import { type PersonalityName, startDemoUpstreams } from '../../src/demo/index.js';
import { silentLogger } from '../../src/lib/logger.js';
import { createImapConnector } from '../../src/upstream/imap/connector.js';
import { providerOf } from '../../src/upstream/providers/index.js';
import { plainDirect } from '../support/plain-direct.js';
import { type ContractFacts, type ContractUpstream, describeConnector } from './connector-contract.js';

const demos: readonly (readonly [PersonalityName, ContractFacts])[] = [
  ['qq', {}],
  ['gmail', { labelStore: true }],
  ['hotmail', { noKeywords: true }],
];

async function start(personality: PersonalityName): Promise<ContractUpstream> {
  const request = { name: personality, personality, address: undefined };
  const demo = await startDemoUpstreams([request], { logger: silentLogger, sampleMail: false, newMail: false });
  const { address: user, imapPort: port, password } = demo.account(personality);
  const traits = providerOf(personality)?.traits;
  if (!traits) throw new Error(`no provider ${personality}`);
  const endpoint = { host: '127.0.0.1', port, tls: 'none' as const };
  const connector = createImapConnector({
    account: personality,
    ...endpoint,
    user,
    password: () => password,
    traits,
    logger: silentLogger,
  });
  const direct = plainDirect({ host: '127.0.0.1', port, user, password, delimiter: '/', prefix: '' });
  return { connector, direct, stop: async () => demo[Symbol.asyncDispose]() };
}

for (const [personality, facts] of demos) describeConnector(`the ${personality} demo`, () => start(personality), facts);
