// Two things that watch a core from outside while a test drives it: a client that catches up by `changesSince`, and a
// witness that notes every uid, uidValidity and modseq ever shown and complains when one changes its meaning.
import { expect } from 'vitest';
import type { MailboxId } from '../../src/core/core.js';
import { rangesInclude } from '../../src/mail/sequence-set.js';
import type { Rig } from './core-harness.js';
import { type Shown, shown } from './core-mail.js';

/** A client that has one mailbox open: what it knows must be what a fresh snapshot says, whenever it looks. */
export class Observer {
  readonly #id: MailboxId;
  readonly #path: string;
  readonly #known = new Map<number, string>();
  #uidValidity = 0;
  #modseq = 0;

  constructor(rig: Rig, path: string) {
    this.#path = path;
    this.#id = rig.idOf(path);
    this.#uidValidity = rig.core.reads.snapshot(this.#id).uidValidity;
    this.catchUp(rig);
  }

  /** False when the mailbox is gone for good. */
  catchUp({ core: { reads, mailboxes } }: Rig): boolean {
    const mailbox = mailboxes.get(this.#id);
    if (!mailbox) return false;
    expect(mailbox.uidValidity, `${this.#path}: uidValidity`).toBe(this.#uidValidity);
    const { vanished, changed, modseq } = reads.changesSince(this.#id, this.#modseq);
    for (const uid of [...this.#known.keys()]) if (rangesInclude(vanished, uid)) this.#known.delete(uid);
    for (const { uid, flags } of changed) this.#known.set(uid, flags.wire);
    this.#modseq = modseq;
    const { uids, flagIds, flagTable } = reads.snapshot(this.#id);
    const actual = Array.from(uids, (uid, i) => [uid, flagTable[flagIds[i] ?? 0]?.wire]);
    expect(
      [...this.#known].sort(([a], [b]) => a - b),
      `${this.#path}: what a client knows`,
    ).toEqual(actual);
    return true;
  }
}

interface Sighting {
  readonly uidNext: number;
  readonly highestModseq: number;
  readonly rows: ReadonlyMap<number, Shown>;
}

export class Witness {
  readonly #missesNothing: boolean;
  /** `path uidValidity uid` → token */
  readonly #meaning = new Map<string, string>();
  #last = new Map<string, Sighting>();

  /** `missesNothing`: flags do not change there and back between two looks. */
  constructor({ missesNothing }: { readonly missesNothing: boolean } = { missesNothing: true }) {
    this.#missesNothing = missesNothing;
  }

  /** Looks at every mailbox. */
  look(rig: Rig): void {
    const now = new Map<string, Sighting>();
    for (const { path, id } of rig.core.mailboxes.list()) {
      const counters = rig.store.uidMap.counters(id);
      if (!counters) throw new Error(`no counters for ${path}`);
      const key = `${path} ${counters.uidValidity}`;
      const sighting = { ...counters, rows: new Map(shown(rig, path).map((row) => [row.uid as number, row])) };
      for (const [uid, { token }] of sighting.rows) this.#meet(`${key} ${uid}`, token);
      const before = this.#last.get(key);
      if (before) compare(key, before, sighting, this.#missesNothing);
      now.set(key, sighting);
    }
    this.#last = now;
  }

  #meet(key: string, token: string): void {
    // '': its header has not been fetched yet.
    if (token === '') return;
    expect(token, `${key} means another message now`).toBe(this.#meaning.get(key) ?? token);
    this.#meaning.set(key, token);
  }
}

function compare(key: string, before: Sighting, now: Sighting, missesNothing: boolean): void {
  expect(now.uidNext, `${key}: uidNext`).toBeGreaterThanOrEqual(before.uidNext);
  expect(now.highestModseq, `${key}: HIGHESTMODSEQ`).toBeGreaterThanOrEqual(before.highestModseq);
  for (const [uid, row] of now.rows) {
    const old = before.rows.get(uid);
    if (!old) {
      expect(uid, `${key}: a new message has a new uid`).toBeGreaterThanOrEqual(before.uidNext);
      expect(row.modseq, `${key} ${uid}: a new message is a change`).toBeGreaterThan(before.highestModseq);
    } else if (old.flags === row.flags) {
      if (missesNothing) expect(row.modseq, `${key} ${uid}: nothing visible changed`).toBe(old.modseq);
    } else expect(row.modseq, `${key} ${uid}: its flags changed`).toBeGreaterThan(before.highestModseq);
    expect(row.modseq, `${key} ${uid}`).toBeLessThanOrEqual(now.highestModseq);
  }
  const isGone = [...before.rows.keys()].some((uid) => !now.rows.has(uid));
  if (isGone) expect(now.highestModseq, `${key}: something left`).toBeGreaterThan(before.highestModseq);
}

/** Every uid, uidValidity, uidNext and modseq there is, for comparing two moments. */
export function fullDump(rig: Rig): unknown {
  return rig.core.mailboxes.list().map(({ path, id }) => ({
    path,
    ...rig.store.uidMap.counters(id),
    rows: shown(rig, path),
  }));
}
