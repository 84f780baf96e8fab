// What a game's world has besides two ordinary accounts: the last digit of its seed says so.
import type { Chance } from '../../fuzz/mutate.js';
import type { FakeUpstreamOptions } from '../fake-connector.js';

/** `labels`: Gmail's habits · `halves`: UIDPLUS and no MOVE (iCloud, 163) · `untold`: COPYUID permuted, or none (Yahoo) */
export type SecondServer = 'labels' | 'halves' | 'untold';

export interface Kind {
  /** What B is; any server else. */
  readonly second?: SecondServer;
  /** Both accounts can send. */
  readonly sends?: boolean;
}

const KINDS: Readonly<Record<number, Kind>> = {
  3: { second: 'labels' },
  4: { second: 'labels', sends: true },
  5: { sends: true },
  6: { second: 'halves', sends: true },
  8: { second: 'halves' },
  9: { second: 'untold', sends: true },
};

export const kindOf = (seed: number): Kind => KINDS[Math.abs(seed) % 10] ?? {};

const LABELS: FakeUpstreamOptions = {
  labelStore: true,
  qresync: false,
  traits: { deleteIsMoveToTrash: true, archiveIsAll: true, searchTrusted: false },
  mailboxes: [
    { path: 'INBOX', role: 'inbox' },
    { path: 'Drafts', role: 'drafts' },
    { path: 'Sent', role: 'sent' },
    { path: 'All Mail', role: 'all' },
    { path: 'Junk', role: 'junk' },
    { path: 'Trash', role: 'trash' },
  ],
};

const SECOND: Readonly<Record<SecondServer, readonly FakeUpstreamOptions[]>> = {
  labels: [LABELS],
  halves: [
    { move: false, qresync: false },
    { move: false, condstore: false },
    { move: false, tellsCopyUid: false },
  ],
  untold: [
    { traits: { trustsCopyUid: false }, qresync: false },
    { tellsCopyUid: false },
    { tellsCopyUid: false, condstore: false },
    { traits: { trustsCopyUid: false }, move: false },
  ],
};

export const secondServer = (second: SecondServer, chance: Chance): FakeUpstreamOptions =>
  chance.of(SECOND[second], LABELS);
