// Figures as a table for people.
import type { Outcome } from './figures.js';
import { type Columns, goalText, round, shortfallsOf } from './judge.js';
import type { ColumnName, Row } from './rows.js';

export interface TableColumn {
  readonly name: ColumnName;
  readonly title: string;
  /** Shows the figures by processor time. */
  readonly byCpu?: boolean;
}

function cell(outcome: Outcome | undefined, byCpu: boolean): string {
  if (!outcome) return '';
  if (byCpu) return 'failure' in outcome || outcome.byCpu === undefined ? '' : round(outcome.byCpu);
  if ('failure' in outcome) return 'FAILED';
  return outcome.first === undefined ? round(outcome.value) : `${round(outcome.value)} (first ${round(outcome.first)})`;
}

function verdict(row: Row, columns: Columns): string {
  const short = shortfallsOf(row, columns);
  if (short.length > 0) return 'short';
  const hasGoal =
    row.goals !== undefined || row.asFastAs !== undefined || (row.isLocal && (columns.delayed || columns.oneDown));
  return hasGoal ? 'ok' : '';
}

/** Rows without any figure are left out. */
export function tableOf(rows: readonly Row[], titles: readonly TableColumn[], columns: Columns): string {
  const lines = [['step', 'unit', ...titles.map(({ title }) => title), 'asked', '']];
  for (const row of rows) {
    const cells = titles.map(({ name, byCpu = false }) => cell(columns[name]?.get(row.key), byCpu));
    if (cells.some(Boolean)) lines.push([row.title, row.unit, ...cells, goalText(row), verdict(row, columns)]);
  }
  const widths = lines[0]?.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0))) ?? [];
  const text = lines.map((line) =>
    line
      .map((one, i) => one.padEnd(widths[i] ?? 0))
      .join(' | ')
      .trimEnd(),
  );
  text.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('-+-'));
  return text.join('\n');
}
