// Statements that tell the database's health what the disk says of them.
import type Sqlite from 'better-sqlite3';

/** From now on, what statements of this connection throw is passed through `judge` first. */
export function watchStatements(sqlite: Sqlite.Database, judge: (error: unknown) => unknown): void {
  const prepare = sqlite.prepare.bind(sqlite) as (sql: string) => Sqlite.Statement;
  const judged = <A extends unknown[], R>(work: (...args: A) => R) => {
    return (...args: A): R => {
      try {
        return work(...args);
      } catch (error) {
        throw judge(error);
      }
    };
  };
  const watched = (sql: string): Sqlite.Statement => {
    const statement = judged(prepare)(sql);
    const iterate = judged(statement.iterate.bind(statement));
    return Object.assign(statement, {
      run: judged(statement.run.bind(statement)),
      get: judged(statement.get.bind(statement)),
      all: judged(statement.all.bind(statement)),
      iterate: (...args: unknown[]) => {
        const rows = iterate(...args);
        return Object.assign(rows, { next: judged(rows.next.bind(rows)) });
      },
    });
  };
  Object.assign(sqlite, { prepare: watched });
}
