import type { SequenceSet } from '../../mail/sequence-set.js';
import { type Completion, defineCommand } from '../command.js';
import type { FetchPart } from '../fetch-items/fetch-item.js';
import { fetchFromBodies } from '../fetch-items/from-bodies.js';
import { fetchFromIndex } from '../fetch-items/from-index.js';
import { readFetchParts } from '../fetch-items/index.js';
import { planFetch } from '../fetch-items/plan.js';
import { selectedOf } from '../session.js';

export interface FetchArgs {
  readonly set: SequenceSet;
  readonly parts: readonly FetchPart[];
}

/**
 * Command: RFC 9051 §6.4.5, RFC 3501 §6.4.5
 * Syntax: RFC 9051 §9, fetch
 */
export const fetch = defineCommand<FetchArgs>({
  name: 'FETCH',
  uid: true,
  states: ['selected'],
  expunges: 'held',
  parse: (decoder) => {
    decoder.space();
    const set = decoder.sequenceSet();
    decoder.space();
    const parts = readFetchParts(decoder);
    decoder.end();
    return { set, parts };
  },
  run: async ({ session, core, reply, signal, uid }, { set, parts }) => {
    const selected = selectedOf(session);
    const targets = selected.resolve(set, uid);
    if (targets.uids.length === 0) return undefined;
    const plan = planFetch(parts, uid);
    // A mailbox opened by EXAMINE keeps its flags (RFC 9051 §6.3.3).
    const setsSeen = plan.setsSeen && !selected.readOnly;
    const run = { core, reply, signal, selected, targets, plan: { ...plan, setsSeen } };
    const gone = await (plan.needsBodies || setsSeen ? fetchFromBodies(run) : fetchFromIndex(run));
    return gone > 0 && !uid ? SOME_GONE : undefined;
  },
});

/** The client still counts messages that are gone already (RFC 5530 §3; RFC 2180 §4.1.2). */
const SOME_GONE: Completion = { isNo: true, code: 'EXPUNGEISSUED', text: 'some of the messages no longer exist' };
