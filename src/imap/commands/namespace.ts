import { defineCommand } from '../command.js';

/** One personal namespace; nothing is shared. */
export const NAMESPACES = 'NAMESPACE (("" "/")) NIL NIL';

/** Command: RFC 2342 §5 (RFC 9051 §6.3.10) */
export const namespace = defineCommand({
  name: 'NAMESPACE',
  states: ['authenticated', 'selected'],
  capabilities: ['NAMESPACE'],
  expunges: 'allowed',
  parse: (decoder) => decoder.end(),
  run: ({ reply }) => {
    reply.untagged(NAMESPACES);
    return undefined;
  },
});
