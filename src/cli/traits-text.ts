// How each server is dealt with and why, for `gateway status --verbose`.
import type { AccountStatus } from '../gateway.js';
import { table } from './text.js';

const TRIALS: readonly (readonly [keyof AccountStatus['facts'], string])[] = [
  ['searchAll', 'SEARCH finds all there is'],
  ['searchText', 'SEARCH finds texts'],
  ['sizes', 'RFC822.SIZE is the true length'],
  ['condstore', 'CONDSTORE'],
  ['qresync', 'QRESYNC'],
  ['copyUid', 'COPYUID is told'],
  ['copyOrder', 'COPYUID is in order'],
  ['appendUid', 'APPENDUID is told'],
];

function factLines({ facts, keywords }: AccountStatus): string[] {
  const { namespace, status, idle, id, capabilitiesBefore, capabilities } = facts;
  const verdicts = TRIALS.map(([name, what]) => `${what}: ${facts[name] ?? 'not known'}`);
  const said = Object.entries(id ?? {}).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return [
    ...(capabilitiesBefore ? [`CAPABILITY before login: ${capabilitiesBefore.join(' ')}`] : []),
    ...(capabilities ? [`CAPABILITY after login: ${capabilities.join(' ')}`] : []),
    ...(said.length > 0 ? [`ID: ${said.join(', ')}`] : []),
    ...(namespace
      ? [`NAMESPACE: prefix ${JSON.stringify(namespace.prefix)}, delimiter ${JSON.stringify(namespace.delimiter)}`]
      : []),
    ...(status ? [`STATUS tells: ${status.join(', ')}`] : []),
    `IDLE has told: ${idle && idle.length > 0 ? idle.join(', ') : 'nothing yet'}`,
    `Mailboxes that keep new keywords: ${keywords.kept} of ${keywords.of}`,
    ...verdicts,
  ];
}

/** What was found out about each account's server, and a table of what is gone by: value and source. */
export const traitLines = (accounts: readonly AccountStatus[]): string[] =>
  accounts.flatMap((account) => {
    if (account.traits.length === 0) return [];
    const rows = account.traits.map(({ name, value, source }) => [name, JSON.stringify(value) ?? 'none', source]);
    return [
      '',
      `${account.name}: what was found out about its server`,
      ...factLines(account).map((line) => `  ${line}`),
      `${account.name}: what is gone by ("quirks" of the configuration have the last word)`,
      ...table(['Trait', 'Value', 'Source'], rows).map((line) => `  ${line}`),
    ];
  });
