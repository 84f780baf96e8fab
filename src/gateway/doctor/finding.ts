// What `gateway doctor` finds: each a line with its evidence, in English and Chinese.
import type { Remedy } from '../../mail/errors.js';

/** A text in both languages. */
export type Said = Remedy;

export type Area = 'data' | 'configuration' | 'certificates' | 'ports' | 'clock' | 'owed' | 'imap' | 'smtp';

export interface Finding {
  readonly area: Area;
  /** The account it is about. */
  readonly account?: string;
  /** `note`: worth knowing, nothing to be done now. `bad`: the user has to do something. */
  readonly level: 'ok' | 'note' | 'bad';
  readonly what: Said;
  /** What was seen: numbers, or the server's own words. */
  readonly evidence?: Said;
  /** How long it took, milliseconds. */
  readonly ms?: number;
  readonly remedy?: Said;
}

export const said = (en: string, zh: string): Said => ({ en, zh });

/** What is of no language: numbers, paths, addresses, names of the protocols. */
export const same = (fact: string): Said => said(fact, fact);

/** A server's or the system's own words, which nobody translates: in Chinese they stand in marks. */
export const quoted = (words: string): Said => said(words, words === '' ? '' : `“${words}”`);

/** Findings of one area, and of one account where it is about one. */
export function findings(area: Area, account?: string) {
  const about = account === undefined ? { area } : { area, account };
  return {
    ok: (what: Said, evidence?: Said, ms?: number): Finding => finding({ ...about, level: 'ok', what }, evidence, ms),
    note: (what: Said, evidence?: Said, remedy?: Said): Finding =>
      finding({ ...about, level: 'note', what }, evidence, undefined, remedy),
    bad: (what: Said, remedy: Said, evidence?: Said): Finding =>
      finding({ ...about, level: 'bad', what }, evidence, undefined, remedy),
  };
}

function finding(base: Finding, evidence?: Said, ms?: number, remedy?: Said): Finding {
  return {
    ...base,
    ...(evidence === undefined || evidence.en === '' ? {} : { evidence }),
    ...(ms === undefined ? {} : { ms: Math.round(ms) }),
    ...(remedy === undefined ? {} : { remedy }),
  };
}
