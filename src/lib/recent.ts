/** Byte strings by key, the most recently used ones within a budget of bytes. */
export interface Recent {
  get(key: string): Uint8Array | undefined;
  has(key: string): boolean;
  /** Keeps a copy, unless it is too large to be worth its place. */
  set(key: string, bytes: Uint8Array): void;
}

/** One entry may take this part of the budget at most. */
const SHARE = 32;

export function createRecent(maxBytes: number): Recent {
  // A Map iterates in the order of insertion: the first is the one that was used longest ago.
  const entries = new Map<string, Uint8Array>();
  let total = 0;
  const remove = (key: string) => {
    total -= entries.get(key)?.byteLength ?? 0;
    entries.delete(key);
  };
  return {
    has: (key) => entries.has(key),
    get: (key) => {
      const bytes = entries.get(key);
      if (bytes) {
        entries.delete(key);
        entries.set(key, bytes);
      }
      return bytes;
    },
    set: (key, bytes) => {
      if (bytes.byteLength > maxBytes / SHARE) return;
      remove(key);
      // A copy: what came may be a small part of a large piece that would stay with it.
      entries.set(key, Uint8Array.prototype.slice.call(bytes));
      total += bytes.byteLength;
      for (const oldest of entries.keys()) {
        if (total <= maxBytes) return;
        remove(oldest);
      }
    },
  };
}
