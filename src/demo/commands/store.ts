// STORE (RFC 3501 §6.4.6, UNCHANGEDSINCE: RFC 7162 §3.1.3, X-GM-LABELS).
import type { Decoder } from '../../imap/wire/decoder.js';
import { type FlagSet, normalKeywords } from '../../mail/flags.js';
import { formatRanges, rangesOf } from '../../mail/sequence-set.js';
import { type DemoCommand, SELECTED, viewOf } from '../command.js';
import { changeLabels, readLabels } from '../labels.js';
import type { DemoSession } from '../session.js';
import { flagsOfEntry } from '../store/mailbox.js';
import type { Target } from '../view.js';
import { readTargets, withinLimit } from './sets.js';

type Operation = '' | '+' | '-';

export const storeCommand: DemoCommand = {
  name: 'STORE',
  uid: true,
  states: SELECTED,
  writes: true,
  expunges: 'held',
  run: (session, decoder, isUid) => {
    decoder.space();
    const { targets, code } = withinLimit(session, readTargets(session, decoder, isUid));
    decoder.space();
    const unchangedSince = readUnchangedSince(session, decoder);
    const operation = decoder.accept('+') ? '+' : decoder.accept('-') ? '-' : '';
    const word = decoder.keyword();
    decoder.space();
    const isStale = ({ entry }: Target) => entry.modseq > unchangedSince;
    const stale = targets.filter(isStale).map(({ seq, entry }) => (isUid ? entry.uid : seq));
    const fresh = targets.filter((target) => !isStale(target) && !target.entry.isGone);
    if (/^X-GM-LABELS(\.SILENT)?$/.test(word) && session.words.has('X-GM-EXT-1')) {
      const labels = readLabels(decoder);
      for (const { entry } of fresh) changeLabels(session.account, entry, operation, labels);
    } else if (/^FLAGS(\.SILENT)?$/.test(word)) {
      changeFlags(session, fresh, operation, readFlags(decoder));
      if (word === 'FLAGS' || session.condstore) answer(session, fresh, isUid, word === 'FLAGS');
    } else throw decoder.error('unknown data item');
    if (stale.length > 0) return { code: `MODIFIED ${formatRanges(rangesOf(stale))}` };
    return code === undefined ? undefined : { code };
  },
};

function readUnchangedSince(session: DemoSession, decoder: Decoder): number {
  let since = Number.POSITIVE_INFINITY;
  if (decoder.peek() !== '(') return since;
  decoder.list(() => {
    if (decoder.keyword() !== 'UNCHANGEDSINCE' || !session.words.has('CONDSTORE'))
      throw decoder.error('unknown modifier');
    decoder.space();
    since = decoder.number();
  });
  decoder.space();
  session.condstore = true;
  return since;
}

/** In parentheses or bare. */
function readFlags(decoder: Decoder): FlagSet {
  if (decoder.peek() === '(') {
    const flags = decoder.flagList();
    decoder.end();
    return flags;
  }
  const names = [decoder.flag()];
  while (decoder.accept(' ')) names.push(decoder.flag());
  decoder.end();
  return decoder.flagsOf(names);
}

function changeFlags(session: DemoSession, targets: readonly Target[], operation: Operation, change: FlagSet): void {
  const view = viewOf(session);
  for (const { entry } of targets)
    view.ownChange(entry, () =>
      session.account.setFlags(entry, view.mailbox, changed(flagsOfEntry(entry), operation, change)),
    );
}

function changed(current: FlagSet, operation: Operation, { system, keywords }: FlagSet): FlagSet {
  const named = new Set(keywords.map((keyword) => keyword.toLowerCase()));
  switch (operation) {
    case '':
      return { system, keywords };
    case '+':
      return { system: current.system | system, keywords: normalKeywords([...current.keywords, ...keywords]) };
    case '-':
      return {
        system: current.system & ~system,
        keywords: current.keywords.filter((keyword) => !named.has(keyword.toLowerCase())),
      };
  }
}

/** A silent STORE still tells the new modseq, once CONDSTORE is on (RFC 7162 §3.1.3). */
function answer(session: DemoSession, targets: readonly Target[], isUid: boolean, withFlags: boolean): void {
  for (const { seq, entry } of targets) {
    const items = [
      ...(isUid || session.condstore ? [`UID ${entry.uid}`] : []),
      ...(session.condstore ? [`MODSEQ (${entry.modseq})`] : []),
      ...(withFlags ? [`FLAGS (${viewOf(session).flagsText(entry)})`] : []),
    ];
    session.line(`* ${seq} FETCH (${items.join(' ')})`);
  }
}
