// What an account has used of what its provider grants, for `gateway status`.
import type { AccountStatus } from '../gateway.js';
import { count } from './text.js';

type Use = AccountStatus['budgets'][number];

const megabytes = (bytes: number): string =>
  bytes === 0 ? '0 MB' : bytes < 1e6 ? 'under 1 MB' : `${count(bytes / 1e6)} MB`;

const WORDS: Readonly<Record<Use['name'], (amount: string) => string>> = {
  downloadBytesPerDay: (amount) => `${amount} down in 24 h`,
  uploadBytesPerDay: (amount) => `${amount} up in 24 h`,
  loginsPer15Minutes: (amount) => `${amount} sign-ins in 15 min`,
  messagesPerMinute: (amount) => `${amount} messages sent in a minute`,
  messagesPerDay: (amount) => `${amount} messages sent in 24 h`,
  recipientsPerDay: (amount) => `${amount} recipients in 24 h`,
};

const useText = ({ name, used, limit }: Use): string => {
  const amount = (value: number) => (name.includes('Bytes') ? megabytes(value) : count(value));
  return WORDS[name](limit === undefined ? amount(used) : `${amount(used)} of ${amount(limit)}`);
};

/** One line an account that has limits; with `isVerbose` every account, and what has no limit too. */
export const limitLines = (accounts: readonly AccountStatus[], isVerbose: boolean): string[] =>
  accounts.flatMap(({ name, budgets }) => {
    const told = budgets.filter(({ limit }) => isVerbose || limit !== undefined);
    return told.length === 0 ? [] : [`${name}: ${told.map(useText).join(', ')}.`];
  });
