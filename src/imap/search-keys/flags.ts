// Keys about flags (RFC 9051 §6.4.4, RFC 3501 §6.4.4).
import { SystemFlag } from '../../mail/flags.js';
import type { SearchCriteria } from '../../mail/search-criteria.js';
import { BadCommandError } from '../errors.js';
import { always, type SearchKey } from './search-key.js';

const constant = (name: string, criteria: SearchCriteria): SearchKey => ({ name, parse: () => always(criteria) });

const system = (name: keyof typeof SystemFlag): SearchKey[] => [
  constant(name.toUpperCase(), { key: 'systemFlag', bit: SystemFlag[name], present: true }),
  constant(`UN${name.toUpperCase()}`, { key: 'systemFlag', bit: SystemFlag[name], present: false }),
];

/** IMAP4rev2 has no such key (RFC 9051 appendix E). */
const recent = (name: string, criteria: SearchCriteria): SearchKey => ({
  name,
  parse: () => (view) => {
    if (view.rev2) throw new BadCommandError(`there is no search key ${name} in IMAP4rev2`);
    return criteria;
  },
});

const keyword = (name: string, present: boolean): SearchKey => ({
  name,
  parse: (reader) => always({ key: 'keyword', keyword: reader.word(), present }),
});

export const flagKeys: readonly SearchKey[] = [
  constant('ALL', { key: 'all' }),
  ...system('Answered'),
  ...system('Deleted'),
  ...system('Draft'),
  ...system('Flagged'),
  ...system('Seen'),
  // Nothing is \Recent here (providers.md §13.10), so nothing is new and everything is old.
  recent('RECENT', { key: 'none' }),
  recent('NEW', { key: 'none' }),
  recent('OLD', { key: 'all' }),
  keyword('KEYWORD', true),
  keyword('UNKEYWORD', false),
];
