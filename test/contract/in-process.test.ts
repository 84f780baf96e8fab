import { createFakeUpstream, type FakeUpstreamOptions } from '../support/fake-connector.js';
import { fakeDirect } from '../support/fake-direct.js';
import { type ContractFacts, describeConnector } from './connector-contract.js';

const fakes: [string, FakeUpstreamOptions, ContractFacts][] = [
  ['the fake, with everything', {}, {}],
  ['the fake, with CONDSTORE alone', { qresync: false, move: false }, {}],
  [
    'the fake, with nothing',
    {
      condstore: false,
      qresync: false,
      move: false,
      uidplus: false,
      idle: false,
      keywords: false,
      traits: { pollMs: 20, searchTrusted: false },
    },
    { keptKeywords: [] },
  ],
];

for (const [name, options, facts] of fakes)
  describeConnector(
    name,
    async () => {
      const fake = createFakeUpstream(options);
      return { connector: fake.connector, direct: fakeDirect(fake), stop: async () => fake.cut() };
    },
    facts,
  );
