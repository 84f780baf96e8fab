// Carries out one random action on a rig and on the model alike. An action whose outcome would be a race between two
// hands on the same message is left out: the model could not tell who wins.
import { expect } from 'vitest';
import type { Rig } from './core-harness.js';
import { appendMail, mail, one, type Shown, shown } from './core-mail.js';
import { type FakeUpstream, flags } from './fake-connector.js';
import { accountOf, MailModel, upstreamPath } from './mail-model.js';
import { type Action, FLAGS, NAMES, UNIFIED } from './model-actions.js';
import { compareAll } from './model-compare.js';
import { fullDump, Observer, Witness } from './observer.js';
import { renumber, type UpstreamHand, upstreamActs } from './upstream-hand.js';

/** A message as the driver meets it: where it is shown, and in which of the model's boxes it is. */
interface Met extends Shown {
  readonly path: string;
  readonly box: string;
}

export interface DriverOptions {
  readonly rig: Rig;
  readonly fakes: ReadonlyMap<string, FakeUpstream>;
  /** Accounts whose server can delete single messages for good (UIDPLUS). */
  readonly expunging: ReadonlySet<string>;
}

export class ModelDriver {
  readonly model: MailModel;
  /** What was done, for reading a counterexample. */
  readonly log: string[] = [];
  readonly #rig: Rig;
  readonly #fakes: ReadonlyMap<string, FakeUpstream>;
  readonly #expunging: ReadonlySet<string>;
  readonly #offline = new Set<string>();
  readonly #witness = new Witness();
  #observers: Observer[] = [];
  #tokens = 0;

  constructor({ rig, fakes, expunging }: DriverOptions) {
    this.#rig = rig;
    this.#fakes = fakes;
    this.#expunging = expunging;
    this.model = new MailModel([...fakes.keys()]);
  }

  async act(action: Action): Promise<void> {
    this.log.push(action.kind);
    await this.#carryOut(action);
    this.#watch(action.what);
  }

