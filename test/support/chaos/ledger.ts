// What the story explains of each message (by its token): at least and at most so many of it, and where the user left it.
// Nothing here is worked out from what the gateway says of its upstreams; only what it showed at the instant of its OK.

/** Where a message must stand when all is quiet, while nobody but our clients has touched it. */
export interface Wish {
  /** Ids of account mailboxes, ascending; one twice where it stands there twice. */
  readonly places: readonly number[];
  /** Whether \Flagged, where that was the user's last word on it. */
  readonly flagged: boolean | undefined;
}

export class Ledger {
  readonly #owed = new Map<string, number>();
  readonly #removed = new Map<string, number>();
  readonly #trashed = new Set<string>();
  readonly #most = new Map<string, number>();
  readonly #wishes = new Map<string, Wish>();
  /** Touched by somebody else since all was quiet: who wins is not for us to say, only that nothing is lost. */
  readonly #disturbed = new Set<string>();
  #allDisturbed = false;

  /** It has come into being: delivered, or taken with OK. */
  born(token: string, count = 1): void {
    add(this.#owed, token, count);
    add(this.#most, token, count);
  }

  /** Somebody has removed one of it on purpose. It may be there still: in Trash, or because the provider refuses. */
  removed(token: string): void {
    add(this.#owed, token, -1);
    add(this.#removed, token, 1);
  }

  /** What was removed on purpose was brought back with OK. */
  returned(token: string): void {
    if ((this.#removed.get(token) ?? 0) === 0) return;
    add(this.#removed, token, -1);
    add(this.#owed, token, 1);
  }

  /** Somebody has put it into a Trash, or done what may end there. */
  trashed(...tokens: readonly string[]): void {
    for (const token of tokens) this.#trashed.add(token);
  }

  /** It must be somewhere, and nobody has done anything that could leave it in a Trash alone. */
  isWantedOutsideTrash(token: string): boolean {
    return !this.#trashed.has(token) && (this.#owed.get(token) ?? 0) > 0;
  }

  /** One more of it may come to be: a copy. */
  mayBeMore(token: string): void {
    add(this.#most, token, 1);
  }

  wish(token: string, wish: Wish): void {
    if (!this.#allDisturbed && !this.#disturbed.has(token)) this.#wishes.set(token, wish);
  }

  wishOf(token: string): Wish | undefined {
    return this.#wishes.get(token);
  }

  disturb(...tokens: readonly string[]): void {
    for (const token of tokens) {
      this.#disturbed.add(token);
      this.#wishes.delete(token);
    }
  }

  /** Something whose consequences reach farther than single messages. */
  disturbAll(): void {
    this.#allDisturbed = true;
    this.#wishes.clear();
  }

  /** All is quiet, and was found right. */
  calm(): void {
    this.#allDisturbed = false;
    this.#disturbed.clear();
  }

  wishes(): ReadonlyMap<string, Wish> {
    return this.#wishes;
  }

  /** What is wrong with `have`, how many of each there are: in words, one for each token. */
  faults(have: ReadonlyMap<string, number>): { readonly lost: string[]; readonly tooMany: string[] } {
    const count = (token: string) => have.get(token) ?? 0;
    const lost = [...this.#owed].filter(([token, owed]) => count(token) < owed);
    const tooMany = [...have].filter(([token, there]) => there > (this.#most.get(token) ?? 0));
    return {
      lost: lost.map(([token, owed]) => `${token}: ${count(token)} of ${owed}`),
      tooMany: tooMany.map(([token, there]) => `${token}: ${there}, at most ${this.#most.get(token) ?? 0}`),
    };
  }
}

const add = (counts: Map<string, number>, token: string, by: number): void =>
  void counts.set(token, (counts.get(token) ?? 0) + by);
