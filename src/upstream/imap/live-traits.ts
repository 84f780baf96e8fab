// How an account's server is dealt with: by what it says of itself first, by the provider's table second, and by the
// configuration last, which has the last word.
import type { ImapFlow } from 'imapflow';
import { recognise } from '../providers/index.js';
import type { ConnectorTraits } from '../providers/provider.js';
import { wordsOf } from './capabilities.js';

/** What a server says of itself before anything is asked of it. */
export interface ServerFacts {
  readonly greeting: string;
  /** Of its ID reply (RFC 2971), `name` and `vendor` and the like. */
  readonly id: Readonly<Record<string, string>>;
  /** Capabilities after login, upper case. */
  readonly words: readonly string[];
}

export function factsOf(client: ImapFlow): ServerFacts {
  const id = Object.entries(client.serverInfo ?? {}).flatMap(([key, value]) =>
    typeof value === 'string' && value !== '' ? [[key, value] as const] : [],
  );
  return { greeting: client.greeting ?? '', id: Object.fromEntries(id), words: wordsOf(client) };
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What the facts tell, where they differ from what the table would have. */
export function traitsFrom(table: ConnectorTraits, { greeting, id, words }: ServerFacts): Partial<ConnectorTraits> {
  const found: Mutable<Partial<ConnectorTraits>> = {};
  const known =
    table.provider === 'generic' ? recognise([greeting, ...Object.values(id), ...words].join('\n')) : undefined;
  if (known) Object.assign(found, known.traits, { provider: table.provider });
  const limit = words.map((word) => /^MESSAGELIMIT=(\d{1,9})$/.exec(word)?.[1]).find((number) => number !== undefined);
  if (limit !== undefined && Number(limit) > 0) found.messageLimit = Number(limit);
  // Without IDLE nothing but STATUS is known to keep every server's connection alive.
  if (!words.includes('IDLE')) found.statusKeepsAlive = true;
  // Coremail serves many domains, and not all of its servers say so in the same way.
  if (/coremail/i.test(greeting)) found.idAfterLogin = true;
  return found;
}

/**
 * One object that everybody who deals with the account looks at; `learn` brings it up to date.
 * What was learned is replaced by what is learned next.
 */
export function createLiveTraits(
  table: ConnectorTraits,
  overrides: Partial<ConnectorTraits> = {},
): { traits: ConnectorTraits; learn(facts: ServerFacts): void } {
  const traits: Mutable<ConnectorTraits> = { ...table, ...overrides };
  return {
    traits,
    learn: (facts) => void Object.assign(traits, table, traitsFrom(table, facts), overrides),
  };
}
