// UID STORE, UID COPY, UID MOVE, UID EXPUNGE. A set that needs several commands may be carried out in part: such a
// failure says that the outcome is unknown.
import type { ImapResponse } from 'imapflow';
import { UpstreamError } from '../../mail/errors.js';
import { type FlagSet, flagSetText } from '../../mail/flags.js';
import { asUpstreamUid, type UpstreamUid } from '../../mail/ids.js';
import { countRanges, type NumberRanges } from '../../mail/sequence-set.js';
import type { FlagOperation, SelectedSource, Transferred } from '../connector.js';
import { cannot } from './errors.js';
import { type FetchContext, fetchFlags } from './fetch.js';
import { withinReach } from './search.js';
import { expandSet, splitSet } from './sets.js';
import { responseCodeOf, type TokenList, textOf, uint32Of } from './tokens.js';
import type { Reply, UntaggedHandlers } from './wire.js';

const MAX_PAIRS = 1_000_000;
const NOT_TOLD: Transferred = { uidValidity: undefined, pairs: undefined };

/** What of these flags the source keeps (PERMANENTFLAGS). */
export function keptFlags(
  flags: FlagSet,
  source: Pick<SelectedSource, 'permanentSystemFlags' | 'keepsNewKeywords' | 'keepsKeywords'>,
): FlagSet {
  const listed = new Set(source.keepsKeywords);
  return {
    system: flags.system & source.permanentSystemFlags,
    keywords: source.keepsNewKeywords
      ? flags.keywords
      : flags.keywords.filter((keyword) => listed.has(keyword.toLowerCase())),
  };
}

/** Silent: the change is ours, core knows it. What is new to the server is looked for afterwards: see connector.ts. */
export async function storeFlags(
  context: FetchContext,
  uids: NumberRanges,
  operation: FlagOperation,
  flags: FlagSet,
): Promise<readonly string[]> {
  const kept = keptFlags(flags, context.view.source);
  if (kept.system === 0 && kept.keywords.length === 0) return [];
  const store = () =>
    inPieces(
      context,
      uids,
      'UID STORE',
      `${operation === 'add' ? '+' : '-'}FLAGS.SILENT (${flagSetText(kept)})`,
      context.view.ownFlags(uids),
    );
  await store();
  const { source, provedKeywords } = context.view;
  const isNew = (keyword: string) => !source.keepsKeywords.includes(keyword) && !provedKeywords.has(keyword);
  const fresh = operation === 'add' ? kept.keywords.map((keyword) => keyword.toLowerCase()).filter(isNew) : [];
  if (fresh.length === 0 || (await dropped(context, uids, fresh))?.length === 0) return [];
  // Another client may have been quicker, once.
  await store();
  return (await dropped(context, uids, fresh)) ?? [];
}

/** Those of the keywords that the newest of the messages has not; undefined when it is not there. @throws {UpstreamError} */
async function dropped(
  context: FetchContext,
  uids: NumberRanges,
  keywords: readonly string[],
): Promise<readonly string[] | undefined> {
  const last = uids.at(-1)?.[1];
  let has: ReadonlySet<string> | undefined;
  if (last !== undefined)
    await fetchFlags(context, [[last, last]], (rows) => {
      for (const { flags } of rows) has = new Set(flags.keywords.map((keyword) => keyword.toLowerCase()));
    });
  const there = has;
  if (!there) return undefined;
  const lost = keywords.filter((keyword) => !there.has(keyword));
  for (const keyword of keywords) if (there.has(keyword)) context.view.provedKeywords.add(keyword);
  context.note({ newKeywords: lost.length > 0 ? 'wrong' : 'right' });
  return lost;
}

export const copy = (context: FetchContext, uids: NumberRanges, name: string): Promise<Transferred> =>
  transfer(context, uids, 'UID COPY', name);

