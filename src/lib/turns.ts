/** Lets others have their turn in the middle of long work. */
export interface Turns {
  /** Gives the turn away if this work has had it for some milliseconds. */
  pause(): Promise<void>;
}

const TURN_MS = 5;

export function createTurns(): Turns {
  let since = performance.now();
  return {
    pause: async () => {
      if (performance.now() - since < TURN_MS) return;
      await new Promise<void>((resolve) => setImmediate(resolve));
      since = performance.now();
    },
  };
}

/** Runs a generator to its end; each `yield` is a chance to pause. */
export async function inTurns<T>(steps: Generator<undefined, T>, turns: Turns): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await turns.pause();
  }
}
