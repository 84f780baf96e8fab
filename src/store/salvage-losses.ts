// What the tables that could not be read whole mean to the user: of what exists only here some may be lost.

export type LostPart = 'changes' | 'outbox' | 'kept' | 'recovered' | 'annotations';

const PARTS: Readonly<Record<LostPart, readonly string[]>> = {
  changes: ['accounts', 'sources', 'messages', 'copies', 'journal', 'journalTargets'],
  outbox: ['submissions'],
  kept: ['removals'],
  recovered: ['accounts', 'sources', 'messages', 'copies'],
  annotations: ['annotations'],
};

export const ALL_TABLES: readonly string[] = [...Object.values(PARTS).flat(), 'bodies'];

export const lostParts = (unread: ReadonlySet<string>): LostPart[] =>
  (Object.keys(PARTS) as LostPart[]).filter((part) => PARTS[part].some((table) => unread.has(table)));

const WORDS: Readonly<Record<LostPart, readonly [english: string, chinese: string]>> = {
  changes: ['changes that no provider had yet', '尚未同步到服务器的更改'],
  outbox: ['messages waiting to be sent', '等待发送的邮件'],
  kept: ['what "gateway undo" could have brought back', '可由 gateway undo 恢复的邮件'],
  recovered: ['messages in Recovered', 'Recovered 中的邮件'],
  annotations: ['annotations', '批注'],
};

/** For sentences. */
export const lostWords = (lost: readonly LostPart[]): readonly [english: string, chinese: string] => [
  lost.map((part) => WORDS[part][0]).join(', '),
  lost.map((part) => WORDS[part][1]).join('、'),
];
