// What a client asks of NOTIFY (RFC 5465 §8).
import type { FetchPart } from '../fetch-items/fetch-item.js';
import { readFetchParts } from '../fetch-items/index.js';
import type { Decoder } from '../wire/decoder.js';

/** Events by name; those a mailbox's messages cause, and those of mailboxes as such. */
const MESSAGE_EVENTS = ['MessageNew', 'MessageExpunge', 'FlagChange'] as const;
const OTHER_EVENTS = ['MailboxName', 'SubscriptionChange', 'MailboxMetadataChange', 'ServerMetadataChange'] as const;
/** For BADEVENT: what is told of here. */
export const EVENTS: readonly string[] = [...MESSAGE_EVENTS, ...OTHER_EVENTS];
const SPELLING: ReadonlyMap<string, NotifyEvent> = new Map(
  [...MESSAGE_EVENTS, ...OTHER_EVENTS].map((event) => [event.toUpperCase(), event]),
);
const MAX_GROUPS = 50;
const MAX_MAILBOXES = 1_000;

export type NotifyEvent = (typeof MESSAGE_EVENTS)[number] | (typeof OTHER_EVENTS)[number];

export type MailboxFilter =
  | { readonly kind: 'selected' | 'selected-delayed' | 'inboxes' | 'personal' | 'subscribed' }
  | { readonly kind: 'subtree' | 'mailboxes'; readonly paths: readonly string[] };

export interface EventGroup {
  readonly filter: MailboxFilter;
  readonly events: ReadonlySet<NotifyEvent>;
  /** Of messages that arrive in the selected mailbox. */
  readonly newMessageParts: readonly FetchPart[];
}

export interface NotifyRequest {
  /** Whether a STATUS of each mailbox is wanted at once. */
  readonly status: boolean;
  readonly groups: readonly EventGroup[];
  /** Events that are not told of here, such as those of messages' annotations. */
  readonly unknown: readonly string[];
}

/** What follows NOTIFY; undefined for NONE. @throws {BadCommandError} */
export function readNotify(decoder: Decoder): NotifyRequest | undefined {
  decoder.space();
  const word = decoder.keyword();
  if (word === 'NONE') {
    decoder.end();
    return undefined;
  }
  if (word !== 'SET') throw decoder.error('expected SET or NONE');
  decoder.space();
  let status = false;
  if (decoder.peek() !== '(') {
    if (decoder.keyword() !== 'STATUS') throw decoder.error('expected STATUS or an event group');
    status = true;
    decoder.space();
  }
  const unknown: string[] = [];
  const groups = [readGroup(decoder, unknown)];
  while (decoder.accept(' ')) groups.push(readGroup(decoder, unknown));
  decoder.end();
  if (groups.length > MAX_GROUPS) throw decoder.error('too many event groups');
  if (groups.filter(({ filter }) => isSelected(filter)).length > 1) throw decoder.error('selected is there twice');
  return { status, groups, unknown };
}

export const isSelected = ({ kind }: MailboxFilter): boolean => kind === 'selected' || kind === 'selected-delayed';

function readGroup(decoder: Decoder, unknown: string[]): EventGroup {
  decoder.expect('(');
  const filter = readFilter(decoder);
  decoder.space();
  const events = new Set<NotifyEvent>();
  let newMessageParts: readonly FetchPart[] = [];
  if (decoder.peek() === '(') {
    decoder.list(() => {
      const event = readEvent(decoder, unknown);
      if (event) events.add(event);
      if (event === 'MessageNew' && decoder.rest.startsWith(' (')) newMessageParts = readAttributes(decoder, filter);
    });
    if (events.size === 0 && unknown.length === 0) throw decoder.error('expected an event');
  } else if (decoder.keyword() !== 'NONE') throw decoder.error('expected events or NONE');
  decoder.expect(')');
  check(decoder, filter, events);
  return { filter, events, newMessageParts };
}

function readFilter(decoder: Decoder): MailboxFilter {
  const word = decoder.keyword();
  switch (word) {
    case 'SELECTED':
      return { kind: 'selected' };
    case 'SELECTED-DELAYED':
      return { kind: 'selected-delayed' };
    case 'INBOXES':
      return { kind: 'inboxes' };
    case 'PERSONAL':
      return { kind: 'personal' };
    case 'SUBSCRIBED':
      return { kind: 'subscribed' };
    case 'SUBTREE':
      return { kind: 'subtree', paths: readPaths(decoder) };
    case 'MAILBOXES':
      return { kind: 'mailboxes', paths: readPaths(decoder) };
    default:
      throw decoder.error(`there is no mailbox filter ${word}`);
  }
}

function readPaths(decoder: Decoder): string[] {
  decoder.space();
  const paths: string[] = [];
  if (decoder.peek() === '(') decoder.list(() => paths.push(decoder.mailbox()));
  else paths.push(decoder.mailbox());
  if (paths.length === 0 || paths.length > MAX_MAILBOXES) throw decoder.error('expected mailbox names');
  return paths;
}

function readEvent(decoder: Decoder, unknown: string[]): NotifyEvent | undefined {
  const word = decoder.keyword();
  const event = SPELLING.get(word);
  if (!event) unknown.push(word);
  return event;
}

/** The list behind MessageNew. */
function readAttributes(decoder: Decoder, filter: MailboxFilter): readonly FetchPart[] {
  if (!isSelected(filter)) throw decoder.error('only for the selected mailbox can attributes be asked for');
  decoder.space();
  return readFetchParts(decoder);
}

/** RFC 5465 §5: no new messages without expunges, no flags without both; §6.1: only messages in `selected`. */
function check(decoder: Decoder, filter: MailboxFilter, events: ReadonlySet<NotifyEvent>): void {
  if (events.has('MessageNew') !== events.has('MessageExpunge')) {
    throw decoder.error('MessageNew and MessageExpunge go together');
  }
  if (events.has('FlagChange') && !events.has('MessageNew')) {
    throw decoder.error('FlagChange needs MessageNew and MessageExpunge');
  }
  if (isSelected(filter) && OTHER_EVENTS.some((event) => events.has(event))) {
    throw decoder.error('the selected mailbox has message events only');
  }
}
