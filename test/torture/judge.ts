// When the gateway has come to rest: what each upstream holds, what the gateway shows and what clients were told OK about must
// be the same, and a uid must mean the message it always meant.
import { encodeMailboxName } from '../support/plain-imap.js';
import { lookInto, namesOf, type SeenBox } from './look.js';
import {
  linesOf,
  type Message,
  type Model,
  NOWHERE,
  nameOf,
  type Placements,
  TRASH,
  UNIFIED,
  unifiedOf,
} from './model.js';
import { ACCOUNTS, type World } from './world.js';

/** Box → what is in it. */
type Picture = ReadonlyMap<string, SeenBox>;

export interface Verdict {
  /** What is wrong; empty when all agree. */
  readonly wrong: readonly string[];
  /** Messages that are concerned. */
  readonly tokens: readonly string[];
}

export class Judge {
  /** Mails that were delivered more than once, where that beats a loss (DESIGN §9). */
  readonly duplicates = new Set<string>();
  readonly #world: World;
  readonly #model: Model;
  /** `path uidValidity uid` → token, for ever. */
  readonly #meanings = new Map<string, string>();
  readonly #uidValidities = new Map<string, number>();

  constructor(world: World, model: Model) {
    this.#world = world;
    this.#model = model;
  }

  /** `isLast`: the outbox has come to rest as well. If nothing is wrong, the model knows more afterwards. */
  async look(isLast: boolean): Promise<Verdict> {
    const upstream = await this.#upstreams();
    const here = await this.#gateway();
    const wrong: string[] = [];
    const tokens: string[] = [];
    const [there, shown] = [byToken(upstream, isAccountBox), byToken(here, isAccountBox)];
    const unified = byToken(here, isUnified);
    for (const token of new Set([
      ...there.keys(),
      ...shown.keys(),
      ...unified.keys(),
      ...this.#model.messages.keys(),
    ])) {
      const said = this.#judge(token, isLast, [there, shown, unified]);
      if (said === undefined) continue;
      wrong.push(said);
      tokens.push(token);
    }
    wrong.push(...this.#judgeFolders(upstream, here));
    for (const [said, token] of this.#judgeUids(here)) {
      wrong.push(said);
      tokens.push(token);
    }
    if (wrong.length === 0) this.#learn(there, upstream, here);
    return { wrong, tokens };
  }

  /**
   * The gateway is dead, and may stay so: what it was about to move between accounts is in its old home or in the new one, and
   * not in Trash alone.
   */
  async lookAtDead(): Promise<Verdict> {
    const tokens = await this.#unkept();
    // What had reached the upstream may have been carried out while we looked.
    const still = tokens.length > 0 ? (await this.#unkept()).filter((token) => tokens.includes(token)) : [];
    return { tokens: still, wrong: still.map((token) => `${token}: upstream it was in Trash alone, or nowhere`) };
  }

  async #unkept(): Promise<string[]> {
    const kept = [...this.#model.messages].filter(([, { isKept }]) => isKept).map(([token]) => token);
    if (kept.length === 0) return [];
    const there = byToken(await this.#upstreams(), (box) => nameOf(box) !== TRASH);
    return kept.filter((token) => !there.has(token));
  }

  #judge(token: string, isLast: boolean, [there, shown, unified]: Pictures): string | undefined {
    const message = this.#model.messages.get(token);
    const [up, here] = [linesIn(there, token), linesIn(shown, token)];
    const roles = (shown.get(token) ?? [])
      .flatMap(({ box, flags }) => (unifiedOf(box) === undefined ? [] : [`${unifiedOf(box)} (${flags.join(' ')})`]))
      .sort();
    if (!message) return `${token}: nobody put it there: ${up.join(', ')} | ${here.join(', ')}`;
    const right = message.sent ? sentStates(message, isLast) : [message.now, ...message.maybe];
    const once = message.sent ? this.#once(token, message, up) : up;
    const isRight = right.some((state) => same(linesOf(state), once));
    if (isRight && same(up, here) && same(roles, linesIn(unified, token))) return undefined;
    return [
      `${token}: ${right.map((state) => `[${linesOf(state).join(', ')}]`).join(' or ')} would be right`,
      `  upstream: ${up.join(', ')}`,
      `  gateway:  ${here.join(', ')}`,
      `  unified:  ${linesIn(unified, token).join(', ')}`,
    ].join('\n');
  }

  /** A mail whose sending was cut off may arrive twice if the provider keeps no record of it; its copy in Sent may not. */
  #once(token: string, { sent, maybe }: Message, lines: readonly string[]): string[] {
    const inbox = `${sent?.to}/INBOX ()`;
    const isDuplicate = lines.filter((line) => line === inbox).length > 1 && maybe.length > 0 && sent?.from === 'A';
    if (!isDuplicate) return [...lines];
    this.duplicates.add(token);
    return [...lines.filter((line) => line !== inbox), inbox].sort();
  }

  #judgeFolders(upstream: Picture, here: Picture): string[] {
    const own = (picture: Picture) => [...picture.keys()].filter((path) => /\/client\d+-/.test(path)).sort();
    const wrong: string[] = [];
    if (!same(own(upstream), own(here)))
      wrong.push(`folders: ${own(upstream).join()} upstream, ${own(here).join()} here`);
    const { folders, uncertainFolders } = this.#model;
    for (const box of folders) if (!upstream.has(box)) wrong.push(`${box} is not there`);
    for (const box of own(upstream))
      if (!folders.has(box) && !uncertainFolders.has(box)) wrong.push(`${box} should not be there`);
    return wrong;
  }

