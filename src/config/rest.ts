// What is right of a configuration that has errors: enough to look after the accounts and ports it does name.
import { resolve } from 'node:path';
import { type Config, configOf, readJson } from './load.js';
import { ConfigError, type ConfigProblem } from './problems.js';

type Fields = Readonly<Record<string, unknown>>;

const POSITION = { line: 1, column: 1 } as const;
/** Stands in where no account is left, since a configuration needs one. */
const NOBODY = [{ name: 'nobody', demo: 'generic' }];

/**
 * The configuration without the accounts and settings that are wrong; passwords are looked up when revealed only. Undefined
 * when nothing can be made of the file.
 */
export function loadRest(path: string): Config | undefined {
  const file = resolve(path);
  let fields: Fields | undefined = attempt(() => readJson(file).value as Fields).result;
  for (;;) {
    const value: Fields | undefined = fields;
    if (typeof value !== 'object' || value === null) return undefined;
    const json = { value, positionOf: () => POSITION };
    const { result, problems } = attempt(() => configOf(file, json, { lazySecrets: 'passwords' }));
    if (result) return value.accounts === NOBODY ? { ...result, accounts: [] } : result;
    fields = without(value, problems);
  }
}

function attempt<T>(work: () => T): { result?: T; problems: readonly ConfigProblem[] } {
  try {
    return { result: work(), problems: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { problems: error.problems };
  }
}

/** Undefined when that leaves it as it was. */
function without(value: Fields, problems: readonly ConfigProblem[]): Fields | undefined {
  const accounts = new Set<number>();
  const settings = new Set<string>();
  for (const { field } of problems) {
    const index = /^accounts\[(\d+)\]/.exec(field)?.[1];
    if (index === undefined) settings.add(/^[\w$]+/.exec(field)?.[0] ?? field.replace(/^"|"$/g, ''));
    else accounts.add(Number(index));
  }
  const list = Array.isArray(value.accounts) ? value.accounts.filter((_, index) => !accounts.has(index)) : [];
  const kept = Object.entries(value).filter(([name]) => !settings.has(name) && name !== 'accounts');
  const isUseless = list.length === 0 || settings.has('accounts');
  if (isUseless && value.accounts === NOBODY && kept.length === Object.keys(value).length - 1) return undefined;
  const isSame = kept.length + 1 === Object.keys(value).length && accounts.size === 0 && !settings.has('accounts');
  return isSame
    ? undefined
    : { ...Object.fromEntries(kept), accounts: isUseless || value.accounts === NOBODY ? NOBODY : list };
}
