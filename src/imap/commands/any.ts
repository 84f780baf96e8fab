import { defineCommand, type StateKind } from '../command.js';
import { inLanguage } from '../language.js';
import { imapString, imapText } from '../wire/encode.js';

const ANY: readonly StateKind[] = ['notAuthenticated', 'authenticated', 'selected'];

/** Command: RFC 9051 §6.1.1 */
export const capability = defineCommand({
  name: 'CAPABILITY',
  states: ANY,
  capabilities: ['IMAP4rev1', 'LITERAL+'],
  expunges: 'allowed',
  parse: (decoder) => decoder.end(),
  run: ({ session, reply }) => {
    reply.untagged(`CAPABILITY ${session.capabilities()}`);
    return undefined;
  },
});

/** Command: RFC 9051 §6.1.2. The dispatcher tells of every change. */
export const noop = defineCommand({
  name: 'NOOP',
  states: ANY,
  expunges: 'allowed',
  parse: (decoder) => decoder.end(),
  run: () => undefined,
});

/** Command: RFC 9051 §6.1.3 */
export const logout = defineCommand({
  name: 'LOGOUT',
  states: ANY,
  expunges: 'held',
  parse: (decoder) => decoder.end(),
  run: ({ session, reply }) => {
    reply.untagged(inLanguage('BYE logging out', session.language));
    session.loggedOut = true;
    session.state = { kind: 'notAuthenticated' };
    return undefined;
  },
});

/** Command: RFC 2971 §3.1 */
export const id = defineCommand({
  name: 'ID',
  states: ANY,
  capabilities: ['ID'],
  expunges: 'allowed',
  parse: (decoder) => {
    decoder.space();
    const fields = new Map<string, string | undefined>();
    if (decoder.peek() === '(') {
      decoder.list(() => {
        const name = decoder.string().toLowerCase();
        decoder.space();
        fields.set(name, decoder.nstring());
        if (fields.size > 30) throw decoder.error('too many ID fields');
      });
    } else decoder.nstring();
    decoder.end();
    return fields;
  },
  run: ({ session, reply }, fields) => {
    const client = [fields.get('name'), fields.get('version')].filter((part) => part !== undefined).join(' ');
    if (client !== '') session.clientName = client.replace(/[^\x20-\x7e]/g, '?').slice(0, 100);
    reply.untagged(`ID (${imapString('name')} ${imapText('mail-gateway')})`);
    return undefined;
  },
});
