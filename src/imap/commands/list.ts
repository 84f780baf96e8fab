import type { Mailbox } from '../../core/core.js';
import { specialUseOf } from '../../mail/roles.js';
import { type CommandContext, type Completion, defineCommand } from '../command.js';
import type { Decoder } from '../wire/decoder.js';
import { mailboxName } from '../wire/encode.js';
import { parseStatusItems, statusText } from './status.js';

interface ListArgs {
  readonly reference: string;
  readonly patterns: readonly string[];
  /** RFC 5258 §3: which mailboxes */
  readonly select: ReadonlySet<string>;
  /** RFC 5258 §3: what to tell of them */
  readonly returns: ReadonlySet<string>;
  /** RFC 5819 */
  readonly status: readonly string[];
  readonly isExtended: boolean;
}

const SELECTION = new Set(['SUBSCRIBED', 'REMOTE', 'RECURSIVEMATCH', 'SPECIAL-USE']);
const RETURN = new Set(['SUBSCRIBED', 'CHILDREN', 'SPECIAL-USE']);

/** Command: RFC 9051 §6.3.9 · Extends: RFC 5258 (LIST-EXTENDED), RFC 5819 (LIST-STATUS), RFC 6154 (SPECIAL-USE), RFC 3348 (CHILDREN) */
export const list = defineCommand<ListArgs>({
  name: 'LIST',
  states: ['authenticated', 'selected'],
  capabilities: ['CHILDREN', 'SPECIAL-USE', 'LIST-EXTENDED', 'LIST-STATUS'],
  expunges: 'allowed',
  parse: parseList,
  run: (context, args) => answer(context, args, 'LIST'),
});

/** Command: RFC 3501 §6.3.9. With SPECIAL-USE attributes: Outlook reads them here. */
export const lsub = defineCommand<ListArgs>({
  name: 'LSUB',
  states: ['authenticated', 'selected'],
  expunges: 'allowed',
  parse: (decoder) => ({ ...parsePlain(decoder), select: new Set(['SUBSCRIBED']) }),
  run: (context, args) => answer(context, args, 'LSUB'),
});

/** Command: XLIST, what LIST was to old Outlook and iOS: the inbox has an attribute too (clients-elsewhere.md). */
export const xlist = defineCommand<ListArgs>({
  name: 'XLIST',
  states: ['authenticated', 'selected'],
  capabilities: ['XLIST'],
  expunges: 'allowed',
  parse: parsePlain,
  run: (context, args) => answer(context, args, 'XLIST'),
});

function parsePlain(decoder: Decoder): ListArgs {
  decoder.space();
  const reference = decoder.mailbox();
  decoder.space();
  const patterns = [decoder.listMailbox()];
  decoder.end();
  return { reference, patterns, select: new Set(), returns: new Set(), status: [], isExtended: false };
}

function parseList(decoder: Decoder): ListArgs {
  decoder.space();
  const select = new Set<string>();
  let isExtended = decoder.peek() === '(';
  if (isExtended) {
    decoder.list(() => select.add(option(decoder, SELECTION)));
    decoder.space();
  }
  if (select.has('RECURSIVEMATCH') && !select.has('SUBSCRIBED')) {
    throw decoder.error('RECURSIVEMATCH needs SUBSCRIBED');
  }
  const reference = decoder.mailbox();
  decoder.space();
  const patterns: string[] = [];
  if (decoder.peek() === '(') {
    isExtended = true;
    decoder.list(() => patterns.push(decoder.listMailbox()));
  } else patterns.push(decoder.listMailbox());
  const returns = new Set<string>();
  let status: readonly string[] = [];
  if (!decoder.atEnd()) {
    decoder.space();
    if (decoder.keyword() !== 'RETURN') throw decoder.error('expected RETURN');
    decoder.space();
    isExtended = true;
    decoder.list(() => {
      const word = option(decoder, new Set([...RETURN, 'STATUS']));
      if (word === 'STATUS') {
        decoder.space();
        status = parseStatusItems(decoder);
      } else returns.add(word);
    });
  }
  decoder.end();
  return { reference, patterns, select, returns, status, isExtended };
}

function option(decoder: Decoder, known: ReadonlySet<string>): string {
  const word = decoder.keyword();
  if (!known.has(word)) throw decoder.error(`unknown LIST option ${word}`);
  return word;
}

/** A name to tell of: a mailbox, or one that is subscribed and no longer exists. */
interface Named {
  readonly path: string;
  readonly mailbox: Mailbox | undefined;
}

