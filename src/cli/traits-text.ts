// How each server is dealt with and why, for `gateway status --verbose`.
import type { AccountStatus } from '../gateway.js';
import type { Language } from '../lib/languages.js';
import * as words from './status-words.js';
import { table } from './text.js';

function factLines({ facts, keywords }: AccountStatus, language: Language): string[] {
  const { namespace, status, idle = [], id, capabilitiesBefore, capabilities } = facts;
  const said = Object.entries(id ?? {}).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  const lines = [
    ...(capabilitiesBefore ? [words.capabilitiesBefore(capabilitiesBefore.join(' '))] : []),
    ...(capabilities ? [words.capabilitiesAfter(capabilities.join(' '))] : []),
    ...(said.length > 0 ? [words.identity(said.join(', '))] : []),
    ...(namespace ? [words.namespace(JSON.stringify(namespace.prefix), JSON.stringify(namespace.delimiter))] : []),
    ...(status ? [words.statusTells(status.join(', '))] : []),
    words.idleTold(idle.join(', ')),
    words.keywordsKept(keywords.kept, keywords.of),
    ...words.TRIALS.map(([name, what]) => words.fact(what, words.VERDICTS[facts[name] ?? ''] ?? words.NOT_KNOWN)),
  ];
  return lines.map((line) => line[language]);
}

/** Texts that are kept in both languages are shown in the reader's. */
function oneLanguage(value: unknown, language: Language): unknown {
  if (Array.isArray(value)) return value.map((part) => oneLanguage(part, language));
  if (typeof value !== 'object' || value === null) return value;
  const { en, zh, ...rest } = value as Readonly<Record<string, unknown>>;
  if (typeof en === 'string' && typeof zh === 'string' && Object.keys(rest).length === 0)
    return language === 'zh' ? zh : en;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, oneLanguage(part, language)]));
}

function valueText(value: unknown, language: Language): string {
  const shown = oneLanguage(value, language);
  // A text of its own is read better without marks and escapes.
  return typeof shown === 'string' ? shown : (JSON.stringify(shown) ?? words.NONE[language]);
}

/** What was found out about each account's server, and a table of what is gone by: value and source. */
export const traitLines = (accounts: readonly AccountStatus[], language: Language): string[] =>
  accounts.flatMap((account) => {
    if (account.traits.length === 0) return [];
    const { name } = account;
    const rows = account.traits.map((trait) => [
      trait.name,
      words.SOURCES[trait.source][language],
      // Last: some are long.
      valueText(trait.value, language),
    ]);
    return [
      '',
      words.factsOf(name)[language],
      ...factLines(account, language).map((line) => `  ${line}`),
      words.traitsOf(name)[language],
      ...table(words.TRAIT_HEADING[language], rows).map((line) => `  ${line}`),
    ];
  });
