// Holds figures against what is asked of them.
import type { Outcome } from './figures.js';
import type { ColumnName, Row } from './rows.js';

export interface Shortfall {
  readonly row: string;
  readonly column: ColumnName;
  readonly text: string;
}

export type Columns = Partial<Record<ColumnName, ReadonlyMap<string, Outcome>>>;

/** What one run differs from the next on a busy machine, and what nobody notices. */
const NOISE = { factor: 1.5, ms: 5 };

const isRate = ({ unit }: Row): boolean => unit.endsWith('/s');

export const meets = (row: Row, value: number, goal: number): boolean => (isRate(row) ? value >= goal : value <= goal);

export function isAsFast(row: Row, value: number, other: number): boolean {
  if (isRate(row)) return value * NOISE.factor >= other;
  return value <= other * NOISE.factor || (row.unit === 'ms' && value - other <= NOISE.ms);
}

const asked = (row: Row, goal: number): string =>
  `${isRate(row) ? '≥' : '≤'} ${goal.toLocaleString('en-US')} ${row.unit === 'count' ? '' : row.unit}`.trim();

export const goalText = (row: Row): string => {
  const goals = row.goals ?? {};
  const distinct = [...new Set(Object.values(goals))];
  const [first] = distinct;
  if (first === undefined) return '';
  if (distinct.length === 1) return asked(row, first);
  return Object.entries(goals)
    .map(([column, goal]) => `${column === 'delayed' ? 'delayed ' : ''}${asked(row, goal)}`)
    .join(', ');
};

/** A figure that is missing is no shortfall; a step that has failed is. */
export function shortfallsOf(row: Row, columns: Columns): Shortfall[] {
  const found: Shortfall[] = [];
  const names = Object.keys(columns) as ColumnName[];
  for (const column of names) {
    const outcome = columns[column]?.get(row.key);
    if (!outcome) continue;
    const short = (text: string) => found.push({ row: row.title, column, text });
    if ('failure' in outcome) {
      short(`failed: ${outcome.failure}`);
      continue;
    }
    const { value } = outcome;
    const goal = row.goals?.[column];
    if (goal !== undefined && !meets(row, value, goal)) short(`${round(value)}, asked ${asked(row, goal)}`);
    const base =
      row.isLocal && (column === 'delayed' || column === 'oneDown') ? figure(columns.gateway, row.key) : undefined;
    if (base !== undefined && !isAsFast(row, value, base)) short(`${round(value)} ${row.unit}, without ${round(base)}`);
    const before = row.asFastAs && column !== 'direct' ? figure(columns[column], row.asFastAs) : undefined;
    if (before !== undefined && !isAsFast(row, value, before))
      short(`${round(value)} ${row.unit}, before ${round(before)}`);
  }
  return found;
}

function figure(column: ReadonlyMap<string, Outcome> | undefined, key: string): number | undefined {
  const outcome = column?.get(key);
  return outcome && 'value' in outcome ? outcome.value : undefined;
}

export const round = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0 });
