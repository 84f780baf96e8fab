// What `npm run bench -- …` takes.
import { parseArgs } from 'node:util';
import { BenchError } from './failure.js';

export interface BenchOptions {
  /** In the INBOX of each of the three accounts. */
  readonly messages: number;
  /** Round trip to the upstreams in the delayed run, milliseconds. */
  readonly rttMs: number;
  /** Leaves out the delayed run and the one with an account unreachable. */
  readonly quick: boolean;
  /** Where the raw figures go. */
  readonly jsonFile: string | undefined;
}

export const USAGE = `npm run bench -- [options]
  --messages N   messages in the INBOX of each account (default 20000, at least 2000)
  --rtt MS       round trip to the upstreams in the delayed run (default 40)
  --quick        only the run without delay: no delayed run, no unreachable account
  --json FILE    writes the raw figures to FILE
  --help         prints this`;

const SMALLEST = 2_000;

/** @returns undefined when only help was asked for. @throws {BenchError} */
export function parseOptions(args: readonly string[]): BenchOptions | undefined {
  const { values } = parse(args);
  if (values.help) return undefined;
  return {
    messages: wholeNumber('--messages', values.messages, SMALLEST, 200_000),
    rttMs: wholeNumber('--rtt', values.rtt, 1, 2_000),
    quick: values.quick,
    jsonFile: values.json,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        messages: { type: 'string', default: '20000' },
        rtt: { type: 'string', default: '40' },
        quick: { type: 'boolean', default: false },
        json: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new BenchError(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`, { cause: error });
  }
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max))
    throw new BenchError(`${name} ${text}: a number from ${min} to ${max}\n${USAGE}`);
  return value;
}
