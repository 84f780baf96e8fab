// What LIST, LSUB and XLIST tell: which names, with which attributes.
import type { Mailbox } from '../../core/core.js';
import type { CommandContext } from '../command.js';
import { BadCommandError } from '../errors.js';
import { imapText, mailboxName } from '../wire/encode.js';
import { isTooMuch, matcher } from './list-pattern.js';
import { beginStatus, statusLine } from './status.js';

export interface ListArgs {
  readonly reference: string;
  readonly patterns: readonly string[];
  /** RFC 5258 §3.1: which mailboxes */
  readonly select: ReadonlySet<string>;
  /** RFC 5258 §3.2: what to tell of them */
  readonly returns: ReadonlySet<string>;
  /** RFC 5819 */
  readonly status: readonly string[];
  readonly isExtended: boolean;
}

export type ListKind = 'LIST' | 'LSUB' | 'XLIST';

/** A name to tell of; `mailbox` is undefined where there is only a subscription, or only what stands below. */
interface Name {
  readonly path: string;
  readonly mailbox: Mailbox | undefined;
  /** A level that is a mailbox, but is not to be shown as one (accountTrees). */
  readonly isHidden?: boolean;
}

interface Answer {
  readonly kind: ListKind;
  readonly args: ListArgs;
  readonly subscribed: ReadonlySet<string>;
  /** Levels above a mailbox. */
  readonly parents: ReadonlySet<string>;
}

/** @throws {BadCommandError} for patterns that would take too long */
export function answerList(context: CommandContext, args: ListArgs, kind: ListKind): void {
  const { core, reply, utf8 } = context;
  beginStatus(context, args.status);
  // RFC 9051 §6.3.9: an empty pattern asks for the delimiter; in the extended form it is a pattern that matches nothing.
  if (!args.isExtended && args.patterns[0] === '') {
    reply.untagged(`${kind} (\\Noselect) "/" ""`);
    return;
  }
  const patterns = args.patterns.map((pattern) => args.reference + pattern);
  if (isTooMuch(patterns)) throw new BadCommandError('too many or too long patterns');
  const matchers = patterns.map(matcher);
  const matches = (path: string) => matchers.some((match) => match(path));
  const all = core.mailboxes.list();
  const subscribed = core.mailboxes.subscriptions();
  const answer: Answer = { kind, args, subscribed, parents: new Set(all.flatMap(({ path }) => ancestorsOf(path))) };
  const names = namesOf(context, all, answer);
  const above = levelsAbove(names, answer, matches);
  for (const name of names) {
    if (!matches(name.path)) continue;
    const isSelected = isWanted(name, answer);
    if (!isSelected && !above.hidden.has(name.path)) continue;
    const childInfo = kind === 'LIST' && above.all.has(name.path) ? ` ("CHILDINFO" (${childInfoOf(args)}))` : '';
    const attributes = attributesOf(name, answer, isSelected);
    reply.untagged(`${kind} (${attributes.join(' ')}) "/" ${mailboxName(name.path, utf8)}${childInfo}`);
    // RFC 5819 §2: none for what is told only for what stands below it, nor for what cannot be selected.
    if (args.status.length > 0 && isSelected && name.mailbox?.selectable)
      reply.untagged(statusLine(context, name.mailbox, args.status));
  }
}

/** One mailbox as an untagged LIST answer tells it, where no LIST has been asked for (OLDNAME: RFC 9051 §6.3.6; NOTIFY). */
export function mailboxLine(
  { core, utf8 }: Pick<CommandContext, 'core' | 'utf8'>,
  mailbox: Mailbox,
  oldName: string,
): string {
  const subscribed = core.mailboxes.subscriptions();
  const parents = new Set(core.mailboxes.list().flatMap(({ path }) => ancestorsOf(path)));
  const args = { ...PLAIN, returns: new Set(['SUBSCRIBED']) };
  const attributes = attributesOf({ path: mailbox.path, mailbox }, { kind: 'LIST', args, subscribed, parents }, true);
  const name = mailboxName(mailbox.path, utf8);
  return `LIST (${attributes.join(' ')}) "/" ${name}${oldNameItem(mailbox, oldName, utf8)}`;
}

/** What LIST adds where the mailbox was called otherwise before, or by the client (RFC 9051 §6.3.9.7); '' where it was not. */
export const oldNameItem = ({ path }: Mailbox, oldName: string, utf8: boolean): string =>
  oldName === path ? '' : ` ("OLDNAME" (${mailboxName(oldName, utf8)}))`;
