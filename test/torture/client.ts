// One mail program in the storm: a command after the other, each written into the model when its OK has come. Dies with the
// gateway: what it had asked for then is in doubt.
import { createTransport } from 'nodemailer';
import type { Random } from '../bench/random.js';
import { type PlainImap, quote } from '../support/plain-imap.js';
import { COMPARED } from './look.js';
import {
  accountOf,
  including,
  type Message,
  type Model,
  NOWHERE,
  nameOf,
  type Placements,
  placed,
  TRASH,
  transferred,
  unifiedOf,
  without,
} from './model.js';
import { ACCOUNTS, addressOf, otherOf, type World } from './world.js';

/** Where a client appends, copies and moves to. INBOX is where the other hand and the submissions deliver. */
const TARGETS = ['INBOX', 'Drafts', 'Archive', 'Junk', TRASH];
const MAX_OWN = 25;

export const mailOf = (token: string, from: string, to = 'someone@example.org'): string =>
  [
    `From: <${from}>`,
    `To: <${to}>`,
    `Subject: ${token}`,
    `Message-ID: <${token}@torture.example>`,
    'Date: Tue, 03 Feb 2026 10:00:00 +0000',
    '',
    `This is ${token}. ${'It is longer than a packet, now and then. '.repeat(token.length % 3 ? 1 : 80)}`,
    '',
  ].join('\r\n');

export interface Counts {
  commands: number;
  inDoubt: number;
}

export interface ClientOptions {
  readonly name: string;
  readonly world: World;
  readonly model: Model;
  readonly random: Random;
  readonly counts: Counts;
  /** Whether the gateway has been killed on purpose: only then may a connection break. */
  isKilled(): boolean;
  note(line: string): void;
}

export class StormClient {
  readonly #o: ClientOptions;
  #imap: PlainImap | undefined;
  #selected = '';
  #made = 0;

  constructor(options: ClientOptions) {
    this.#o = options;
  }

  /** Until the gateway dies. @throws {Error} for anything else that goes wrong */
  async run(): Promise<void> {
    const { isKilled, world } = this.#o;
    try {
      this.#selected = '';
      this.#imap = await world.client();
      while (!isKilled()) await this.#act();
    } catch (error) {
      if (!isKilled()) throw error;
    } finally {
      this.#imap?.close();
    }
  }

