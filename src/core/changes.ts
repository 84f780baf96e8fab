import type { Changes, MailboxId } from './core.js';

/** The bell (STYLE §4), with the side that rings it. */
export interface Bell extends Changes {
  ringMailbox(mailboxId: number): void;
  ringTree(): void;
  ringAlerts(): void;
  ringAnnotations(mailboxId: MailboxId | undefined, entries: readonly string[]): void;
  /** Rows were added to the account's journal. */
  onJournal(accountId: number, listener: () => void): () => void;
  ringJournal(accountId: number): void;
}

export function createBell(): Bell {
  const mailboxes = new Map<number, Set<() => void>>();
  const journals = new Map<number, Set<() => void>>();
  const tree = new Set<() => void>();
  const alerts = new Set<() => void>();
  const anyMailbox = new Set<(id: MailboxId) => void>();
  const annotations = new Set<(id: MailboxId | undefined, entries: readonly string[]) => void>();
  const listen = (map: Map<number, Set<() => void>>, key: number, listener: () => void) => {
    const listeners = map.get(key) ?? new Set();
    map.set(key, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) map.delete(key);
    };
  };
  const ring = (listeners: Iterable<() => void> | undefined) => {
    for (const listener of [...(listeners ?? [])]) listener();
  };
  return {
    onMailbox: (id: MailboxId, listener) => listen(mailboxes, id, listener),
    onAnyMailbox: (listener) => {
      anyMailbox.add(listener);
      return () => anyMailbox.delete(listener);
    },
    onTree: (listener) => {
      tree.add(listener);
      return () => tree.delete(listener);
    },
    onAlerts: (listener) => {
      alerts.add(listener);
      return () => alerts.delete(listener);
    },
    onAnnotations: (listener) => {
      annotations.add(listener);
      return () => annotations.delete(listener);
    },
    onJournal: (accountId, listener) => listen(journals, accountId, listener),
    ringMailbox: (id) => {
      ring(mailboxes.get(id));
      for (const listener of [...anyMailbox]) listener(id as MailboxId);
    },
    ringTree: () => ring(tree),
    ringAlerts: () => ring(alerts),
    ringAnnotations: (id, entries) => {
      for (const listener of [...annotations]) listener(id, entries);
    },
    ringJournal: (accountId) => ring(journals.get(accountId)),
  };
}
