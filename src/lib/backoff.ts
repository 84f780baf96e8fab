export interface BackoffOptions {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** Exponential delay with full jitter in the upper half: attempt 0 waits firstMs/2 … firstMs. */
export function backoffMs(attempt: number, { firstMs, maxMs }: BackoffOptions): number {
  const ceiling = Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 20));
  return Math.round(ceiling / 2 + Math.random() * (ceiling / 2));
}
