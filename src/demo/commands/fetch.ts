// FETCH (RFC 3501 §6.4.5, CHANGEDSINCE: RFC 7162 §3.1.4).
import type { Decoder } from '../../imap/wire/decoder.js';
import { SystemFlag } from '../../mail/flags.js';
import { bad, type DemoCommand, SELECTED, viewOf } from '../command.js';
import { type FetchItem, readFetchItems } from '../fetch-items.js';
import type { DemoSession } from '../session.js';
import { flagsOfEntry } from '../store/mailbox.js';
import type { Target } from '../view.js';
import { readTargets, withinLimit } from './sets.js';

export const fetchCommand: DemoCommand = {
  name: 'FETCH',
  uid: true,
  states: SELECTED,
  expunges: 'held',
  run: async (session, decoder, isUid) => {
    decoder.space();
    const written = /^[0-9*:,]+/.exec(decoder.rest)?.[0] ?? '';
    const asked = readTargets(session, decoder, isUid);
    decoder.space();
    const items = readFetchItems(decoder, session.words);
    const { since, withVanished } = readChangedSince(session, decoder);
    if (withVanished) session.tellVanished(since, written);
    const { messageLimit, messageLimitBad } = session.account.personality.quirks;
    if (messageLimitBad !== undefined && asked.length > (messageLimit ?? asked.length)) throw bad(messageLimitBad);
    const { targets, code } = withinLimit(session, asked);
    if (items.some(({ name }) => name === 'MODSEQ')) session.condstore = true;
    const order = session.account.personality.quirks.fetchOrderReversed ? [...items].reverse() : items;
    const setsSeen = !viewOf(session).isReadOnly && items.some((item) => item.setsSeen);
    for (const target of targets) {
      if (target.entry.modseq <= since || isWithheld(session, target, items)) continue;
      session.line(`* ${target.seq} FETCH (${texts(session, target, order, { isUid, setsSeen }).join(' ')})`);
      await session.pace();
    }
    return code === undefined ? undefined : { code };
  },
};

/** Exchange's broken items: a body that is peeked at is not there. */
const isWithheld = ({ account }: DemoSession, { entry }: Target, items: readonly FetchItem[]): boolean =>
  account.personality.quirks.peekReturnsNothing.includes(entry.uid) &&
  items.some(({ name, setsSeen }) => name === 'BODY[]' && !setsSeen);

function texts(
  session: DemoSession,
  target: Target,
  items: readonly FetchItem[],
  { isUid, setsSeen }: { isUid: boolean; setsSeen: boolean },
): string[] {
  const view = viewOf(session);
  const { entry } = target;
  const flags = flagsOfEntry(entry);
  const becomesSeen = setsSeen && !(flags.system & SystemFlag.Seen);
  if (becomesSeen)
    view.ownChange(entry, () =>
      session.account.setFlags(entry, view.mailbox, { ...flags, system: flags.system | SystemFlag.Seen }),
    );
  const parts = items.map((item) => item.text({ session, view, entry }));
  const names = new Set(items.map(({ name }) => name));
  if (isUid && !names.has('UID')) parts.unshift(`UID ${entry.uid}`);
  if (session.condstore && !names.has('MODSEQ') && (names.has('FLAGS') || becomesSeen))
    parts.push(`MODSEQ (${entry.modseq})`);
  if (becomesSeen && !names.has('FLAGS')) parts.push(`FLAGS (${view.flagsText(entry)})`);
  return parts;
}

/** `(CHANGEDSINCE 5 VANISHED)` */
function readChangedSince(session: DemoSession, decoder: Decoder): { since: number; withVanished: boolean } {
  let since = -1;
  let withVanished = false;
  if (!decoder.atEnd()) {
    decoder.space();
    decoder.list(() => {
      const word = decoder.keyword();
      if (word === 'VANISHED' && session.qresync) {
        withVanished = true;
        return;
      }
      if (word !== 'CHANGEDSINCE' || !session.words.has('CONDSTORE')) throw decoder.error('unknown modifier');
      decoder.space();
      since = decoder.number();
    });
    session.condstore = true;
  }
  decoder.end();
  return { since, withVanished };
}