const PLAIN = { reference: '', patterns: [], select: new Set<string>(), status: [], isExtended: true };

/** Every name that may be told, in the order of the tree: a level that is no mailbox comes before what stands below it. */
function namesOf({ core }: CommandContext, all: readonly Mailbox[], { args, kind, subscribed }: Answer): Name[] {
  const known = new Set(all.map(({ path }) => path));
  const needsLevels = kind === 'LSUB' || args.select.size === 0 || args.select.has('RECURSIVEMATCH');
  const names: Name[] = [];
  for (const mailbox of all) {
    if (needsLevels) {
      for (const path of ancestorsOf(mailbox.path)) {
        if (!known.has(path))
          names.push({ path, mailbox: undefined, isHidden: core.mailboxes.find(path) !== undefined });
        known.add(path);
      }
    }
    names.push({ path: mailbox.path, mailbox });
  }
  if (!args.select.has('SUBSCRIBED')) return names;
  // A mailbox that exists but is not shown (accountTrees) is not told of as missing.
  const gone = [...subscribed].filter((path) => !known.has(path) && !core.mailboxes.find(path));
  const levels = needsLevels ? gone.flatMap(ancestorsOf).filter((path) => !known.has(path)) : [];
  for (const path of [...new Set([...gone, ...levels])].sort()) names.push({ path, mailbox: undefined });
  return names;
}

/** Whether the name is what the selection options ask for; REMOTE only adds what is elsewhere, and nothing is. */
function isWanted({ path, mailbox }: Name, { args: { select }, subscribed }: Answer): boolean {
  if (select.has('SUBSCRIBED') && !subscribed.has(path)) return false;
  return !select.has('SPECIAL-USE') || mailbox?.specialUse !== undefined;
}

interface Above {
  /** Names above wanted ones: what CHILDINFO tells, whether or not the patterns show those (RFC 5258 §3.1, note 2). */
  readonly all: ReadonlySet<string>;
  /** Above wanted ones that the patterns do not show: told of for their sake (RFC 5258 §3.5; RFC 3501 §6.3.9 for LSUB). */
  readonly hidden: ReadonlySet<string>;
}

function levelsAbove(names: readonly Name[], answer: Answer, matches: (path: string) => boolean): Above {
  if (answer.kind !== 'LSUB' && !answer.args.select.has('RECURSIVEMATCH')) return { all: new Set(), hidden: new Set() };
  const wanted = names.filter((name) => isWanted(name, answer)).map(({ path }) => path);
  const above = (paths: readonly string[]) => new Set(paths.flatMap(ancestorsOf));
  return { all: above(wanted), hidden: above(wanted.filter((path) => !matches(path))) };
}

const childInfoOf = ({ select }: ListArgs): string =>
  ['SUBSCRIBED', 'SPECIAL-USE']
    .filter((option) => select.has(option))
    .map((option) => imapText(option))
    .join(' ');

function attributesOf(
  { path, mailbox, isHidden }: Name,
  { kind, args, subscribed, parents }: Answer,
  isSelected: boolean,
): string[] {
  const attributes: string[] = [];
  if (kind === 'LSUB') {
    // To LSUB a name that is not subscribed is a mere level, whatever it is to LIST.
    if (!isSelected || !mailbox?.selectable) attributes.push('\\Noselect');
    attributes.push(parents.has(path) || !isSelected ? '\\HasChildren' : '\\HasNoChildren');
  } else {
    // \NonExistent implies \Noselect (RFC 5258 §3), but clients from before it know only that.
    const isNonExistent = !mailbox && !isHidden && kind === 'LIST';
    if (isNonExistent) attributes.push('\\NonExistent');
    if (mailbox ? !mailbox.selectable : !isNonExistent || !args.isExtended) attributes.push('\\Noselect');
    // What is only subscribed has nothing said of its children.
    if (parents.has(path)) attributes.push('\\HasChildren');
    else if (mailbox) attributes.push('\\HasNoChildren');
    const tellsSubscribed = args.returns.has('SUBSCRIBED') || args.select.has('SUBSCRIBED');
    if (tellsSubscribed && subscribed.has(path)) attributes.push('\\Subscribed');
  }
  if (kind === 'XLIST' && mailbox?.role === 'inbox') attributes.push('\\Inbox');
  const use = mailbox?.specialUse;
  if (use) attributes.push(kind === 'XLIST' && use === '\\Junk' ? '\\Spam' : use);
  return attributes;
}

function ancestorsOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'));
}
