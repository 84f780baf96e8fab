import { flagSetText } from '../mail/flags.js';
import { splitKeywords } from '../store/copies.js';
import type { InternedFlags } from './core.js';

/** Every combination of flags that occurs, once; rows refer to it by index, so a listing of flags is an array copy. */
export interface FlagTable {
  readonly table: readonly InternedFlags[];
  /** `tag` is the account's local keyword (`$acct_qq`), '' for none. */
  idOf(system: number, keywords: string, tag: string): number;
  get(id: number): InternedFlags;
}

export function createFlagTable(): FlagTable {
  const table: InternedFlags[] = [];
  const ids = new Map<string, number>();
  const add = (key: string, system: number, keywords: string, tag: string) => {
    const list = splitKeywords(keywords);
    if (tag) list.push(tag);
    const flags = { system, keywords: list };
    const id = table.push({ ...flags, wire: flagSetText(flags) }) - 1;
    ids.set(key, id);
    return id;
  };
  return {
    table,
    idOf: (system, keywords, tag) => {
      const key = `${system} ${tag} ${keywords}`;
      return ids.get(key) ?? add(key, system, keywords, tag);
    },
    get: (id) => {
      const flags = table[id];
      if (!flags) throw new RangeError('no such flags');
      return flags;
    },
  };
}