  async #act(): Promise<void> {
    const { random, model, name } = this.#o;
    const own = model.certain(name);
    const [token, message] = own[random.int(0, Math.max(0, own.length - 1))] ?? ['', undefined];
    const what = random.int(0, 99);
    if (!message || (what < 18 && own.length < MAX_OWN)) return this.#append();
    if (what < 24) return this.#submit();
    if (what < 30) return this.#changeFolders();
    if (message.doomed || what < 42) return this.#expunge(token, message);
    if (what < 65) return this.#store(token, message);
    return this.#transfer(what < 80 ? 'COPY' : 'MOVE', token, message);
  }

  /** Sends it; `states` are right as well until its OK has come, `then` is right afterwards. */
  async #do(token: string, then: Placements, command: () => Promise<void>, ...between: Placements[]): Promise<void> {
    const { model, counts, note, name } = this.#o;
    try {
      await command();
    } catch (error) {
      model.doubt(token, then, ...between);
      counts.inDoubt += 1;
      note(`${name}: ${token} in doubt`);
      throw error;
    }
    counts.commands += 1;
    model.become(token, then);
  }

  #newToken(): string {
    this.#made += 1;
    return `${this.#o.name}-${this.#made}`;
  }

  #add(message: Partial<Message> = {}): string {
    const token = this.#newToken();
    const fresh = { now: NOWHERE, maybe: [], owner: this.#o.name, doomed: false, ...message };
    this.#o.model.messages.set(token, fresh);
    return token;
  }

  async #append(): Promise<void> {
    const { random, model, note, name } = this.#o;
    const account = random.pick(ACCOUNTS);
    const role = random.pick(TARGETS);
    const folders = [...model.folders].filter((box) => box.includes(`/${name}-`));
    const box = folders.length > 0 && random.int(0, 3) === 0 ? random.pick(folders) : `${account}/${role}`;
    const path = random.int(0, 1) ? (unifiedOf(box) ?? box) : box;
    const flags = COMPARED.filter(() => random.int(0, 1));
    const token = this.#add();
    note(`${name}: APPEND ${token} to ${path} for ${box}`);
    await this.#do(token, placed(box, flags), async () => {
      const bytes = Buffer.from(mailOf(token, addressOf(accountOf(box))));
      const uid = await this.#client().append(path, bytes, flags);
      if (uid !== undefined) model.tellUid(path, token, uid);
    });
  }

  async #submit(): Promise<void> {
    const { world, random, note, name } = this.#o;
    const from = random.pick(ACCOUNTS);
    const to = otherOf(from);
    const token = this.#add({ sent: { from, to } });
    note(`${name}: submits ${token} from ${from}`);
    const { gateway } = world;
    const transport = createTransport({
      host: '127.0.0.1',
      port: gateway.ports.smtps,
      secure: true,
      tls: { rejectUnauthorized: false },
      auth: { user: gateway.user, pass: gateway.password },
    });
    const envelope = { from: addressOf(from), to: [addressOf(to)] };
    const then = including(placed(`${from}/Sent`, ['\\Seen']), `${to}/INBOX`, []);
    try {
      await this.#do(token, then, async () => {
        await transport.sendMail({ envelope, raw: mailOf(token, addressOf(from), addressOf(to)) });
      });
    } finally {
      transport.close();
    }
  }

  async #store(token: string, message: Message): Promise<void> {
    const { random, note, name } = this.#o;
    const [box, flags = []] = random.pick([...message.now]);
    const flag = random.pick(COMPARED);
    const after = flags.includes(flag) ? flags.filter((each) => each !== flag) : [...flags, flag];
    const at = await this.#at(token, box);
    if (!at) return;
    note(`${name}: STORE ${token} in ${at.path} ${flag}`);
    await this.#do(token, including(message.now, box, after), async () => {
      await this.#client().ok(`UID STORE ${at.uid} ${flags.includes(flag) ? '-' : '+'}FLAGS (${flag})`);
    });
  }

  async #expunge(token: string, message: Message): Promise<void> {
    const { random, note, name } = this.#o;
    const [box] = random.pick([...message.now]);
    const at = await this.#at(token, box);
    if (!at) return;
    message.doomed = true;
    message.isKept = false;
    note(`${name}: EXPUNGE ${token} in ${at.path}`);
    await this.#do(token, without(message.now, box), async () => {
      await this.#client().ok(`UID STORE ${at.uid} +FLAGS.SILENT (\\Deleted)`);
      await this.#client().ok(`UID EXPUNGE ${at.uid}`);
    });
    message.doomed = false;
  }

  async #transfer(kind: 'COPY' | 'MOVE', token: string, message: Message): Promise<void> {
    const { random, model, note, name } = this.#o;
    const [box] = random.pick([...message.now]);
    const roles = [...message.now.keys()].map(nameOf);
    const account = random.pick(ACCOUNTS);
    const isAway = account !== accountOf(box);
    const leaves = isAway && kind === 'MOVE';
    // The original ends in Trash: none of its copies may be there, nor go there.
    const isFree = !leaves || !roles.includes(TRASH) || nameOf(box) === TRASH;
    const targets = TARGETS.filter((role) => !roles.includes(role) && !(leaves && role === TRASH));
    if (targets.length === 0 || !isFree) return;
    const role = random.pick(targets);
    const to = `${account}/${role}`;
    const path = !isAway && random.int(0, 1) ? (unifiedOf(to) ?? to) : to;
    const at = await this.#at(token, box);
    if (!at) return;
    if (role === TRASH) message.isKept = false;
    note(`${name}: ${kind} ${token} from ${at.path} to ${path}`);
    let uid = 0;
    await this.#do(token, transferred(message.now, kind, box, to), async () => {
      const { text, untagged } = await this.#client().ok(`UID ${kind} ${at.uid} ${quote(path)}`);
      const told = /\[COPYUID \d+ (\d+) (\d+)\]/.exec([text, ...untagged].join('\n'));
      if (Number(told?.[1]) !== at.uid) throw new Error(`${kind} of ${token}: no COPYUID in ${text}`);
      uid = Number(told?.[2]);
    });
    model.tellUid(path, token, uid);
  }

  /** CREATE, RENAME with what is in it, DELETE: of folders that are this client's alone. */
  async #changeFolders(): Promise<void> {
    const { random, model, note, name } = this.#o;
    const own = [...model.folders].filter((box) => box.includes(`/${name}-`) && this.#isCertain(box));
    const folder = `${random.pick(ACCOUNTS)}/${this.#newToken()}`;
    const old = own[random.int(0, Math.max(0, own.length - 1))];
    if (old === undefined || own.length < 2) return this.#folderCommand(`CREATE ${folder}`, undefined, folder);
    const to = `${accountOf(old)}/${nameOf(folder)}`;
    const inside = [...model.messages].filter(([, { now }]) => now.has(old));
    if (inside.length === 0 && random.int(0, 2) === 0) {
      // What was moved from it to the other account goes to Trash at once.
      for (const message of model.messages.values()) if (message.owner === name) message.isKept = false;
      return this.#folderCommand(`DELETE ${old}`, old, undefined);
    }
    note(`${name}: RENAME with ${inside.map(([token]) => token).join(' ')}`);
    const moved = inside.map(([token, { now }]): [string, Placements] => [
      token,
      including(without(now, old), to, now.get(old) ?? []),
    ]);
    try {
      await this.#folderCommand(`RENAME ${old} ${to}`, old, to);
    } catch (error) {
      for (const [token, placements] of moved) model.doubt(token, placements);
      throw error;
    }
    for (const [token, placements] of moved) model.become(token, placements);
  }

  /** Nothing in it is in doubt: else nobody could tell where it went with the folder. */
  #isCertain = (box: string): boolean =>
    [...this.#o.model.messages.values()].every(
      ({ now, maybe }) => maybe.length === 0 || ![now, ...maybe].some((each) => each.has(box)),
    );

  async #folderCommand(command: string, old: string | undefined, made: string | undefined): Promise<void> {
    const { model, note, name, counts } = this.#o;
    note(`${name}: ${command}`);
    for (const box of [old, made]) if (box !== undefined) model.uncertainFolders.add(box);
    if (old !== undefined) model.folders.delete(old);
    if (this.#selected === old) this.#selected = '';
    await this.#client().ok(command);
    counts.commands += 1;
    for (const box of [old, made]) if (box !== undefined) model.uncertainFolders.delete(box);
    if (made !== undefined) model.folders.add(made);
  }

  #client(): PlainImap {
    if (!this.#imap) throw new Error('not signed in');
    return this.#imap;
  }

  /** Selects a mailbox that shows the message of the box, its own or the unified one, if its uid is known there. */
  async #at(token: string, box: string): Promise<{ path: string; uid: number } | undefined> {
    const { model, random } = this.#o;
    const paths = [box, unifiedOf(box) ?? box].flatMap((path) => {
      const uid = model.uidIn(path, token);
      return uid === undefined ? [] : [{ path, uid }];
    });
    if (paths.length === 0) return undefined;
    const at = random.pick(paths);
    if (this.#selected !== at.path) await this.#client().ok(`SELECT ${quote(at.path)}`);
    this.#selected = at.path;
    return at;
  }
}
