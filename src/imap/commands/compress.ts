import { MailboxError } from '../../mail/errors.js';
import { defineCommand } from '../command.js';

/** Command: RFC 4978 §3. Over TLS only, and not where the way is short (`listen.compressOnLoopback`). */
export const compress = defineCommand({
  name: 'COMPRESS',
  states: ['authenticated', 'selected'],
  capabilities: (session) =>
    session.compression === 'offered' && session.state.kind !== 'notAuthenticated' ? ['COMPRESS=DEFLATE'] : [],
  expunges: 'allowed',
  parse: (decoder) => {
    decoder.space();
    const algorithm = decoder.keyword();
    decoder.end();
    if (algorithm !== 'DEFLATE') throw decoder.error('this compression is not offered; use DEFLATE');
  },
  run: ({ session }) => {
    if (session.compression === 'active') throw new MailboxError('COMPRESSIONACTIVE', 'compression is active already');
    if (session.compression === 'none') throw new MailboxError('CANNOT', 'compression is not offered here');
    session.compression = 'active';
    return { text: 'compression begins now' };
  },
});
