import { defineCommand, type StateKind } from '../command.js';
import { inLanguage } from '../language.js';
import type { Decoder } from '../wire/decoder.js';
import { imapString, imapText } from '../wire/encode.js';

const ANY: readonly StateKind[] = ['notAuthenticated', 'authenticated', 'selected'];

/** Command: RFC 9051 §6.1.1 */
export const capability = defineCommand({
  name: 'CAPABILITY',
  states: ANY,
  // What IMAP4rev2 changes (RFC 9051 Appendix E) stands with each command, by context.rev2; INPROGRESS is progress.ts.
  capabilities: ({ state }) => [
    ...['IMAP4rev1', 'IMAP4rev2', 'LITERAL+'],
    ...(state.kind === 'notAuthenticated' ? [] : ['INPROGRESS']),
  ],
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

// RFC 2971 §3.3
const ID_PAIRS = 30;
const ID_NAME_BYTES = 30;
const ID_VALUE_BYTES = 1024;

/** Command: RFC 2971 §3.1. What is told helps nobody to find a weakness of the machine (§4). */
export const id = defineCommand({
  name: 'ID',
  states: ANY,
  capabilities: ['ID'],
  expunges: 'allowed',
  parse: (decoder) => {
    decoder.space();
    const fields = new Map<string, string | undefined>();
    if (decoder.peek() === '(') decoder.list(() => idField(decoder, fields));
    else if (decoder.nstring() !== undefined) throw decoder.error('expected a list or NIL');
    decoder.end();
    return fields;
  },
  run: ({ session, reply }, fields) => {
    const client = [fields.get('name'), fields.get('version')].filter((part) => part !== undefined).join(' ');
    if (client !== '') session.clientName = client.replace(/[^\x20-\x7e]/g, '?').slice(0, 100);
    const told = { name: 'mail-gateway', version: session.version, vendor: 'mail-gateway' };
    reply.untagged(
      `ID (${Object.entries(told)
        .flatMap(([name, value]) => [imapString(name), imapText(value)])
        .join(' ')})`,
    );
    return undefined;
  },
});

function idField(decoder: Decoder, fields: Map<string, string | undefined>): void {
  const name = decoder.string().toLowerCase();
  decoder.space();
  const value = decoder.nstring();
  if (fields.has(name)) throw decoder.error('an ID field is given twice');
  if (name.length > ID_NAME_BYTES || (value?.length ?? 0) > ID_VALUE_BYTES)
    throw decoder.error('an ID field is too long');
  fields.set(name, value);
  if (fields.size > ID_PAIRS) throw decoder.error('too many ID fields');
}
