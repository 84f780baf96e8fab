import type { JournalStore } from '../../store/journal.js';
import type { CreatePayload, RenamePayload } from '../journal/payloads.js';

/** Whether an owed RENAME or CREATE leads there, or above: LIST may show what it has done before the gateway died. */
export const isOwedPath = (journal: JournalStore, accountId: number, path: readonly string[]): boolean =>
  (['rename', 'create'] as const).some((kind) =>
    journal.ofAccountAndKind(accountId, kind).some(({ payload }) => {
      const { to, path: made } = JSON.parse(payload) as Partial<RenamePayload> & CreatePayload;
      return (to ?? made)?.every((part, i) => path[i] === part) ?? false;
    }),
  );
