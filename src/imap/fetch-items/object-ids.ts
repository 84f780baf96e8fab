// EMAILID and THREADID (RFC 8474 §5): the same for every copy of a content, for ever.
import type { FetchItem, IndexPart } from './fetch-item.js';

const part = (label: string, text: IndexPart['text']): FetchItem => {
  const made: IndexPart = { kind: 'index', label, setsSeen: false, columns: { objectIds: true }, text };
  return { names: [label], parse: () => made };
};

export const objectIdItems: readonly FetchItem[] = [
  part('EMAILID', (_, __, row) => `EMAILID (${row.emailId})`),
  part('THREADID', (_, __, row) => (row.threadId ? `THREADID (${row.threadId})` : 'THREADID NIL')),
];
