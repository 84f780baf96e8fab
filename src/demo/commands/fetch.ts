// FETCH (RFC 3501 §6.4.5, CHANGEDSINCE: RFC 7162 §3.1.4).
import type { Decoder } from '../../imap/wire/decoder.js';
import { SystemFlag } from '../../mail/flags.js';
import { type DemoCommand, SELECTED, viewOf } from '../command.js';
import { type FetchItem, readFetchItems } from '../fetch-items.js';
import type { DemoSession } from '../session.js';
import { flagsOfEntry } from '../store/mailbox.js';
import type { Target } from '../view.js';
import { readTargets } from './sets.js';

export const fetchCommand: DemoCommand = {
  name: 'FETCH',
  uid: true,
  states: SELECTED,
  expunges: 'held',
  run: async (session, decoder, isUid) => {
    decoder.space();
    const targets = readTargets(session, decoder, isUid);
    decoder.space();
    const items = readFetchItems(decoder, session.words);
    const since = readChangedSince(session, decoder);
    if (items.some(({ name }) => name === 'MODSEQ')) session.condstore = true;
    const order = session.account.personality.quirks.fetchOrderReversed ? [...items].reverse() : items;
    const setsSeen = !viewOf(session).isReadOnly && items.some((item) => item.setsSeen);
    for (const target of targets) {
      if (target.entry.modseq <= since) continue;
      session.line(`* ${target.seq} FETCH (${texts(session, target, order, { isUid, setsSeen }).join(' ')})`);
      await session.pace();
    }
    return undefined;
  },
};

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

function readChangedSince(session: DemoSession, decoder: Decoder): number {
  let since = -1;
  if (!decoder.atEnd()) {
    decoder.space();
    decoder.list(() => {
      if (decoder.keyword() !== 'CHANGEDSINCE' || !session.words.has('CONDSTORE'))
        throw decoder.error('unknown modifier');
      decoder.space();
      since = decoder.number();
    });
    session.condstore = true;
  }
  decoder.end();
  return since;
}
