import { type PersonalityName, startDemoUpstreams } from '../../src/demo/index.js';
import { silentLogger } from '../../src/lib/logger.js';
import { createImapConnector } from '../../src/upstream/imap/connector.js';
import { providerOf } from '../../src/upstream/providers/index.js';
import { plainDirect } from '../support/plain-direct.js';
import { type ContractFacts, type ContractUpstream, describeConnector } from './connector-contract.js';

/** Polling every minute, as 163 wants it, is more than a test may last. */
const POLL_MS = 50;

const demos: readonly (readonly [PersonalityName, ContractFacts])[] = [
  ['qq', { can: { condstore: false, move: true, uidplus: true, idle: true } }],
  ['exmail', { can: { condstore: false, move: true, uidplus: true, idle: true } }],
  ['gmail', { can: { condstore: true, qresync: false, move: true, labelStore: true }, labelStore: true }],
  ['outlook', { can: { condstore: false, move: true, idle: true }, keptKeywords: ['$MDNSent'] }],
  ['163', { can: { condstore: false, move: false, idle: false, appendLimit: 71_680_000 }, noStatusUidNext: true }],
  ['icloud', { can: { condstore: true, qresync: false, move: false } }],
  [
    'yahoo',
    {
      can: { condstore: false, move: true, objectId: true },
      keptKeywords: ['$Forwarded', '$Junk', '$NotJunk'],
      lateExpungeNews: true,
      addsLineEnd: true,
    },
  ],
  ['fastmail', { can: { condstore: true, qresync: true, move: true, objectId: true } }],
  ['generic', { can: { condstore: false, move: false, uidplus: true, idle: true } }],
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
    overrides: { pollMs: POLL_MS },
    logger: silentLogger,
  });
  const direct = plainDirect({ host: '127.0.0.1', port, user, password, delimiter: '/', prefix: '', wantsId: true });
  return { connector, direct, stop: async () => demo[Symbol.asyncDispose]() };
}

for (const [personality, facts] of demos) describeConnector(`the ${personality} demo`, () => start(personality), facts);
