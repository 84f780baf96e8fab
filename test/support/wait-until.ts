// Waiting for a condition, with a deadline that says what was waited for.

export interface WaitOptions {
  readonly ms?: number;
  readonly everyMs?: number;
  /** Added to the error when it is not so in time. */
  readonly explain?: () => string;
}

/** Asks again and again until the answer is neither false nor undefined, and returns it. */
export async function waitUntil<T>(
  what: string,
  ask: () => T | false | undefined | Promise<T | false | undefined>,
  { ms = 15_000, everyMs = 25, explain = () => '' }: WaitOptions = {},
): Promise<T> {
  const until = Date.now() + ms;
  for (;;) {
    const answer = await ask();
    if (answer !== false && answer !== undefined) return answer;
    if (Date.now() > until) throw new Error(`not within ${ms} ms: ${what}\n${explain()}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
