// Keys about age (RFC 5032): INTERNALDATE against now, to the second.
import type { SearchKey } from './search-key.js';

const age = (name: string, bounds: (limit: number) => { from: number; to: number }): SearchKey => ({
  name,
  parse: ({ decoder }) => {
    decoder.space();
    const seconds = decoder.number();
    if (seconds === 0) throw decoder.error('expected a number of seconds');
    return ({ now }) => ({ key: 'arrived', ...bounds(now - seconds) });
  },
});

export const ageKeys: readonly SearchKey[] = [
  age('OLDER', (limit) => ({ from: Number.NEGATIVE_INFINITY, to: limit })),
  age('YOUNGER', (limit) => ({ from: limit, to: Number.POSITIVE_INFINITY })),
];
