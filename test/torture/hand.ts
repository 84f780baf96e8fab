// The other client of an account, straight at its own server, which is never killed.
import type { Random } from '../bench/random.js';
import { type PlainImap, quote } from '../support/plain-imap.js';
import { mailOf } from './client.js';
import { COMPARED } from './look.js';
import { including, type Model, NOWHERE, nameOf, placed, without } from './model.js';
import { type AccountName, addressOf, type World } from './world.js';

const PAUSE_MS = 30;
const MAX_OWN = 15;

export interface HandOptions {
  readonly world: World;
  readonly model: Model;
  readonly random: Random;
  note(line: string): void;
}

export class Hand {
  readonly #name: string;
  readonly #account: AccountName;
  readonly #o: HandOptions;
  readonly #uids = new Map<string, number>();
  #made = 0;

  constructor(account: AccountName, options: HandOptions) {
    this.#name = `hand${account}`;
    this.#account = account;
    this.#o = options;
  }

  async run(isOver: () => boolean): Promise<void> {
    const client = await this.#o.world.upstream(this.#account);
    try {
      while (!isOver()) {
        await this.#act(client);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    } finally {
      client.close();
    }
  }

  async #act(client: PlainImap): Promise<void> {
    const { random, model, note } = this.#o;
    const own = model.certain(this.#name);
    const [token, message] = own[random.int(0, Math.max(0, own.length - 1))] ?? ['', undefined];
    const [box, flags = []] = [...(message?.now ?? NOWHERE)][0] ?? [''];
    const what = random.int(0, 9);
    if (!message || (what < 3 && own.length < MAX_OWN)) return this.#deliver(client);
    const uid = this.#uids.get(token) ?? 0;
    await client.ok(`SELECT ${quote(nameOf(box))}`);
    note(`${this.#name}: ${what} to ${token} in ${box}`);
    if (what < 6) {
      const flag = random.pick(COMPARED);
      const isSet = flags.includes(flag);
      await client.ok(`UID STORE ${uid} ${isSet ? '-' : '+'}FLAGS (${flag})`);
      model.become(token, including(message.now, box, isSet ? flags.filter((f) => f !== flag) : [...flags, flag]));
    } else if (what < 8) {
      const to = `${this.#account}/${nameOf(box) === 'Archive' ? 'Junk' : 'Archive'}`;
      const { text, untagged } = await this.#move(client, uid, nameOf(to));
      this.#uids.set(token, Number(/COPYUID \d+ \d+ (\d+)/.exec([text, ...untagged].join('\n'))?.[1]));
      model.become(token, including(without(message.now, box), to, flags));
    } else {
      message.isKept = false;
      await this.#expunge(client, uid);
      model.become(token, NOWHERE);
    }
  }

  async #move(client: PlainImap, uid: number, to: string) {
    if (!this.#o.world.withoutMove) return client.ok(`UID MOVE ${uid} ${quote(to)}`);
    const copied = await client.ok(`UID COPY ${uid} ${quote(to)}`);
    await this.#expunge(client, uid);
    return copied;
  }

  async #expunge(client: PlainImap, uid: number): Promise<void> {
    await client.ok(`UID STORE ${uid} +FLAGS (\\Deleted)`);
    await client.ok(`UID EXPUNGE ${uid}`);
  }

  async #deliver(client: PlainImap): Promise<void> {
    const { model } = this.#o;
    this.#made += 1;
    const token = `${this.#name}-${this.#made}`;
    const uid = await client.append(
      'INBOX',
      Buffer.from(mailOf(token, 'someone@example.org', addressOf(this.#account))),
    );
    this.#uids.set(token, uid ?? 0);
    const now = placed(`${this.#account}/INBOX`);
    model.messages.set(token, { now, maybe: [], owner: this.#name, doomed: false });
  }
}
