import type { Database } from './database.js';

/** Beginnings of messages' texts; listing-reads.ts reads them. */
export interface PreviewStore {
  /** `text` is wire-ready. */
  set(messageId: number, text: string): void;
}

export function createPreviewStore({ sqlite }: Database): PreviewStore {
  // The message may be gone meanwhile.
  const set = sqlite.prepare(
    'INSERT OR REPLACE INTO previews (messageId, text) SELECT id, @text FROM messages WHERE id = @messageId',
  );
  return { set: (messageId, text) => void set.run({ messageId, text }) };
}
