export interface SharedLock {
  /** Runs beside others of its kind, never beside an exclusive one. */
  shared<T>(work: () => Promise<T>): Promise<T>;
  /** Runs alone; those that come while it waits or runs wait for it. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
}

export function createSharedLock(): SharedLock {
  let running = 0;
  let alone: Promise<void> | undefined;
  let onIdle: (() => void) | undefined;
  return {
    shared: async (work) => {
      while (alone) await alone;
      running++;
      try {
        return await work();
      } finally {
        running--;
        if (running === 0) onIdle?.();
      }
    },
    exclusive: async (work) => {
      while (alone) await alone;
      let done: () => void = () => undefined;
      alone = new Promise((resolve) => {
        done = resolve;
      });
      try {
        if (running > 0) {
          await new Promise<void>((resolve) => {
            onIdle = resolve;
          });
        }
        return await work();
      } finally {
        onIdle = undefined;
        alone = undefined;
        done();
      }
    },
  };
}
