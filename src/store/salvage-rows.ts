// Reads what can be read of a damaged database, table by table, without relying on any index.
import type Sqlite from 'better-sqlite3';
import { diskTroubleOf } from './health.js';

export type Row = Readonly<Record<string, unknown>>;

interface Column {
  readonly name: string;
  readonly type: string;
  readonly pk: number;
}

export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly hasRowid: boolean;
}

/** The columns that both know. Undefined where the damaged one does not know the table. */
export function tableOf(name: string, damaged: Sqlite.Database, fresh: Sqlite.Database): Table | undefined {
  const columnsOf = (sqlite: Sqlite.Database) => sqlite.pragma(`table_info(${name})`) as Column[];
  const known = new Set(columnsOf(damaged).map((column) => column.name));
  const columns = columnsOf(fresh).filter((column) => known.has(column.name));
  const list = fresh.pragma(`table_list(${name})`) as { wr: number }[];
  return columns.length === 0 ? undefined : { name, columns, hasRowid: list[0]?.wr !== 1 };
}

/**
 * Every row that can be read and whose values are of the kinds their columns hold; in no certain order, some perhaps twice.
 * `onDamage` is told when there may have been more.
 */
export function* rowsOf(damaged: Sqlite.Database, table: Table, onDamage: () => void): Generator<Row> {
  const rows = table.hasRowid ? byRowid(damaged, table, onDamage) : fromBothEnds(damaged, table, onDamage);
  for (const row of rows) {
    if (table.columns.every(({ name, type }) => fits(row[name], type))) yield row;
    else onDamage();
  }
}

const FITTING: Readonly<Record<string, (value: unknown) => boolean>> = {
  INTEGER: (value) => typeof value === 'number',
  TEXT: (value) => typeof value === 'string',
  BLOB: (value) => Buffer.isBuffer(value),
};
const fits = (value: unknown, type: string): boolean => value === null || (FITTING[type]?.(value) ?? true);

const listOf = ({ columns }: Table): string => columns.map(({ name }) => name).join(', ');
/** Beyond any id that was ever given out. */
const LAST_ROWID = 2 ** 40;

/** In order; where a row or a page cannot be read, it goes on behind it, in ever larger steps. */
function* byRowid(damaged: Sqlite.Database, table: Table, onDamage: () => void): Generator<Row> {
  const from = damaged.prepare(
    `SELECT rowid AS salvageId, ${listOf(table)} FROM ${table.name} NOT INDEXED WHERE rowid >= ? ORDER BY rowid`,
  );
  for (let next = 1, step = 1; next < LAST_ROWID; ) {
    try {
      for (const row of from.iterate(next)) {
        const { salvageId, ...rest } = row as Row & { salvageId: number };
        yield rest;
        next = salvageId + 1;
        step = 1;
      }
      return;
    } catch (error) {
      if (diskTroubleOf(error) !== 'damaged') throw error;
      onDamage();
      next += step;
      step *= 2;
    }
  }
}

/** From the first on to what cannot be read, then from the last back to it. */
function* fromBothEnds(damaged: Sqlite.Database, table: Table, onDamage: () => void): Generator<Row> {
  const key = table.columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
  for (const direction of ['ASC', 'DESC']) {
    const order = key.map(({ name }) => `${name} ${direction}`).join(', ');
    try {
      yield* damaged.prepare(`SELECT ${listOf(table)} FROM ${table.name} ORDER BY ${order}`).iterate() as Iterable<Row>;
      return;
    } catch (error) {
      if (diskTroubleOf(error) !== 'damaged') throw error;
      onDamage();
    }
  }
}