/** @throws {UpstreamError} CANNOT, with nothing done, where the server has neither MOVE nor UIDPLUS */
export async function move(context: FetchContext, uids: NumberRanges, name: string): Promise<Transferred> {
  if (context.capabilities.move) return transfer(context, uids, 'UID MOVE', name);
  if (!context.capabilities.uidplus) throw cannot('the server can neither MOVE nor UID EXPUNGE');
  const transferred = await copy(context, uids, name);
  try {
    await expunge(context, uids);
  } catch (error) {
    throw inPart(error);
  }
  return transferred;
}

/** \Deleted + UID EXPUNGE (RFC 4315 §2.1): never a bare EXPUNGE, which takes other clients' messages too. */
export async function expunge(context: FetchContext, uids: NumberRanges): Promise<void> {
  if (!context.capabilities.uidplus) throw cannot('the server has no UID EXPUNGE');
  // Quirk(gmail): with auto-expunge, its default, they go at the STORE already.
  const untagged = { ...context.view.ownFlags(uids), ...context.view.ownExpunges };
  await inPieces(context, uids, 'UID STORE', '+FLAGS.SILENT (\\Deleted)', untagged);
  await inPieces(context, uids, 'UID EXPUNGE', '', context.view.ownExpunges);
}

async function transfer(
  context: FetchContext,
  uids: NumberRanges,
  command: 'UID COPY' | 'UID MOVE',
  name: string,
): Promise<Transferred> {
  const found: TokenList[] = [];
  const take = (code: { code: string; args: TokenList } | undefined): void => {
    if (code?.code === 'COPYUID') found.push(code.args);
  };
  const untagged: UntaggedHandlers = {
    // MOVE tells its COPYUID in an untagged OK (RFC 6851 §4.3).
    OK: (response: ImapResponse) => take(responseCodeOf(response)),
    ...(command === 'UID MOVE' ? context.view.ownExpunges : {}),
  };
  await inPieces(context, uids, command, name, untagged, ({ code, args }) =>
    take(code === undefined ? undefined : { code, args }),
  );
  if (!context.capabilities.uidplus) return NOT_TOLD;
  const told = pairsOf(found);
  if (told.pairs) context.note({ copyUid: 'right' });
  return context.traits.trustsCopyUid || countRanges(uids) === 1 ? told : NOT_TOLD;
}

/** Pairs by position (RFC 4315 §3); one that cannot be right makes all of them untold. */
function pairsOf(found: readonly TokenList[]): Transferred {
  const pairs = new Map<UpstreamUid, UpstreamUid>();
  let uidValidity: number | undefined;
  for (const args of found) {
    const from = expandSet(textOf(args[1]) ?? '', MAX_PAIRS);
    const to = expandSet(textOf(args[2]) ?? '', MAX_PAIRS);
    const validity = uint32Of(args[0]);
    if (!from || !to || from.length !== to.length || !validity || (uidValidity ?? validity) !== validity)
      return NOT_TOLD;
    uidValidity = validity;
    from.forEach((uid, i) => {
      pairs.set(asUpstreamUid(uid), asUpstreamUid(to[i] ?? 0));
    });
  }
  return uidValidity === undefined ? NOT_TOLD : { uidValidity, pairs };
}

async function inPieces(
  context: FetchContext,
  uids: NumberRanges,
  command: string,
  rest: string,
  untagged: UntaggedHandlers,
  onReply?: (reply: Reply) => void,
): Promise<void> {
  const { wire, traits } = context;
  const there = await withinReach(context, uids);
  let done = 0;
  for (const { text } of splitSet(there, command.length + rest.length + 1, traits)) {
    try {
      const reply = await wire.run(command, [rest === '' ? text : `${text} ${rest}`], { untagged, writes: true });
      onReply?.(reply);
    } catch (error) {
      throw done > 0 ? inPart(error) : error;
    }
    done += 1;
  }
}

/** The same failure, when part of the work was done before it. */
function inPart(error: unknown): unknown {
  if (!(error instanceof UpstreamError)) return error;
  return new UpstreamError(error.kind, error.message, { ...error.details, outcomeUnknown: true }, { cause: error });
}
