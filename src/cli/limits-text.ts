// What an account has used of what its provider grants, for `gateway status`.
import type { AccountStatus } from '../gateway.js';
import type { Language } from '../lib/languages.js';
import * as words from './status-words.js';

/** One line an account that has limits; with `isVerbose` every account, and what has no limit too. */
export const limitLines = (accounts: readonly AccountStatus[], isVerbose: boolean, language: Language): string[] =>
  accounts.flatMap(({ name, budgets }) => {
    const told = budgets.filter(({ limit }) => isVerbose || limit !== undefined);
    return told.length === 0 ? [] : [words.uses(name, told.map(words.used))[language]];
  });
