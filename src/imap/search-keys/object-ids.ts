// EMAILID and THREADID (RFC 8474 §6).
import { always, type SearchKey } from './search-key.js';

const OBJECT_ID = /^[A-Za-z0-9_-]{1,255}$/;

const objectId = (name: string, key: 'emailId' | 'threadId'): SearchKey => ({
  name,
  parse: (reader) => {
    const id = reader.word();
    if (!OBJECT_ID.test(id)) throw reader.decoder.error('this cannot be an object id');
    return always({ key, id });
  },
});

export const objectIdKeys: readonly SearchKey[] = [objectId('EMAILID', 'emailId'), objectId('THREADID', 'threadId')];
