// Whether paths still name what they named: a file that was deleted or moved away can go on being written to, for nobody.
import { statSync } from 'node:fs';

/** The data directory, or a file in it, is no longer what it was when the gateway started. */
export class DataGoneError extends Error {
  constructor(path: string) {
    super(
      `${path} was deleted, moved or replaced while the gateway was running, so nothing can be kept any more: it has stopped. If you have moved it, move it back and start again; if it is deleted, start again, and it is filled anew from the providers (what had not reached them yet is lost). Next time run "gateway stop" first`,
    );
    this.name = 'DataGoneError';
  }
}

/** Remembers what the paths name now; the function tells the first that names something else or nothing. */
export function rememberPlaces(paths: readonly string[]): () => string | undefined {
  const before = new Map(paths.map((path) => [path, identityOf(path)]));
  return () => {
    for (const [path, known] of before) {
      const now = identityOf(path);
      if (now?.ino !== known?.ino || now?.dev !== known?.dev) return path;
    }
    return undefined;
  };
}

/** Undefined also where it cannot be reached: then it cannot be written to either. */
function identityOf(path: string): { ino: number; dev: number } | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