  /** What is wrong, with the message concerned. */
  #judgeUids(here: Picture): [string, string][] {
    const wrong: [string, string][] = [];
    for (const [path, { uidValidity, messages }] of here) {
      if (isUnified(path) && uidValidity !== (this.#uidValidities.get(path) ?? uidValidity))
        wrong.push([`${path} has another UIDVALIDITY`, '']);
      this.#uidValidities.set(path, uidValidity);
      for (const { token, uid } of messages) {
        const told = this.#model.uidIn(path, token);
        // One delivered twice has the uid of old, and another one.
        if (told !== undefined && !messages.some((other) => other.token === token && other.uid === told))
          wrong.push([`${token} in ${path} has uid ${uid}, was told to have ${told}`, token]);
        const key = `${path} ${uidValidity} ${uid}`;
        const meant = this.#meanings.get(key) ?? token;
        if (meant !== token) wrong.push([`${key} meant ${meant} and is ${token} now`, token]);
        this.#meanings.set(key, token);
      }
    }
    return wrong;
  }

  #learn(there: Copies, upstream: Picture, here: Picture): void {
    const { messages, folders, uncertainFolders, uids } = this.#model;
    for (const [token, message] of messages) {
      if (message.sent) continue;
      message.now = new Map((there.get(token) ?? []).map(({ box, flags }) => [box, flags])) satisfies Placements;
      message.maybe = [];
      message.isKept = [...message.now.keys()].some((box) => nameOf(box) !== TRASH);
    }
    for (const box of uncertainFolders) if (upstream.has(box)) folders.add(box);
    uncertainFolders.clear();
    uids.clear();
    for (const [path, box] of here) for (const { token, uid } of box.messages) this.#model.tellUid(path, token, uid);
  }

  async #upstreams(): Promise<Picture> {
    const picture = new Map<string, SeenBox>();
    for (const account of ACCOUNTS) {
      const client = await this.#world.upstream(account);
      for (const name of await namesOf(client)) {
        const box = `${account}/${name.toUpperCase() === 'INBOX' ? 'INBOX' : name}`;
        picture.set(box, await lookInto(client, encodeMailboxName(nameOf(box))));
      }
      client.close();
    }
    return picture;
  }

  async #gateway(): Promise<Picture> {
    const picture = new Map<string, SeenBox>();
    const client = await this.#world.client();
    for (const path of await namesOf(client)) picture.set(path, await lookInto(client, encodeMailboxName(path)));
    client.close();
    return picture;
  }
}

interface Copy {
  readonly box: string;
  readonly flags: readonly string[];
}
type Copies = ReadonlyMap<string, readonly Copy[]>;
type Pictures = readonly [there: Copies, shown: Copies, unified: Copies];

const isUnified = (path: string): boolean => [...UNIFIED.values()].includes(path);
const isAccountBox = (path: string): boolean => ACCOUNTS.some((account) => path.startsWith(`${account}/`));

function byToken(picture: Picture, isMeant: (path: string) => boolean): Copies {
  const copies = new Map<string, Copy[]>();
  for (const [box, { messages }] of picture) {
    if (!isMeant(box)) continue;
    for (const { token, flags } of messages) copies.set(token, [...(copies.get(token) ?? []), { box, flags }]);
  }
  return copies;
}

const linesIn = (copies: Copies, token: string): string[] =>
  (copies.get(token) ?? []).map(({ box, flags }) => `${box} (${flags.join(' ')})`).sort();

const same = (a: readonly string[], b: readonly string[]): boolean => a.join('\n') === b.join('\n');

/** Delivered and filed; until the outbox is at rest, on its way there. */
function sentStates({ sent, now, maybe }: Message, isLast: boolean): Placements[] {
  const whole = [now, ...maybe].find((state) => state.size > 0) ?? now;
  const delivered = new Map([...whole].filter(([box]) => box === `${sent?.to}/INBOX`));
  const isTold = maybe.length === 0;
  return [whole, ...(isTold ? [] : [NOWHERE]), ...(isLast ? [] : [delivered])];
}
