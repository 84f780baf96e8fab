// Keys about dates and sizes (RFC 9051 §6.4.4; RFC 8514 §4.3). Dates are compared without time and time zone.
import { parseSearchDay } from '../../mail/dates.js';
import type { DayRelation } from '../../mail/search-criteria.js';
import { always, type SearchKey } from './search-key.js';

const date = (name: string, key: 'internalDate' | 'sentDate' | 'saveDate', relation: DayRelation): SearchKey => ({
  name,
  parse: (reader) => {
    const day = parseSearchDay(reader.word());
    if (!day) throw reader.decoder.error('expected a date like 1-Feb-2024');
    return always({ key, relation, day });
  },
});

const size = (name: string, key: 'larger' | 'smaller'): SearchKey => ({
  name,
  parse: ({ decoder }) => {
    decoder.space();
    return always({ key, sizeBytes: decoder.number() });
  },
});

export const dateAndSizeKeys: readonly SearchKey[] = [
  date('BEFORE', 'internalDate', 'before'),
  date('ON', 'internalDate', 'on'),
  date('SINCE', 'internalDate', 'since'),
  date('SENTBEFORE', 'sentDate', 'before'),
  date('SENTON', 'sentDate', 'on'),
  date('SENTSINCE', 'sentDate', 'since'),
  date('SAVEDBEFORE', 'saveDate', 'before'),
  date('SAVEDON', 'saveDate', 'on'),
  date('SAVEDSINCE', 'saveDate', 'since'),
  // Every mailbox here has save dates: all messages (RFC 8514 §4.3).
  { name: 'SAVEDATESUPPORTED', parse: () => always({ key: 'all' }) },
  size('LARGER', 'larger'),
  size('SMALLER', 'smaller'),
];
