// What has been measured: one figure a step and column.
import { BenchError } from './failure.js';

export interface Figure {
  /** The median of the runs after the first, where there were several. */
  readonly value: number;
  /** The very first run, where it stands apart. */
  readonly first?: number;
  readonly runs?: readonly number[];
  /** What `value` would be if only the gateway's own processor time counted: a busy machine does not change it. */
  readonly byCpu?: number;
}

/** One command. */
export interface Timing {
  /** From writing it to reading its tagged line. */
  readonly ms: number;
  readonly cpuMs: number | undefined;
}

export interface Failure {
  readonly failure: string;
}

/** No rate may be a division by nothing. */
const SMALLEST_CPU_MS = 0.001;

export type Outcome = Figure | Failure;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new RangeError('the median of nothing');
  return (lower + upper) / 2;
}

/** @param toFigure the figure that a number of milliseconds makes */
export function figureOfTimings(timings: readonly Timing[], toFigure: (ms: number) => number): Figure {
  const figure = figureOf(timings.map(({ ms }) => toFigure(ms)));
  const later = timings.length > 1 ? timings.slice(1) : timings;
  const byCpu = later.flatMap(({ cpuMs }) => (cpuMs === undefined ? [] : [toFigure(Math.max(cpuMs, SMALLEST_CPU_MS))]));
  return byCpu.length === 0 ? figure : { ...figure, byCpu: median(byCpu) };
}

/** The first run apart from the others. */
export function figureOf(runs: readonly number[]): Figure {
  const [first, ...others] = runs;
  if (first === undefined) throw new RangeError('a figure without a run');
  return others.length === 0 ? { value: first, runs } : { value: median(others), first, runs };
}

/** The steps of one run, as they are done. */
export class Column<Key extends string> {
  readonly outcomes = new Map<Key, Outcome>();
  readonly #tell: (key: Key, outcome: Outcome) => void;

  constructor(tell: (key: Key, outcome: Outcome) => void) {
    this.#tell = tell;
  }

  put(key: Key, outcome: Outcome): void {
    this.outcomes.set(key, outcome);
    this.#tell(key, outcome);
  }

  /** A step that is refused does not end the bench: its failure stands where its figure would. */
  async measure(key: Key, work: () => Promise<Figure>): Promise<void> {
    try {
      this.put(key, await work());
    } catch (error) {
      if (!(error instanceof BenchError)) throw error;
      this.put(key, { failure: error.message });
    }
  }
}
