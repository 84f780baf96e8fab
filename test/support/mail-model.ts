// What the upstreams must hold in the end, by the rules of DESIGN §7 alone: boxes (named as the gateway names them,
// `A/INBOX`), and in each the messages by their token. No uids: those are the gateway's own affair.

export interface Item {
  readonly flags: Set<string>;
  /** Flags a client has set or cleared since the last rest: what the upstream says of them is overruled. */
  readonly claimed: Set<string>;
}

export type Box = Map<string, Item>;

export const accountOf = (box: string): string => box.slice(0, box.indexOf('/'));
export const upstreamPath = (box: string): string[] => box.slice(box.indexOf('/') + 1).split('/');
const ROLES = ['INBOX', 'Drafts', 'Sent', 'Archive', 'Junk', 'Trash'];

export class MailModel {
  readonly boxes = new Map<string, Box>();
  /** Tokens a client has moved, copied or deleted since the last rest: another hand would make the outcome a race. */
  readonly byClient = new Set<string>();
  /** Tokens the upstream has moved or deleted, which the gateway may not know yet. */
  readonly byUpstream = new Set<string>();
  /** Boxes out of which a message is on its way to another account. */
  readonly leftFor = new Set<string>();
  /** Every token that must still be somewhere. */
  readonly alive = new Set<string>();

  constructor(accounts: readonly string[]) {
    for (const account of accounts) for (const role of ROLES) this.boxes.set(`${account}/${role}`, new Map());
  }

  box(name: string): Box {
    const found = this.boxes.get(name);
    if (!found) throw new Error(`the model has no ${name}`);
    return found;
  }

  item(box: string, token: string): Item | undefined {
    return this.boxes.get(box)?.get(token);
  }

  put(box: string, token: string, flags: Iterable<string>, claimed: Iterable<string> = []): void {
    this.box(box).set(token, { flags: new Set(flags), claimed: new Set(claimed) });
    this.alive.add(token);
  }

  take(box: string, token: string): Item {
    const item = this.item(box, token);
    if (!item) throw new Error(`the model has no ${token} in ${box}`);
    this.box(box).delete(token);
    return item;
  }

  /** Deleted on purpose. */
  destroy(box: string, token: string): void {
    this.take(box, token);
    if (![...this.boxes.values()].some((other) => other.has(token))) this.alive.delete(token);
  }

  /** Where a MOVE or COPY of a message of `box` into `target` puts it. */
  destination(box: string, target: string): string {
    return target.includes('/') ? target : `${accountOf(box)}/${target}`;
  }

  /** Whether a transfer has one outcome, and one that the model can name by token. */
  canTransfer(kind: 'move' | 'copy', token: string, box: string, to: string): boolean {
    if (this.box(to).has(token)) return false;
    const isAway = accountOf(box) !== accountOf(to);
    const trash = `${accountOf(box)}/Trash`;
    return !(kind === 'move' && isAway && box !== trash && this.box(trash).has(token));
  }

  /** `visible`: the flags the gateway showed at that moment; they are what travels between accounts. */
  transfer(
    kind: 'move' | 'copy',
    token: string,
    [box, to]: readonly [string, string],
    visible: readonly string[],
  ): void {
    const item = kind === 'move' ? this.take(box, token) : this.item(box, token);
    if (!item) throw new Error(`the model has no ${token} in ${box}`);
    const isAway = accountOf(box) !== accountOf(to);
    this.put(to, token, isAway ? visible : item.flags, isAway ? visible : item.claimed);
    this.byClient.add(token);
    if (kind !== 'move' || !isAway) return;
    this.leftFor.add(box);
    // The original goes to its account's Trash once the new home is verified; out of Trash it goes for good.
    if (box !== `${accountOf(box)}/Trash`) this.put(`${accountOf(box)}/Trash`, token, item.flags, item.claimed);
  }

  rename(from: string, to: string): void {
    for (const [name, box] of [...this.boxes]) {
      if (name !== from && !name.startsWith(`${from}/`)) continue;
      this.boxes.delete(name);
      this.boxes.set(to + name.slice(from.length), box);
    }
  }

  remove(name: string): void {
    for (const token of [...this.box(name).keys()]) this.destroy(name, token);
    this.boxes.delete(name);
  }

  /** Everything is carried out and seen. */
  rest(): void {
    this.byClient.clear();
    this.byUpstream.clear();
    this.leftFor.clear();
    for (const box of this.boxes.values()) for (const { claimed } of box.values()) claimed.clear();
  }

  /** The user's own boxes of an account, without those of a role. */
  folders(account?: string): string[] {
    return [...this.boxes.keys()].filter(
      (name) => !ROLES.includes(upstreamPath(name).join('/')) && (account === undefined || accountOf(name) === account),
    );
  }

  /** `token flags` of a box, sorted. */
  contents(name: string): string[] {
    return [...this.box(name)].map(([token, { flags }]) => lineOf(token, flags)).sort();
  }
}

/** How a message is written down for comparing. */
export const lineOf = (token: string, flags: Iterable<string>): string =>
  `${token} ${[...flags].sort().join(' ')}`.trim();
