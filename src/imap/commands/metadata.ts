import type { Annotation, MailboxId } from '../../core/core.js';
import { MailboxError } from '../../mail/errors.js';
import { type CommandContext, defineCommand } from '../command.js';
import { quietly } from '../session.js';
import type { Decoder } from '../wire/decoder.js';
import { imapString, mailboxName } from '../wire/encode.js';

const base = { states: ['authenticated', 'selected'], expunges: 'allowed' } as const;

interface GetArgs {
  /** '' is the server. */
  readonly path: string;
  readonly entries: readonly string[];
  readonly depth: number;
  readonly maxBytes: number;
}

interface GetOptions {
  depth: number;
  maxBytes: number;
}

const MAX_NAMES = 200;
const MAX_NAME_LENGTH = 500;
// RFC 5464 §3.2: no "*" or "%", no empty part, nothing but printable ASCII.
const ENTRY = /^\/(private|shared)(\/[^/*%\x00-\x1f\x7f-\xff]+)+$/;
// Two parts at least, and four of a vendor's; what is shorter only has others below it.
const TOO_SHORT = /^\/(private|shared)(\/vendor(\/[^/]+)?)?$/;

/** Lower case: entry names are case-insensitive (RFC 5464 §3.2). @throws {BadCommandError} */
function entryName(decoder: Decoder): string {
  const entry = decoder.astring().toLowerCase();
  if (entry.length > MAX_NAME_LENGTH || !(TOO_SHORT.test(entry) || ENTRY.test(entry)))
    throw decoder.error('that is no entry name');
  return entry;
}

function readOptions(decoder: Decoder, options: GetOptions): void {
  decoder.list(() => {
    const word = decoder.keyword();
    decoder.space();
    if (word === 'MAXSIZE') options.maxBytes = decoder.number();
    else if (word === 'DEPTH') options.depth = readDepth(decoder);
    else throw decoder.error(`unknown GETMETADATA option ${word}`);
  });
  decoder.space();
}

function readDepth(decoder: Decoder): number {
  const word = decoder.keyword();
  if (word === 'INFINITY') return Number.POSITIVE_INFINITY;
  if (word !== '0' && word !== '1') throw decoder.error('a depth is 0, 1 or infinity');
  return Number(word);
}

function parseGet(decoder: Decoder): GetArgs {
  const options: GetOptions = { depth: 0, maxBytes: Number.POSITIVE_INFINITY };
  const areNext = () => /^\( *(maxsize|depth) /i.test(decoder.rest.slice(0, 40));
  decoder.space();
  if (areNext()) readOptions(decoder, options);
  const path = decoder.mailbox();
  decoder.space();
  // Where RFC 5464's first examples, and clients after them, put the options.
  if (areNext()) readOptions(decoder, options);
  const entries: string[] = [];
  if (decoder.peek() === '(') decoder.list(() => entries.push(entryName(decoder)));
  else entries.push(entryName(decoder));
  decoder.end();
  if (entries.length === 0 || entries.length > MAX_NAMES) throw decoder.error('expected entry names');
  if (options.depth === 0 && entries.some((entry) => TOO_SHORT.test(entry)))
    throw decoder.error('that is no entry name');
  return { path, entries, ...options };
}

/** The mailbox's id; undefined for '', the server. @throws {MailboxError} NONEXISTENT */
function targetOf({ core }: CommandContext, path: string): { id: MailboxId | undefined; path: string } {
  if (path === '') return { id: undefined, path };
  const mailbox = core.mailboxes.find(path);
  if (!mailbox) throw new MailboxError('NONEXISTENT', 'there is no such mailbox');
  return { id: mailbox.id, path: mailbox.path };
}

/** Those at the entry and up to `depth` levels below it. */
function below(annotations: readonly Annotation[], asked: string, depth: number): Annotation[] {
  return annotations.filter(({ entry }) => {
    if (entry === asked) return true;
    return entry.startsWith(`${asked}/`) && entry.slice(asked.length + 1).split('/').length <= depth;
  });
}

/** A value as string or, where it holds NUL, as literal8 (RFC 5464 §5). */
function valueText(value: Uint8Array): string {
  const bytes = Buffer.from(value).toString('latin1');
  return bytes.includes('\0') ? `~{${bytes.length}}\r\n${bytes}` : imapString(bytes);
}

/** Command: RFC 5464 §4.2. What is told of a mailbox by us stands below /shared/vendor/mail-gateway. */
export const getMetadata = defineCommand<GetArgs>({
  ...base,
  name: 'GETMETADATA',
  capabilities: ['METADATA'],
  parse: parseGet,
  run: (context, { path, entries, depth, maxBytes }) => {
    const target = targetOf(context, path);
    const annotations = context.core.annotations.of(target.id);
    const values = new Map<string, string>();
    let longest = 0;
    for (const asked of entries) {
      const found = below(annotations, asked, depth);
      // An entry asked for by its name is told of even if it is not there.
      if (found.length === 0 && depth === 0) values.set(asked, 'NIL');
      for (const { entry, value } of found) {
        if (value.byteLength <= maxBytes) values.set(entry, valueText(value));
        else longest = Math.max(longest, value.byteLength);
      }
    }
    if (values.size > 0) {
      const list = [...values].map(([entry, text]) => `${imapAtom(entry)} ${text}`).join(' ');
      context.reply.untagged(`METADATA ${mailboxName(target.path, context.utf8)} (${list})`);
    }
    return longest > 0 ? { code: `METADATA LONGENTRIES ${longest}` } : undefined;
  },
});

/** An entry name bare where it can stand so (RFC 9051 §9, astring). */
export const imapAtom = (entry: string): string => (/[ (){"\\]/.test(entry) ? imapString(entry) : entry);

interface SetArgs {
  readonly path: string;
  readonly changes: readonly { readonly entry: string; readonly value: Uint8Array | undefined }[];
}

/** Command: RFC 5464 §4.3. All or nothing. */
export const setMetadata = defineCommand<SetArgs>({
  ...base,
  name: 'SETMETADATA',
  parse: (decoder) => {
    decoder.space();
    const path = decoder.mailbox();
    decoder.space();
    const changes: { entry: string; value: Uint8Array | undefined }[] = [];
    decoder.list(() => {
      const entry = entryName(decoder);
      if (TOO_SHORT.test(entry)) throw decoder.error('that is no entry name');
      decoder.space();
      const text = decoder.nstring();
      changes.push({ entry, value: text === undefined ? undefined : Buffer.from(text, 'latin1') });
    });
    decoder.end();
    if (changes.length === 0) throw decoder.error('expected entries');
    return { path, changes };
  },
  run: (context, { path, changes }) => {
    const { id } = targetOf(context, path);
    quietly(context.session, () => context.core.annotations.set(id, changes));
    return undefined;
  },
});