function answer(context: CommandContext, args: ListArgs, command: 'LIST' | 'LSUB' | 'XLIST'): Completion | undefined {
  const { core, reply, utf8 } = context;
  const name = (path: string) => mailboxName(path, utf8);
  // RFC 9051 §6.3.9: an empty pattern asks for the delimiter.
  if (!args.isExtended && args.patterns[0] === '') {
    reply.untagged(`${command} (\\Noselect) "/" ""`);
    return undefined;
  }
  const all = core.mailboxes.list();
  const subscribed = core.mailboxes.subscriptions();
  const parents = new Set(all.flatMap(({ path }) => ancestorsOf(path)));
  const matchers = args.patterns.map((pattern) => matcher(args.reference + pattern));
  const matches = (path: string) => matchers.some((match) => match(path));
  const above = levelsAbove(subscribed, matches);
  for (const { path, mailbox } of candidates(all, subscribed, args)) {
    if (!matches(path)) continue;
    const attributes = attributesOf({ path, mailbox }, { args, command, subscribed, hasChildren: parents.has(path) });
    const childInfo = args.select.has('RECURSIVEMATCH') && above.delete(path) ? CHILD_INFO : '';
    reply.untagged(`${command} (${attributes.join(' ')}) "/" ${name(path)}${childInfo}`);
    if (args.status.length > 0 && mailbox?.selectable) {
      reply.untagged(`STATUS ${name(path)} (${statusText(core.reads.status(mailbox.id), args.status)})`);
    }
  }
  if (command === 'LSUB' || args.select.has('RECURSIVEMATCH')) {
    tellLevels(
      context,
      command,
      all,
      [...above].filter((path) => !subscribed.has(path)),
    );
  }
  return undefined;
}

function candidates(all: readonly Mailbox[], subscribed: ReadonlySet<string>, { select }: ListArgs): Named[] {
  const existing = all.map((mailbox) => ({ path: mailbox.path, mailbox }));
  if (select.has('SPECIAL-USE')) return existing.filter(({ mailbox }) => mailbox.role && specialUseOf(mailbox.role));
  if (!select.has('SUBSCRIBED')) return existing;
  const known = new Set(all.map(({ path }) => path));
  const gone = [...subscribed].filter((path) => !known.has(path)).map((path) => ({ path, mailbox: undefined }));
  return [...existing.filter(({ path }) => subscribed.has(path)), ...gone];
}

interface AttributeContext {
  readonly args: ListArgs;
  readonly command: string;
  readonly subscribed: ReadonlySet<string>;
  readonly hasChildren: boolean;
}

function attributesOf(
  { path, mailbox }: Named,
  { args, command, subscribed, hasChildren }: AttributeContext,
): string[] {
  const attributes: string[] = [];
  if (!mailbox) attributes.push(args.isExtended ? '\\NonExistent' : '\\Noselect');
  else if (!mailbox.selectable) attributes.push('\\Noselect');
  attributes.push(hasChildren ? '\\HasChildren' : '\\HasNoChildren');
  if (command !== 'LSUB' && (args.returns.has('SUBSCRIBED') || args.select.has('SUBSCRIBED')) && subscribed.has(path)) {
    attributes.push('\\Subscribed');
  }
  const use =
    mailbox?.role === 'inbox' && command === 'XLIST' ? '\\Inbox' : mailbox?.role && specialUseOf(mailbox.role);
  if (use) attributes.push(command === 'XLIST' && use === '\\Junk' ? '\\Spam' : use);
  return attributes;
}

const CHILD_INFO = ' ("CHILDINFO" ("SUBSCRIBED"))';

/** Matching names above subscribed ones that the pattern does not show (RFC 5258 §3.5; RFC 3501 §6.3.9 for LSUB). */
function levelsAbove(subscribed: ReadonlySet<string>, matches: (path: string) => boolean): Set<string> {
  return new Set(
    [...subscribed]
      .filter((path) => !matches(path))
      .flatMap(ancestorsOf)
      .filter(matches),
  );
}

/** Levels that are not subscribed themselves, told for what stands below them. */
function tellLevels(
  { reply, utf8 }: CommandContext,
  command: string,
  all: readonly Mailbox[],
  paths: readonly string[],
): void {
  const byPath = new Map(all.map((mailbox) => [mailbox.path, mailbox]));
  for (const path of paths) {
    const mailbox = byPath.get(path);
    // To LSUB a name that is not subscribed is a mere level, whatever it is to LIST.
    const own = command === 'LSUB' || mailbox?.selectable === false ? '\\Noselect ' : mailbox ? '' : '\\NonExistent ';
    const childInfo = command === 'LSUB' ? '' : CHILD_INFO;
    reply.untagged(`${command} (${own}\\HasChildren) "/" ${mailboxName(path, utf8)}${childInfo}`);
  }
}

function ancestorsOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'));
}

/** `*` matches anything, `%` anything but the delimiter; INBOX in any case. Linear: no backtracking beyond the last `*`. */
export function matcher(pattern: string): (path: string) => boolean {
  const normal = pattern
    .normalize('NFC')
    .replace(/\*[*%]*|%+\*[*%]*/g, '*')
    .replace(/%+/g, '%');
  const insensitive = /^inbox/i.test(normal);
  return (path) => matchFrom(insensitive && path.startsWith('INBOX') ? `INBOX${normal.slice(5)}` : normal, path);
}

function matchFrom(pattern: string, path: string): boolean {
  // reachable[i]: the pattern read so far can have matched path.slice(0, i)
  let reachable = new Uint8Array(path.length + 1);
  reachable[0] = 1;
  for (const char of pattern) {
    const next = new Uint8Array(path.length + 1);
    for (let i = 0; i <= path.length; i++) {
      if (char === '*' || char === '%') {
        const isOpen = reachable[i] === 1 || (i > 0 && next[i - 1] === 1 && (char === '*' || path[i - 1] !== '/'));
        next[i] = isOpen ? 1 : 0;
      } else if (i > 0 && reachable[i - 1] === 1 && path[i - 1] === char) next[i] = 1;
    }
    reachable = next;
  }
  return reachable[path.length] === 1;
}
