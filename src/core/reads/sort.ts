// SORT and THREAD (RFC 5256) of messages that have been found.
import { gatherFloats, gatherInts } from '../../lib/gather.js';
import { createTurns, inTurns, type Turns } from '../../lib/turns.js';
import type { SearchHits } from '../../mail/search-criteria.js';
import { type SortCriterion, type SortPass, sortedPositions } from '../../mail/sort-order.js';
import { type ThreadAlgorithm, type ThreadMessages, threadsOf } from '../../mail/threads.js';
import type { SortColumn } from '../../store/sort-keys.js';
import type { Reads } from '../core.js';
import type { SortTable, SortTables } from './sort-table.js';

/** core.ts, Reads.sort */
export const createSort =
  (tables: SortTables): Reads['sort'] =>
  (mailboxId, hits, criteria) => {
    const turns = createTurns();
    const columns = criteria.flatMap(({ key }): SortColumn[] => (key === 'relevancy' ? [] : [key]));
    return tables.use(mailboxId, columns, turns, async (table) => {
      const rows = rowsOf(table, hits.uids);
      const passes: SortPass[] = [];
      for (const criterion of criteria) passes.push(await passOf(table, rows, { hits, criterion, turns }));
      return inTurns(sortedPositions(rows.length, passes), turns);
    });
  };

async function passOf(
  table: SortTable,
  rows: Int32Array,
  { hits, criterion, turns }: { hits: SearchHits; criterion: SortCriterion; turns: Turns },
): Promise<SortPass> {
  const { key, reverse } = criterion;
  switch (key) {
    case 'relevancy':
      // The best comes first (RFC 6203 §6).
      return { values: hits.scores, reverse: !reverse };
    case 'arrival':
    case 'date':
    case 'size':
      return { values: gatherFloats(table.numbers(key).values, rows), reverse };
    default: {
      const column = table.texts(key);
      const ranks = await column.ranks(turns);
      return { values: gatherInts(ranks, gatherInts(column.ids, rows)), reverse };
    }
  }
}

const THREAD_COLUMNS: Readonly<Record<ThreadAlgorithm, readonly SortColumn[]>> = {
  references: ['date', 'isReply', 'subject', 'ids'],
  orderedsubject: ['date', 'subject'],
  refs: ['date', 'ids'],
};

/** core.ts, Reads.thread */
export const createThread =
  (tables: SortTables): Reads['thread'] =>
  (mailboxId, uids, algorithm) => {
    const turns = createTurns();
    return tables.use(mailboxId, THREAD_COLUMNS[algorithm], turns, async (table) => {
      const messages = threadMessages(table, rowsOf(table, uids), THREAD_COLUMNS[algorithm]);
      await turns.pause();
      return inTurns(threadsOf(algorithm, messages), turns);
    });
  };

function threadMessages(table: SortTable, rows: Int32Array, columns: readonly SortColumn[]): ThreadMessages {
  const nothing = new Float64Array(0);
  const numbers = (name: 'date' | 'isReply') =>
    columns.includes(name) ? gatherFloats(table.numbers(name).values, rows) : nothing;
  const subject = columns.includes('subject') ? table.texts('subject') : undefined;
  return {
    count: rows.length,
    ...references(table, rows, columns.includes('ids')),
    sent: numbers('date'),
    subjects: gatherInts(subject?.ids ?? [], rows),
    subjectCount: subject?.count ?? 1,
    isReply: numbers('isReply'),
  };
}

function references(table: SortTable, rows: Int32Array, isRead: boolean) {
  const referenceStarts = new Uint32Array(rows.length + 1);
  if (!isRead) return { ownIds: new Uint32Array(0), references: new Uint32Array(0), referenceStarts, idCount: 1 };
  const { own, starts, lengths, pool, count } = table.ids();
  const ownIds = gatherInts(own, rows);
  for (let i = 0; i < rows.length; i++) {
    referenceStarts[i + 1] = (referenceStarts[i] ?? 0) + (lengths[rows[i] ?? 0] ?? 0);
  }
  const all = new Uint32Array(referenceStarts.at(-1) ?? 0);
  for (let i = 0; i < rows.length; i++) {
    // A loop: an array's `set` with a `subarray` takes ten times as long for these few.
    const end = referenceStarts[i + 1] ?? 0;
    let from = starts[rows[i] ?? 0] ?? 0;
    for (let at = referenceStarts[i] ?? 0; at < end; at++) all[at] = pool[from++] ?? 0;
  }
  return { ownIds, references: all, referenceStarts, idCount: count };
}

/** Where the messages stand in the table; one that has gone meanwhile has no values (row -1). */
function rowsOf({ uids: all }: SortTable, uids: Uint32Array): Int32Array {
  const rows = new Int32Array(uids.length);
  let at = 0;
  for (let i = 0; i < uids.length; i++) {
    const uid = uids[i] ?? 0;
    while ((all[at] ?? uid) < uid) at++;
    rows[i] = all[at] === uid ? at : -1;
  }
  return rows;
}
