// All targets, and the cases once found (test/fixtures/fuzz/): pieces, each so many times, so that long ones stay readable.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mailTargets } from './mail-targets.js';
import type { FuzzTarget } from './target.js';
import { upstreamTargets } from './upstream-targets.js';
import { wireTargets } from './wire-targets.js';

export const targets: readonly FuzzTarget[] = [...wireTargets, ...mailTargets, ...upstreamTargets];

/** A text, or pieces, so many times each. */
export type Pieces = readonly (readonly [what: string | Pieces, times: number])[];

export interface FoundCase {
  readonly target: string;
  /** What went wrong. */
  readonly why: string;
  /** One char a byte. */
  readonly pieces: Pieces;
}

export const foundCases = (): FoundCase[] =>
  JSON.parse(readFileSync(join(process.cwd(), 'test', 'fixtures', 'fuzz', 'found.json'), 'utf8')) as FoundCase[];

export const inputOf = ({ pieces }: FoundCase): string => joined(pieces);

const joined = (pieces: Pieces): string =>
  pieces.map(([what, times]) => (typeof what === 'string' ? what : joined(what)).repeat(times)).join('');
