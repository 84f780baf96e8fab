// What a fuzz target is: a pure piece of the program, properties it must have whatever comes in, and words of its grammar
// that make what comes in interesting. Text is one char a byte.
import { createContext, Script } from 'node:vm';

export interface FuzzTarget {
  /** Also the name of its corpus in test/fixtures/fuzz/. */
  readonly name: string;
  /** Words to put in, and to repeat without end. */
  readonly tokens: readonly string[];
  /** Good input to begin from. */
  readonly seeds: readonly string[];
  /** @throws what is found: a property that does not hold, an error that is not declared */
  run(input: string): void | Promise<void>;
}

export class FuzzFinding extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'FuzzFinding';
  }
}

/** Throws unless it holds. */
export function holds(condition: boolean, what: string): asserts condition {
  if (!condition) throw new FuzzFinding(what);
}

/** The outcome of a parser that may refuse in its own words only. */
export function refusedOr<T>(parse: () => T, ...declared: (new (...args: never[]) => Error)[]): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (declared.some((kind) => error instanceof kind)) return undefined;
    throw error;
  }
}

const sandbox: { run: () => void | Promise<void> } = createContext({ run: () => undefined }) as never;
const script = new Script('run()');

const isTooLate = (error: unknown): boolean => (error as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';

/**
 * Runs it, and ends it after that many milliseconds, however deep in a loop or a regular expression it is. Generous: what is
 * linear takes some hundredths of it. A machine may be busy, so what is late gets a second chance, and longer.
 */
export function runInTime(target: FuzzTarget, input: string, ms: number): void | Promise<void> {
  sandbox.run = () => target.run(input);
  const run = (timeout: number) => script.runInContext(sandbox, { timeout }) as void | Promise<void>;
  try {
    return run(ms);
  } catch (error) {
    if (!isTooLate(error)) throw error;
  }
  try {
    return run(4 * ms);
  } catch (error) {
    if (!isTooLate(error)) throw error;
    throw new FuzzFinding(`${target.name}: ${input.length} bytes take more than ${4 * ms} ms`, { cause: error });
  }
}
