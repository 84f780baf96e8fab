// Which blocks of the program an input has reached, as V8 itself counts them: what an input reaches that none did before it
// makes it worth keeping. (@jazzer.js/core would do this too: its library asks for glibc 2.38, and older ones are not on npm.)
import { Session } from 'node:inspector';

export interface Coverage {
  /** The blocks reached since the last call that no call before had, and how often in powers of two. */
  fresh(): number;
  readonly total: number;
  stop(): void;
}

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

interface ScriptCoverage {
  readonly scriptId: string;
  readonly url: string;
  readonly functions: readonly { readonly ranges: readonly Range[] }[];
}

/** Of the scripts whose address matches. */
export function startCoverage(scripts: RegExp): Coverage {
  const session = new Session();
  session.connect();
  const post = (method: string, params: object = {}): unknown => {
    let answer: unknown;
    // An inspector of one's own process answers at once.
    session.post(method, params, (error, result) => {
      if (error) throw error;
      answer = result;
    });
    return answer;
  };
  post('Profiler.enable');
  post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  const seen = new Set<string>();
  return {
    fresh: () => {
      const { result } = post('Profiler.takePreciseCoverage') as { result: readonly ScriptCoverage[] };
      const before = seen.size;
      for (const { scriptId, url, functions } of result) {
        if (!scripts.test(url)) continue;
        for (const { ranges } of functions) {
          for (const { startOffset, endOffset, count } of ranges) {
            if (count > 0) seen.add(`${scriptId}:${startOffset}:${endOffset}:${Math.floor(Math.log2(count))}`);
          }
        }
      }
      return seen.size - before;
    },
    get total() {
      return seen.size;
    },
    stop: () => {
      post('Profiler.stopPreciseCoverage');
      session.disconnect();
    },
  };
}