  /** Everybody online, everything carried out, and then: upstreams, model and mailboxes say the same. */
  async rest(): Promise<void> {
    for (const name of [...this.#offline]) this.#goOnline(name);
    await this.#rig.settle();
    this.model.rest();
    this.#watch(0);
    compareAll(this.#rig, this.model, this.#fakes);
    if (this.#observers.length === 0) {
      const paths = this.#rig.core.mailboxes.list().map(({ path }) => path);
      this.#observers = paths.flatMap((path) => [new Observer(this.#rig, path), new Observer(this.#rig, path)]);
    }
  }

  /** A message that is there from the start or arrives. */
  deliver(account: string, what: number): void {
    const token = this.#newToken();
    const names = what % 2 ? ['\\Seen'] : [];
    this.#fake(account).deliver('INBOX', mail(token), { flags: flags(...names) });
    this.model.put(`${account}/INBOX`, token, names);
  }

  #watch(what: number): void {
    this.#witness.look(this.#rig);
    // One looks after every action, the other only now and then: both must end with the same picture.
    this.#observers = this.#observers.filter((observer, i) => (i % 2 && what % 5 ? true : observer.catchUp(this.#rig)));
  }

  async #carryOut(action: Action): Promise<void> {
    switch (action.kind) {
      case 'flag':
        return this.#flag(action);
      case 'move':
      case 'copy':
        return this.#transfer(action.kind, action);
      case 'delete':
        return this.#delete(action);
      case 'append':
        return this.#append(action);
      case 'create':
      case 'rename':
      case 'deleteBox':
        return this.#changeTree(action);
      case 'deliver':
        return this.deliver(this.#account(action.where), action.what);
      case 'upFlag':
      case 'upExpunge':
      case 'upMove':
        return upstreamActs(this.#hand(action), action);
      case 'upReset':
        return renumber(this.#hand(action), action);
      case 'upRename':
        return this.#upstreamRenames(action);
      case 'offline':
        this.#note(this.#account(action.where));
        this.#offline.add(this.#account(action.where));
        return this.#fake(this.#account(action.where)).goOffline();
      case 'online':
        return this.#goOnline(this.#account(action.where));
      case 'restart':
      case 'crash':
        return this.#startAgain(action.kind);
      case 'relist':
        return this.#listAgain();
      case 'rest':
        return this.rest();
      case 'breathe':
        return void (await this.#rig.during(new Promise<void>((done) => setTimeout(done, (action.what % 4) * 700))));
    }
  }

  // ——— the client ———

  #flag(action: Action): void {
    const met = this.#meet(action);
    const name = FLAGS[action.what % FLAGS.length] ?? '\\Seen';
    if (!met || this.model.byUpstream.has(met.token)) return;
    const isSet = met.flags.split(' ').includes(name);
    const on = action.what % 2 === 0;
    this.#rig.core.actions.storeFlags(this.#rig.idOf(met.path), {
      uids: one(met.uid),
      operation: on ? 'add' : 'remove',
      flags: flags(name),
    });
    this.#note(on ? 'set' : 'clear', name, met);
    const item = this.model.item(met.box, met.token);
    // What shows that way already is no change, and is not sent.
    if (!item || isSet === on) return;
    if (on) item.flags.add(name);
    else item.flags.delete(name);
    item.claimed.add(name);
  }

  #transfer(kind: 'move' | 'copy', action: Action): void {
    const met = this.#meet(action);
    const targets = [...UNIFIED, ...this.model.boxes.keys()];
    const target = targets[action.what % targets.length] ?? 'INBOX';
    if (!met || this.model.byUpstream.has(met.token)) return;
    const to = this.model.destination(met.box, target);
    if (!this.#rig.core.mailboxes.find(target)) return;
    if (to !== met.box && !this.model.canTransfer(kind, met.token, met.box, to)) return;
    if (to === met.box && kind === 'copy') return;
    const isLastStep = met.box === `${accountOf(met.box)}/Trash` && !this.#expunging.has(accountOf(met.box));
    if (isLastStep && accountOf(to) !== accountOf(met.box)) return;
    this.#note(`to ${target}`, met);
    const { pairs } = this.#rig.core.actions[kind](this.#rig.idOf(met.path), one(met.uid), target);
    const [pair] = pairs;
    expect(pairs.length).toBe(1);
    const arrived = shown(this.#rig, target).find(({ uid }) => uid === pair?.[1]);
    expect(arrived?.token, `COPYUID of a ${kind} to ${target}`).toBe(met.token);
    if (to !== met.box) this.model.transfer(kind, met.token, [met.box, to], met.flags.split(' ').filter(Boolean));
  }

  #delete(action: Action): void {
    const met = this.#meet(action);
    if (!met || this.model.byUpstream.has(met.token) || !this.#expunging.has(accountOf(met.box))) return;
    this.#note(met);
    const id = this.#rig.idOf(met.path);
    this.#rig.core.actions.storeFlags(id, { uids: one(met.uid), operation: 'add', flags: flags('\\Deleted') });
    expect(this.#rig.core.actions.expunge(id, one(met.uid))).toEqual(one(met.uid));
    this.model.byClient.add(met.token);
    this.model.destroy(met.box, met.token);
  }

  async #append(action: Action): Promise<void> {
    const targets = [...UNIFIED, ...this.model.boxes.keys()];
    const target = targets[action.where % targets.length] ?? 'Drafts';
    if (!this.#rig.core.mailboxes.find(target)) return;
    const token = this.#newToken();
    const names = action.what % 2 ? ['\\Seen', '$Work'] : [];
    const box = target.includes('/') ? target : `${this.#account(action.which)}/${target}`;
    this.#note(token, box);
    await appendMail(this.#rig, target, mail(token, `${accountOf(box).toLowerCase()}@example.org`), flags(...names));
    this.model.put(box, token, names, names);
    this.model.byClient.add(token);
  }

  #changeTree({ kind, where, which, what }: Action): void {
    const account = this.#account(where);
    const { mailboxes } = this.#rig.core;
    const name = `${account}/${NAMES[what % NAMES.length] ?? 'Box'}`;
    const folders = this.model.folders(account);
    const folder = folders[which % Math.max(1, folders.length)];
    const isKnown = (path: string) => mailboxes.find(path) !== undefined && this.model.boxes.has(path);
    if (kind === 'create') {
      if (mailboxes.find(name) || this.model.boxes.has(name)) return;
      this.#note(name);
      mailboxes.create(name);
      this.model.boxes.set(name, new Map());
    } else if (folder && kind === 'rename') {
      if (!isKnown(folder) || mailboxes.find(name) || this.model.boxes.has(name)) return;
      this.#note(folder, name);
      mailboxes.rename(folder, name);
      this.model.rename(folder, name);
    } else if (folder && kind === 'deleteBox') {
      if (!isKnown(folder) || this.model.leftFor.size > 0) return;
      this.#note(folder);
      mailboxes.delete(folder);
      this.model.remove(folder);
    }
  }

  /** Any message in any mailbox, if the model knows it there. */
  #meet({ where, which }: Action): Met | undefined {
    const full = this.#rig.core.mailboxes
      .list()
      .map(({ path }) => ({ path, rows: shown(this.#rig, path) }))
      .filter(({ rows }) => rows.length > 0);
    const { path, rows } = full[where % Math.max(1, full.length)] ?? { path: '', rows: [] };
    const row = rows[which % Math.max(1, rows.length)];
    if (!row || row.token === '') return undefined;
    const box = this.#boxOf(path, row.uid);
    return this.model.item(box, row.token) ? { ...row, path, box } : undefined;
  }

  /** The account's own mailbox of the source behind an entry. */
  #boxOf(path: string, uid: number): string {
    const found = this.#rig.store.database.sqlite
      .prepare(
        `SELECT b.path FROM entries e JOIN copies c ON c.id = e.copyId JOIN feeds f ON f.sourceId = c.sourceId
         JOIN mailboxes b ON b.id = f.mailboxId AND b.kind = 'account' WHERE e.mailboxId = ? AND e.uid = ?`,
      )
      .pluck()
      .get(this.#rig.idOf(path), uid);
    return String(found ?? '');
  }

  #note(...what: (string | Met)[]): void {
    const words = what.map((word) => (typeof word === 'string' ? word : `${word.token} (${word.box} by ${word.path})`));
    this.log.push(`${this.log.pop()} ${words.join(' ')}`);
  }

  // ——— the upstreams ———

  #hand({ where }: Action): UpstreamHand {
    const account = this.#account(where);
    return { model: this.model, account, fake: this.#fake(account), note: (...what) => this.#note(...what) };
  }

  async #upstreamRenames(action: Action): Promise<void> {
    if (this.#offline.size > 0) return;
    await this.rest();
    const folders = this.model.folders();
    const folder = folders[action.which % Math.max(1, folders.length)];
    if (!folder) return;
    const to = `${accountOf(folder)}/${NAMES[action.what % NAMES.length] ?? 'Box'}`;
    if (this.model.boxes.has(to)) return;
    this.#fake(accountOf(folder)).rename(upstreamPath(folder), upstreamPath(to));
    this.model.rename(folder, to);
    await this.rest();
  }

  // ——— the gateway ———

  async #startAgain(how: 'restart' | 'crash'): Promise<void> {
    const before = how === 'crash' ? fullDump(this.#rig) : undefined;
    await this.#rig[how]();
    if (before) expect(fullDump(this.#rig), 'after a restart').toEqual(before);
  }

  /** The gateway has to look at everything as if for the first time; nothing may look different afterwards. */
  async #listAgain(): Promise<void> {
    await this.rest();
    const before = fullDump(this.#rig);
    this.#rig.store.database.sqlite.exec('UPDATE sources SET uidNext = 1, highestModseq = NULL, lastFullCheck = 0');
    await this.#rig.restart();
    expect(fullDump(this.#rig), 'after a restart').toEqual(before);
    await this.rest();
    expect(fullDump(this.#rig), 'after a full listing').toEqual(before);
  }

  #goOnline(name: string): void {
    this.#offline.delete(name);
    this.#fake(name).goOnline();
  }

  #fake(account: string): FakeUpstream {
    const fake = this.#fakes.get(account);
    if (!fake) throw new Error(`no account ${account}`);
    return fake;
  }

  #account(number: number): string {
    const names = [...this.#fakes.keys()];
    return names[number % names.length] ?? '';
  }

  #newToken = (): string => `m${++this.#tokens}`;
}
