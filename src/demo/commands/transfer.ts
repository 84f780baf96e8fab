// COPY and MOVE (RFC 3501 §6.4.7, RFC 6851; COPYUID: RFC 4315 §3).
import { formatRanges, rangesOf } from '../../mail/sequence-set.js';
import { type DemoCommand, SELECTED, viewOf } from '../command.js';
import type { DemoSession } from '../session.js';
import { DemoRefusal } from '../store/account.js';
import type { DemoMailbox, Entry } from '../store/mailbox.js';
import { readTargets, withinLimit } from './sets.js';

const transfer = (name: 'COPY' | 'MOVE'): DemoCommand => ({
  name,
  uid: true,
  states: SELECTED,
  ...(name === 'MOVE' ? { needs: ['MOVE'], writes: true } : {}),
  run: (session, decoder, isUid) => {
    decoder.space();
    const targets = readTargets(session, decoder, isUid).filter(({ entry }) => !entry.isGone);
    decoder.space();
    const destination = decoder.mailbox();
    decoder.end();
    const { account } = session;
    const to = account.mailboxes.get(destination);
    if (!to?.isSelectable || account.isHidden(destination))
      throw new DemoRefusal('No folder with that name. (Failure)', 'TRYCREATE');
    const from = viewOf(session).mailbox;
    const pairs = withinLimit(session, targets).targets.map(({ entry }): [Entry, Entry] => [
      entry,
      name === 'COPY' ? account.copy(entry, to) : account.move(entry, from, to),
    ]);
    if (name === 'MOVE' && to.role === 'trash' && account.personality.quirks.autoTrashDisconnect) {
      session.end();
      return undefined;
    }
    const code = copyUid(session, to, pairs);
    if (code === undefined || name === 'COPY') return code === undefined ? undefined : { code };
    // RFC 6851 §4.3: before the EXPUNGEs.
    session.line(`* OK [${code}] Moved.`);
    return undefined;
  },
});

function copyUid(session: DemoSession, to: DemoMailbox, pairs: readonly [Entry, Entry][]): string | undefined {
  if (!session.words.has('UIDPLUS') || pairs.length === 0) return undefined;
  const { emptyCopyuid, permutedCopyuid } = session.account.personality.quirks;
  // Exchange, now and then: both sets are missing, their spaces are not.
  if (emptyCopyuid) return `COPYUID ${to.uidValidity}  `;
  const source = formatRanges(rangesOf(pairs.map(([{ uid }]) => uid)));
  const uids = pairs.map(([, { uid }]) => uid);
  const [first, ...others] = uids;
  const isPermuted = permutedCopyuid && first !== undefined;
  return `COPYUID ${to.uidValidity} ${source} ${inOrder(isPermuted ? [...others, first] : uids)}`;
}

/** Pairs go by position: neighbours may be joined, nothing sorted (a label store gives old uids back in any order). */
function inOrder(uids: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const uid of uids) {
    const last = runs.at(-1);
    if (last && uid === last[1] + 1) last[1] = uid;
    else runs.push([uid, uid]);
  }
  return formatRanges(runs);
}

export const transferCommands: readonly DemoCommand[] = [transfer('COPY'), transfer('MOVE')];
