// How an account's server is dealt with: by what it says of itself and what trying has shown first, by the provider's table
// second, and by the configuration last, which has the last word.
import type { ImapFlow } from 'imapflow';
import type { ProbeFacts, ServerProfile, TraitReport, Verdict } from '../profile.js';
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

/** Traits that say whether something may be relied on, and the trials that show it. */
const TRIALS: Readonly<
  Record<
    'searchTrusted' | 'trustsCondstore' | 'trustsQresync' | 'trustsCopyUid' | 'trustsNewKeywords',
    readonly (keyof ProbeFacts)[]
  >
> = {
  searchTrusted: ['searchAll', 'searchText'],
  trustsCondstore: ['condstore'],
  trustsQresync: ['condstore', 'qresync'],
  trustsCopyUid: ['copyOrder'],
  trustsNewKeywords: ['newKeywords'],
};

/**
 * What trying has shown. A fault that was seen goes before the table; that a few messages showed none is no proof against a
 * fault the table knows of, and only confirms what the table trusts in.
 */
export function traitsTried(facts: ProbeFacts, trusted: Partial<ConnectorTraits>): Partial<ConnectorTraits> {
  const found: Mutable<Partial<ConnectorTraits>> = {};
  for (const [trait, trials] of Object.entries(TRIALS) as [keyof typeof TRIALS, readonly (keyof ProbeFacts)[]][]) {
    const verdicts = trials.map((trial) => facts[trial] as Verdict | undefined);
    if (verdicts.includes('wrong')) found[trait] = false;
    else if (trusted[trait] === true && verdicts.at(-1) === 'right') found[trait] = true;
  }
  return found;
}

/** Not shown: what a person can make nothing of, or what is no behaviour. */
const UNTOLD: ReadonlySet<string> = new Set(['provider', 'texts', 'rolesByName', 'roleNames']);

/** A greeting without numbers and other long tokens, which differ from one connection to the next; and the capabilities. */
const signatureOf = ({ greeting, words }: ServerFacts): string =>
  [greeting.replace(/\S*\d\S*|\S{20,}/g, '#').trim(), ...[...words].sort()].join(' ');

export interface LiveTraits {
  readonly traits: ConnectorTraits;
  readonly profile: ServerProfile;
  learn(facts: ServerFacts, more?: ProbeFacts): void;
  /** What was seen or tried just now; the rest stays as it was. */
  note(facts: ProbeFacts): void;
}

/**
 * One object that everybody who deals with the account looks at; `learn` and `note` bring it up to date.
 * What was learned is replaced by what is learned next.
 */
export function createLiveTraits(table: ConnectorTraits, overrides: Partial<ConnectorTraits> = {}): LiveTraits {
  const traits: Mutable<ConnectorTraits> = { ...table, ...overrides };
  let server: ServerFacts | undefined;
  let facts: ProbeFacts = {};
  let version = 0;
  let found: Partial<ConnectorTraits> = {};
  const update = () => {
    const said = server ? traitsFrom(table, server) : {};
    found = { ...said, ...traitsTried(facts, { ...table, ...said }) };
    Object.assign(traits, table, found, overrides);
  };
  const note = (more: ProbeFacts) => {
    const next = { ...facts, ...more };
    if (JSON.stringify(next) === JSON.stringify(facts)) return;
    facts = next;
    version++;
    update();
  };
  const sourceOf = (name: string): TraitReport['source'] =>
    name in overrides ? 'config' : name in found ? 'probe' : 'table';
  return {
    traits,
    learn: (told, more = {}) => {
      server = told;
      note({ ...more, capabilities: told.words, id: told.id });
      update();
    },
    note,
    profile: {
      signature: () => (server ? signatureOf(server) : ''),
      facts: () => facts,
      version: () => version,
      forget: () => {
        const { capabilitiesBefore, capabilities, id, namespace } = facts;
        facts = {};
        note(JSON.parse(JSON.stringify({ capabilitiesBefore, capabilities, id, namespace })) as ProbeFacts);
      },
      recall: (known) => {
        facts = { ...known, ...facts };
        update();
      },
      traits: () =>
        Object.entries(traits)
          .filter(([name]) => !UNTOLD.has(name))
          .map(([name, value]) => ({ name, value, source: sourceOf(name) })),
    },
  };
}
