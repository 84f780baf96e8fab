// The connector contract: one suite, run against the fake, the demo personalities and real servers, so that what core is
// tested on and what it meets are the same thing (STYLE §9).
import { afterAll, beforeAll, describe } from 'vitest';
import type { SourcePath, UpstreamSession } from '../../src/upstream/connector.js';
import { actionContract } from './contract-actions.js';
import { fetchContract } from './contract-fetch.js';
import { mailboxContract } from './contract-mailboxes.js';
import type { ContractContext, ContractFacts, ContractUpstream } from './contract-support.js';
import { waitingContract } from './contract-waiting.js';

export type { ContractFacts, ContractUpstream, Direct, DirectMessage } from './contract-support.js';

/** Runs the whole contract against one upstream, which is started once and stopped at the end. */
export function describeConnector(
  name: string,
  makeUpstream: () => Promise<ContractUpstream>,
  facts: ContractFacts = {},
): void {
  describe(`connector contract: ${name}`, () => {
    let upstream: ContractUpstream | undefined;
    const run = Date.now().toString(36);
    let mailboxes = 0;
    beforeAll(async () => {
      upstream = await makeUpstream();
    });
    afterAll(async () => {
      await upstream?.stop();
    });
    const up = (): ContractUpstream => {
      if (!upstream) throw new Error('the upstream is not up');
      return upstream;
    };
    const context: ContractContext = {
      facts,
      up,
      async withSession<T>(work: (session: UpstreamSession) => Promise<T>): Promise<T> {
        const session = await up().connector.connect();
        try {
          return await work(session);
        } finally {
          await session.close();
        }
      },
      async freshMailbox(): Promise<SourcePath> {
        mailboxes += 1;
        // A real server may have the last run's mailboxes still.
        const path = [`Box ${run} ${mailboxes}`];
        await up().direct.create(path);
        return path;
      },
    };
    mailboxContract(context);
    fetchContract(context);
    actionContract(context);
    waitingContract(context);
  });
}
