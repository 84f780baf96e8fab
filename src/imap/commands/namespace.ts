import { defineCommand } from '../command.js';

/** Command: RFC 2342 §5 (RFC 9051 §6.3.10). One personal namespace; nothing is shared. */
export const namespace = defineCommand({
  name: 'NAMESPACE',
  states: ['authenticated', 'selected'],
  capabilities: ['NAMESPACE'],
  expunges: 'allowed',
  parse: (decoder) => decoder.end(),
  run: ({ reply }) => {
    reply.untagged('NAMESPACE (("" "/")) NIL NIL');
    return undefined;
  },
});
