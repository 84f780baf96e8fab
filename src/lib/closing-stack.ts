/** Things to be closed in reverse order of their making; what Node 24 has as AsyncDisposableStack. */
export interface ClosingStack {
  use<T extends AsyncDisposable>(resource: T): T;
  defer(close: () => void | Promise<void>): void;
  /** Closes all, the last first; every one is closed, then the first error is thrown. */
  close(): Promise<void>;
}

export function createClosingStack(): ClosingStack {
  const closers: (() => void | Promise<void>)[] = [];
  return {
    use: (resource) => {
      closers.push(() => Promise.resolve(resource[Symbol.asyncDispose]()));
      return resource;
    },
    defer: (close) => void closers.push(close),
    close: async () => {
      const errors: unknown[] = [];
      for (let close = closers.pop(); close; close = closers.pop()) {
        try {
          await close();
        } catch (error) {
          errors.push(error);
        }
      }
      if (errors.length > 0) throw errors[0];
    },
  };
}
