import type { QuotaRoot } from '../../core/core.js';
import { MailboxError } from '../../mail/errors.js';
import { type CommandContext, defineCommand } from '../command.js';
import type { Decoder } from '../wire/decoder.js';
import { imapText, mailboxName } from '../wire/encode.js';

const base = { states: ['authenticated', 'selected'], expunges: 'allowed' } as const;

const rootName = (decoder: Decoder): string => Buffer.from(decoder.astring(), 'latin1').toString('utf8');

/** RFC 9208 §5.1: units of 1024 octets. */
function tellQuota({ reply }: CommandContext, { name, usedBytes, limitBytes }: QuotaRoot): void {
  const [used, limit] = [Math.ceil(usedBytes / 1024), Math.floor(limitBytes / 1024)];
  reply.untagged(`QUOTA ${imapText(name)} (STORAGE ${used} ${limit})`);
}

/** Command: RFC 9208 §4.1.1. The limits are the providers': QUOTASET is not offered. */
export const getQuota = defineCommand({
  ...base,
  name: 'GETQUOTA',
  capabilities: ['QUOTA', 'QUOTA=RES-STORAGE'],
  parse: (decoder) => {
    decoder.space();
    const name = rootName(decoder);
    decoder.end();
    return name;
  },
  run: (context, name) => {
    const root = context.core.quotas.root(name);
    if (!root) throw new MailboxError('NONEXISTENT', 'there is no such quota root');
    tellQuota(context, root);
    return undefined;
  },
});

/**
 * Those of the mailbox; of one that does not exist, those it would have (RFC 9208 §4.1.2): of the nearest mailbox above
 * it, or of the account whose tree it would be in.
 */
function rootsOf({ core }: CommandContext, path: string): readonly QuotaRoot[] {
  const levels = path.split('/');
  for (let depth = levels.length; depth > 0; depth--) {
    const mailbox = core.mailboxes.find(levels.slice(0, depth).join('/'));
    if (mailbox?.selectable || (mailbox && depth === levels.length)) return core.quotas.rootsOf(mailbox.id);
  }
  const account = core.quotas.root(levels[0] ?? '');
  return account ? [account] : [];
}

/** Command: RFC 9208 §4.1.2. A mailbox of accounts whose providers tell no limit has no root. */
export const getQuotaRoot = defineCommand({
  ...base,
  name: 'GETQUOTAROOT',
  parse: (decoder) => {
    decoder.space();
    const path = decoder.mailbox();
    decoder.end();
    return path;
  },
  run: (context, path) => {
    const { reply, utf8 } = context;
    const roots = rootsOf(context, path);
    const names = roots.map(({ name }) => ` ${imapText(name)}`).join('');
    reply.untagged(`QUOTAROOT ${mailboxName(path, utf8)}${names}`);
    for (const root of roots) tellQuota(context, root);
    return undefined;
  },
});

/** Command: RFC 9208 §4.1.3, refused. */
export const setQuota = defineCommand({
  ...base,
  name: 'SETQUOTA',
  parse: (decoder) => {
    decoder.space();
    rootName(decoder);
    decoder.space();
    decoder.list(() => {
      decoder.atom();
      decoder.space();
      decoder.number();
    });
    decoder.end();
  },
  run: () => {
    throw new MailboxError('NOPERM', 'the limits are those of the mail providers');
  },
});
