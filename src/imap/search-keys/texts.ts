// Keys about texts: substrings, without regard to case (RFC 9051 §6.4.4).
import { always, type SearchKey } from './search-key.js';

const address = (name: string): SearchKey => ({
  name,
  parse: (reader) => always({ key: 'header', field: name.toLowerCase(), text: reader.text() }),
});

export const textKeys: readonly SearchKey[] = [
  address('BCC'),
  address('CC'),
  address('FROM'),
  address('SUBJECT'),
  address('TO'),
  {
    name: 'HEADER',
    parse: (reader) => {
      const field = reader.word().toLowerCase();
      return always({ key: 'header', field, text: reader.text() });
    },
  },
  { name: 'BODY', parse: (reader) => always({ key: 'body', text: reader.text() }) },
  { name: 'TEXT', parse: (reader) => always({ key: 'text', text: reader.text() }) },
];
