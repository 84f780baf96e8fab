import type { SpoolWriter } from '../../core/core.js';
import { MailboxError } from '../../mail/errors.js';
import type { FlagSet } from '../../mail/flags.js';
import { NO_FLAGS } from '../../mail/flags.js';
import { type CommandContext, defineCommand } from '../command.js';
import { BadCommandError, ByeError } from '../errors.js';
import type { AnnouncedLiteral } from '../wire/decoder.js';

interface AppendArgs {
  readonly path: string;
  readonly flags: FlagSet;
  /** Unix time, seconds. */
  readonly internalDate: number | undefined;
  readonly literal: AnnouncedLiteral;
}

/** Command: RFC 9051 §6.3.12 · Extends: RFC 4315 §3 (APPENDUID), RFC 7888 (LITERAL+) */
export const append = defineCommand<AppendArgs>({
  name: 'APPEND',
  states: ['authenticated', 'selected'],
  streamsLiteral: true,
  expunges: 'allowed',
  parse: (decoder) => {
    decoder.space();
    const path = decoder.mailbox();
    decoder.space();
    let flags: FlagSet = NO_FLAGS;
    if (decoder.peek() === '(') {
      flags = decoder.flagList();
      decoder.space();
    }
    let internalDate: number | undefined;
    if (decoder.peek() === '"') {
      internalDate = decoder.dateTime();
      decoder.space();
    }
    return { path, flags, internalDate, literal: decoder.announcedLiteral() };
  },
  run: async (context, { path, flags, internalDate, literal }) => {
    const { core, reply } = context;
    const spool = openSpool(context, path, literal);
    if (!literal.nonSynchronising) {
      reply.raw('+ go ahead\r\n');
      reply.flush();
    }
    const message = await receive(context, spool, literal.sizeBytes);
    const { uidValidity, uid } = await core.actions.append(path, message, flags, internalDate);
    return { code: `APPENDUID ${uidValidity} ${uid}` };
  },
});

/**
 * Refuses before the message is sent, where the client waits for that (RFC 7889 §5: TOOBIG before the continuation);
 * one that comes unasked is passed over by the connection.
 */
function openSpool({ core }: CommandContext, path: string, { sizeBytes }: AnnouncedLiteral): SpoolWriter {
  if (sizeBytes === 0) throw new MailboxError('CANNOT', 'an empty message cannot be stored');
  const limit = core.actions.appendLimit(path);
  if (sizeBytes > limit) throw new MailboxError('TOOBIG', `messages may have at most ${limit} bytes here`);
  return core.actions.spool(sizeBytes);
}

/** The message and the end of its command; only then is it kept. */
async function receive({ conversation }: CommandContext, spool: SpoolWriter, sizeBytes: number) {
  let received = 0;
  let failure: unknown;
  for await (const chunk of conversation.bytes(sizeBytes)) {
    received += chunk.byteLength;
    // After a failure the rest is still read: the command's end must be found.
    if (failure === undefined) {
      await spool.write(chunk).catch((error: unknown) => {
        failure = error;
      });
    }
  }
  const rest = received < sizeBytes ? undefined : await conversation.line();
  if (rest?.trim() === '' && failure === undefined) return spool.finish();
  await spool.abort();
  if (rest === undefined) throw new ByeError('the connection ended in the middle of a message');
  throw failure ?? new BadCommandError('unexpected text after the message');
}
