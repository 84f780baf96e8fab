// Finds out once what an account's server is really like, and again when it calls itself something else, or after a week.
import type { Logger } from '../../lib/logger.js';
import { UpstreamError } from '../../mail/errors.js';
import type { ProbeStore } from '../../store/probes.js';
import type { SourceRow } from '../../store/sources.js';
import type { ProbeFacts, ServerProfile } from '../../upstream/connector.js';
import type { LaneSession } from './lane.js';

const FRESH_FOR_MS = 7 * 24 * 3_600_000;
/** After a trial that failed, or an INBOX that was empty. */
const AGAIN_AFTER_MS = 3_600_000;

export interface ProbingOptions {
  readonly probes: ProbeStore;
  readonly accountId: number;
  readonly profile: ServerProfile | undefined;
  readonly logger: Logger;
}

export interface Probing {
  /** Writes down what has been seen in use since, and tries out what is due; true if connections made before should be made anew. @throws {UpstreamError} if the connection is lost */
  ifDue(lane: LaneSession, inbox: SourceRow | undefined): Promise<boolean>;
}

export function createProbing({ probes, accountId, profile, logger }: ProbingOptions): Probing {
  let known = probes.get(accountId);
  let savedVersion = 0;
  let notBefore = 0;
  if (known) profile?.recall(known.facts as ProbeFacts);

  const isDue = (signature: string): boolean => {
    if (Date.now() < notBefore) return false;
    return known === undefined || known.greeting !== signature || Date.now() - known.probedAt >= FRESH_FOR_MS;
  };
  const write = (row: NonNullable<typeof known>) => {
    known = row;
    savedVersion = profile?.version() ?? 0;
    probes.put(accountId, row);
  };
  const save = () => {
    if (!profile || !known || profile.version() === savedVersion) return;
    write({ ...known, facts: profile.facts() });
  };
  return {
    ifDue: async (lane, inbox) => {
      save();
      if (!profile || !inbox || !isDue(profile.signature())) return false;
      notBefore = Date.now() + AGAIN_AFTER_MS;
      const before = connectionFacts(profile.facts());
      if (known && known.greeting !== profile.signature()) profile.forget();
      try {
        await lane.select(inbox);
        await lane.session.probe();
      } catch (error) {
        if (!(error instanceof UpstreamError)) throw error;
        // Whether the connection lives, the next command tells.
        logger.info({ err: error }, 'the server could not be tried out now');
        return false;
      }
      const facts = profile.facts();
      if (facts.sample) write({ probedAt: Date.now(), greeting: profile.signature(), facts });
      logger.debug({ facts }, 'server tried out');
      return connectionFacts(facts) !== before;
    },
  };
}

/** What is asked for when a connection is made. */
const connectionFacts = ({ condstore, qresync }: ProbeFacts): string =>
  `${condstore === 'wrong'} ${qresync === 'wrong'}`;
