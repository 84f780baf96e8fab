// UID SEARCH: the list of all uids, and single text criteria.
import type { ImapResponse } from 'imapflow';
import { UpstreamError } from '../../mail/errors.js';
import { countRanges, intersectRanges, mergeRanges, type NumberRanges, rangesOf } from '../../mail/sequence-set.js';
import type { UpstreamSearch } from '../connector.js';
import type { ConnectorTraits } from '../providers/provider.js';
import { uint32Of } from './tokens.js';
import type { SelectedView } from './view.js';
import type { CommandPart, Wire } from './wire.js';

export interface SearchContext {
  readonly wire: Wire;
  readonly view: SelectedView;
  readonly traits: ConnectorTraits;
}

/** What a server is asked for at once that gives fewer than there are, and does not say how many it would give. */
const WINDOW = 1_000;
const MAX_ROUNDS = 3;

/**
 * Every uid there is. A server that answers with fewer than it has told of keeps a limit (RFC 9738; Yahoo): it is asked
 * again in windows of sequence numbers. What is missing from this list is taken for gone.
 * Flat criteria only. Quirk(qq): parenthesised ones are ignored and everything comes back.
 */
export async function allUids(context: SearchContext): Promise<Uint32Array> {
  const { view, traits } = context;
  const { messageLimit } = traits;
  if (messageLimit === undefined || view.exists <= messageLimit) {
    const before = view.exists;
    const uids = await uidSearch(context.wire, ['ALL']);
    if (uids.length >= Math.min(before, view.exists)) return uids;
  }
  return inWindows(context, messageLimit ?? WINDOW, (window) => [window]);
}

/**
 * The set itself where its commands can be told apart by counting uids. Where the server keeps a limit of messages a
 * command and the set names more uids than there are messages (`1:*` is four milliards), only those that are there.
 */
export async function withinReach(context: SearchContext, uids: NumberRanges): Promise<NumberRanges> {
  const { messageLimit } = context.traits;
  if (messageLimit === undefined || countRanges(uids) <= Math.max(messageLimit, context.view.exists)) return uids;
  return intersectRanges(mergeRanges(uids), rangesOf(await allUids(context)));
}

export async function search(context: SearchContext, criterion: UpstreamSearch): Promise<Uint32Array> {
  const key = criterion.key === 'header' ? `HEADER ${fieldName(criterion.field)}` : criterion.key.toUpperCase();
  const isAscii = /^[\u0020-\u007e]*$/.test(criterion.text);
  // A literal carries what a quoted string may not: 8-bit text.
  const text: CommandPart = isAscii
    ? `"${criterion.text.replace(/["\\]/g, '\\$&')}"`
    : Buffer.from(criterion.text.replaceAll('\0', ''), 'utf8');
  const charset = isAscii ? '' : 'CHARSET UTF-8 ';
  const { messageLimit } = context.traits;
  if (messageLimit === undefined || context.view.exists <= messageLimit)
    return uidSearch(context.wire, [`${charset}${key}`, text]);
  return inWindows(context, messageLimit, (window) => [`${charset}${window} ${key}`, text]);
}

/** Window by window; an EXPUNGE between two of them shifts the numbers, so then it begins anew. */
async function inWindows(
  { wire, view }: SearchContext,
  size: number,
  argsOf: (window: string) => readonly CommandPart[],
): Promise<Uint32Array> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const { expunged } = view;
    const found: Uint32Array[] = [];
    for (let low = 1; low <= view.exists && view.expunged === expunged; low += size)
      found.push(await uidSearch(wire, argsOf(`${low}:${Math.min(low + size - 1, view.exists)}`)));
    if (view.expunged === expunged) return Uint32Array.from(new Set(found.flatMap((uids) => [...uids]))).sort();
  }
  throw new UpstreamError('transient', 'the mailbox changes too fast to be listed');
}

/** A field name is an astring; what no header field is called finds nothing rather than breaking the command. */
const fieldName = (field: string): string => `"${field.replace(/[^\u0021-\u007e]|["\\]/g, '')}"`;

export async function uidSearch(wire: Wire, args: readonly CommandPart[]): Promise<Uint32Array> {
  const found: number[][] = [];
  await wire.run('UID SEARCH', args, {
    untagged: {
      SEARCH: (response) => {
        found.push(numbersOf(response));
      },
    },
  });
  const [first = [], ...more] = found;
  const uids = Uint32Array.from(more.length === 0 ? first : new Set([first, ...more].flat())).sort();
  return uids;
}

const numbersOf = ({ numbers, attributes }: ImapResponse): number[] =>
  (numbers ?? (attributes ?? []).map((token) => uint32Of(token) ?? 0)).filter((uid) => uid >= 1 && uid <= 0xffff_ffff);
