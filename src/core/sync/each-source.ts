import { UpstreamError } from '../../mail/errors.js';
import type { Trouble } from '../../mail/problems.js';
import type { SourceRow } from '../../store/sources.js';
import type { Store } from '../../store/store.js';

export interface EachSourceOptions {
  readonly store: Pick<Store, 'sources'>;
  onProblem(subject: string, trouble: Trouble): void;
  onProblemOver(subject: string): void;
}

/** Refusals that may pass, but that concern the one mailbox they were given for. */
const OF_ONE_MAILBOX: ReadonlySet<string> = new Set(['SERVERBUG', 'INUSE', 'CORRUPTION', 'EXPUNGEISSUED']);

/**
 * Does something with one source after the other; a mailbox that the server refuses is left out this time, and told. What went well
 * takes that back, unless there may have been nothing to ask the server for (`isProof` false).
 */
export function createEachSource({ store, onProblem, onProblemOver }: EachSourceOptions) {
  /** Known to be well in this run: in an earlier one they may have been told of. */
  const well = new Set<number>();
  return async (
    sources: readonly SourceRow[],
    work: (source: SourceRow) => Promise<unknown>,
    { isProof = true }: { readonly isProof?: boolean } = {},
  ): Promise<void> => {
    for (const source of sources) {
      try {
        await work(source);
        if (!isProof) continue;
        if (!well.has(source.id)) onProblemOver(subjectOf(source));
        well.add(source.id);
      } catch (error) {
        if (!isOfOneMailbox(error, source)) throw error;
        well.delete(source.id);
        // It has gone meanwhile.
        if (!store.sources.get(source.id)) continue;
        onProblem(subjectOf(source), { code: 'mailbox', path: source.path.join('/'), error });
      }
    }
  };
}

/** It is gone, and so is whatever was wrong with it. */
export function removeSource({ sources, problems }: Pick<Store, 'sources' | 'problems'>, source: SourceRow): void {
  sources.remove(source.id);
  forgive({ problems }, source);
}

/** There is nothing that could be wrong with it: it is gone, or only a name. */
export const forgive = ({ problems }: Pick<Store, 'problems'>, source: SourceRow): void =>
  problems.resolve(source.accountId, subjectOf(source));

const subjectOf = ({ id }: SourceRow): string => `mailbox ${id}`;

/** Without its INBOX an account is none: that is a failure of the account. */
const isOfOneMailbox = (error: unknown, { role }: SourceRow): boolean =>
  error instanceof UpstreamError &&
  role !== 'inbox' &&
  (error.kind === 'permanent' || OF_ONE_MAILBOX.has(error.details.code ?? ''));
