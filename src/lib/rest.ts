/** Whether somebody who works on demand has anything to do now. */
export interface Rest {
  /** There is nothing to do. */
  begin(): void;
  /** There may be something. */
  end(): void;
  /** Resolves when there is nothing. */
  reached(): Promise<void>;
}

export function createRest(): Rest {
  let isResting = false;
  const waiting = new Set<() => void>();
  return {
    begin: () => {
      isResting = true;
      for (const resolve of waiting) resolve();
      waiting.clear();
    },
    end: () => {
      isResting = false;
    },
    reached: () => (isResting ? Promise.resolve() : new Promise<void>((resolve) => void waiting.add(resolve))),
  };
}
