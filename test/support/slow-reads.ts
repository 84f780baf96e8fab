import type { Reads } from '../../src/core/core.js';
import type { Harness } from './harness.js';

/** From now on the gateway's searches go through `search`, which may wait, fail, or ask `original`. */
export function replaceSearch(
  { core }: Harness,
  search: (original: Reads['search'], ...args: Parameters<Reads['search']>) => ReturnType<Reads['search']>,
): void {
  const reads = core.reads as { search: Reads['search'] };
  const original = reads.search;
  reads.search = (...args) => search(original, ...args);
}

/** A promise, and what lets it go on. */
export function gate(): { readonly open: () => void; readonly passed: Promise<void> } {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), passed };
}
