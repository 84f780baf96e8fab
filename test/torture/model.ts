// What is known of every message: where its copies are (by the gateway's names, `A/INBOX`) and with which flags. Where the
// gateway died before it answered, more than one state is right until somebody looks.

/** Box → flags. */
export type Placements = ReadonlyMap<string, readonly string[]>;

export interface Message {
  now: Placements;
  /** Other states that would be right as well: a command had no answer. */
  maybe: Placements[];
  /** Whose it is: no two hands touch the same message, or nobody could say who wins. */
  readonly owner: string;
  /** \Deleted may have been set: all that may still happen to it is EXPUNGE. */
  doomed: boolean;
  /** It has been seen upstream outside Trash, and nobody has asked for anything that could end this. */
  isKept?: boolean;
  /** A submission: where its copy in Sent belongs, and whom it goes to. */
  readonly sent?: { readonly from: string; readonly to: string };
}

export const NOWHERE: Placements = new Map();
export const accountOf = (box: string): string => box.slice(0, box.indexOf('/'));
/** Its name upstream. */
export const nameOf = (box: string): string => box.slice(box.indexOf('/') + 1);

/** The boxes of a role, and the unified mailboxes that show them. */
export const UNIFIED: ReadonlyMap<string, string> = new Map([
  ['INBOX', 'INBOX'],
  ['Drafts', 'Drafts'],
  ['Sent', 'Sent'],
  ['Archive', 'Archive'],
  ['Junk', 'Junk'],
  ['Deleted', 'Trash'],
]);
export const TRASH = 'Deleted';
export const unifiedOf = (box: string): string | undefined => UNIFIED.get(nameOf(box));

export const placed = (box: string, flags: readonly string[] = []): Placements => new Map([[box, [...flags].sort()]]);

export function without(placements: Placements, box: string): Placements {
  const rest = new Map(placements);
  rest.delete(box);
  return rest;
}

export const including = (placements: Placements, box: string, flags: readonly string[]): Placements =>
  new Map([...placements, [box, [...flags].sort()]]);

/** One line a copy, sorted. */
export const linesOf = (placements: Placements): string[] =>
  [...placements].map(([box, flags]) => `${box} (${flags.join(' ')})`).sort();

/** COPY, or MOVE: between accounts the original ends in its own Trash, out of Trash for good. */
export function transferred(placements: Placements, kind: 'COPY' | 'MOVE', from: string, to: string): Placements {
  const flags = placements.get(from) ?? [];
  const there = including(placements, to, flags);
  if (kind === 'COPY') return there;
  const left = without(there, from);
  if (accountOf(from) === accountOf(to) || nameOf(from) === TRASH) return left;
  return including(left, `${accountOf(from)}/${TRASH}`, flags);
}

export class Model {
  readonly messages = new Map<string, Message>();
  /** The user's own folders; a folder whose fate nobody was told is in none of the checks until it has been looked for. */
  readonly folders = new Set<string>();
  readonly uncertainFolders = new Set<string>();
  /** Path (unified or not) → token → uid, as far as the gateway has told. */
  readonly uids = new Map<string, Map<string, number>>();

  /** In a known state, so that a client can act on it. */
  certain(owner: string): [string, Message][] {
    return [...this.messages].filter(([, m]) => m.owner === owner && m.maybe.length === 0 && m.now.size > 0 && !m.sent);
  }

  uidIn(path: string, token: string): number | undefined {
    return this.uids.get(path)?.get(token);
  }

  tellUid(path: string, token: string, uid: number): void {
    const known = this.uids.get(path) ?? new Map<string, number>();
    this.uids.set(path, known.set(token, uid));
  }

  /** The message has left a box: its uids there, and in the unified mailbox above, mean nothing any more. */
  forgetUid(box: string, token: string): void {
    this.uids.get(box)?.delete(token);
    this.uids.get(unifiedOf(box) ?? '')?.delete(token);
  }

  become(token: string, placements: Placements): void {
    const message = this.messages.get(token);
    if (!message) return;
    for (const box of message.now.keys()) if (!placements.has(box)) this.forgetUid(box, token);
    message.now = placements;
    message.maybe = [];
  }

  /** A command about it was never answered. */
  doubt(token: string, ...states: readonly Placements[]): void {
    this.messages.get(token)?.maybe.push(...states);
  }
}
