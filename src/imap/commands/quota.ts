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
    const { core, reply, utf8 } = context;
    const mailbox = core.mailboxes.find(path);
    if (!mailbox) throw new MailboxError('NONEXISTENT', 'there is no such mailbox');
    const roots = core.quotas.rootsOf(mailbox.id);
    const names = roots.map(({ name }) => ` ${imapText(name)}`).join('');
    reply.untagged(`QUOTAROOT ${mailboxName(mailbox.path, utf8)}${names}`);
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
