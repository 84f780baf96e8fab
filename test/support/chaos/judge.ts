// When all is quiet: nothing is lost, nothing is there too often, what is shown is what is there, and what was answered OK
// has arrived.
import { SystemFlag } from '../../../src/mail/flags.js';
import { shown, tokenOf } from '../core-mail.js';
import type { FakeMessage } from '../fake-upstream-model.js';
import { comeBack, restart, takeAll } from './fault-acts.js';
import { isLabelStore, unlabelled } from './labels.js';
import { bookSent, openOffices, outboxFaults, readRecovered, sendAll } from './outbox-judge.js';
import { isToken, ROLES, type World } from './world.js';

const MINUTE = 60_000;
/** Longer than any provider here asks to be left alone. */
const LONGEST_PAUSE_MS = 35 * MINUTE;

/** Everybody is there and can be reached; then as long as anything is waited for. @throws {Error} what is not right then */
export async function rest(world: World): Promise<void> {
  const { rig, fakes } = world;
  takeAll(world);
  if (rig.core.overview.accounts().length < fakes.size) await comeBack(world);
  for (const fake of fakes.values()) {
    fake.before = undefined;
    fake.goOnline();
    for (const path of ROLES) if (fake.mailbox(path)) fake.showNewest(path, 1_000);
  }
  openOffices(world);
  await world.pass(LONGEST_PAUSE_MS, MINUTE);
  await sendAll(world);
  await settled(world);
  // What was moved by others is looked for that long.
  await world.pass(11 * MINUTE, MINUTE);
  await settled(world);
  // What had no news is looked at anew.
  await world.pass(61 * MINUTE, 2 * MINUTE);
  await settled(world);
  // What was left over when the disk took nothing is put right at the next start.
  if (world.hadFullDisk && pins(world).length > 0) await restart(world);
  await sendAll(world);
  await settled(world);
  forgiveHalves(world);
  bookSent(world);
  await readRecovered(world);
  judge(world);
}

/** Copied by a move, and then refused to be expunged: it stands in both mailboxes. */
function forgiveHalves({ fakes, ledger }: World): void {
  for (const { bytes } of [...fakes.values()].flatMap(({ leftBehind }) => leftBehind)) {
    ledger.mayBeMore(tokenOf(bytes));
    ledger.disturb(tokenOf(bytes));
  }
}

/** A pause that a provider asks for may come late, with the first thing it is asked. */
async function settled(world: World): Promise<void> {
  await world.rig.settle().catch(async () => {
    await world.pass(LONGEST_PAUSE_MS, MINUTE);
    await world.rig.settle();
  });
}

/** @throws {Error} what is not right now, when all should be quiet */
export function judge(world: World): void {
  world.witness.look(world.rig);
  const faults = faultsOf(world);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  world.calm();
}

function faultsOf(world: World): string[] {
  const { lost, tooMany } = world.ledger.faults(countAll(world));
  return [
    ...lost.map((text) => `lost: ${text}`),
    ...tooMany.map((text) => `too many: ${text}`),
    ...leftOver(world),
    ...differences(world),
    ...misbound(world),
    ...unmet(world),
    ...pins(world),
    ...outboxFaults(world),
  ];
}

/** Promise 3, at every moment: the old home is given up only when the new one has been found. @throws {Error} */
export function mustHaveHomes({ fakes, ledger, deleting }: World): void {
  const homes = new Map<string, boolean>();
  for (const [name, fake] of fakes) {
    for (const path of fake.paths()) {
      const isHome = path[0] !== 'Trash' || deleting.has(name);
      const all = [...fake.contents(path), ...(fake.mailbox(path)?.withheld ?? [])];
      for (const { bytes } of all) homes.set(tokenOf(bytes), isHome || homes.get(tokenOf(bytes)) === true);
    }
  }
  const homeless = [...homes].filter(([token, hasHome]) => !hasHome && ledger.isWantedOutsideTrash(token));
  if (homeless.length > 0) throw new Error(`in a Trash alone: ${homeless.map(([token]) => token).join()}`);
}

/** How many there are of each token: at the providers, and in `Recovered`. */
function countAll(world: World): Map<string, number> {
  const { rig, fakes } = world;
  const kept = rig.core.mailboxes.find('Recovered') ? world.shownIn('Recovered') : [];
  const there = [...fakes].flatMap(([name, fake]) => {
    const all = fake.paths().flatMap((path) => fake.contents(path));
    // Labels of one message are one message.
    const contents = isLabelStore(world, name) ? new Map(all.map((each) => [each.contentId, each])).values() : all;
    return [...contents].map(({ bytes }) => tokenOf(bytes)).filter((token) => token !== '');
  });
  const have = new Map<string, number>();
  for (const token of [...there, ...kept]) have.set(token, (have.get(token) ?? 0) + 1);
  return have;
}

/** Nothing is owed or half done, and nothing is wrong without a name. */
function leftOver({ rig }: World): string[] {
  const { sqlite } = rig.store.database;
  const owed = sqlite.prepare('SELECT kind, payload FROM journal').all();
  const unbound = sqlite
    .prepare(
      `SELECT s.path, c.leaving, c.upstreamUid, m.messageIdHeader FROM copies c JOIN sources s ON s.id = c.sourceId
       JOIN messages m ON m.id = c.messageId
       WHERE s.local IS NULL AND (c.upstreamUid IS NULL OR c.upstreamUid < 0 OR c.leaving = 1)`,
    )
    .all();
  const open = rig.core.overview.problems().filter(({ text }) => !text.startsWith('the provider refused to'));
  const away = rig.core.overview.accounts().filter(({ state }) => state !== 'ready');
  return [
    ...owed.map((row) => `owed: ${JSON.stringify(row)}`),
    ...unbound.map((row) => `half done: ${JSON.stringify(row)}`),
    ...open.map(({ text }) => `a problem: ${text}`),
    ...away.map(({ name, state, reason }) => `${name} is ${state}: ${reason}`),
  ];
}

/** A uid of a provider's names the message that we take it for, whatever COPYUID told. */
function misbound({ rig, fakes }: World): string[] {
  const bound = rig.store.database.sqlite
    .prepare(
      `SELECT a.name AS account, s.path, c.upstreamUid AS uid, m.messageIdHeader AS messageId FROM copies c
       JOIN sources s ON s.id = c.sourceId JOIN accounts a ON a.id = s.accountId JOIN messages m ON m.id = c.messageId
       WHERE s.local IS NULL AND c.upstreamUid > 0`,
    )
    .all() as { account: string; path: string; uid: number; messageId: string | null }[];
  return bound.flatMap(({ account, path, uid, messageId }) => {
    const fake = fakes.get(account);
    const names = JSON.parse(path) as string[];
    const there = fake?.mailbox(names)?.messages.find((message) => message.uid === uid);
    const token = messageId?.replace(/@test$/, '') ?? '';
    const isRight = there !== undefined && (tokenOf(there.bytes) === token || tokenOf(there.bytes) === '');
    return isRight ? [] : [`${account}/${names.join('/')} ${uid} is taken for ${token}`];
  });
}

/** Each account's mailboxes show what its provider has, with \Seen and \Flagged; the unified ones show all accounts'. */
function differences(world: World): string[] {
  const { rig, fakes } = world;
  const there = new Map<string, string[]>();
  const archives: string[] = [];
  for (const [name, fake] of fakes) {
    for (const path of fake.paths()) {
      there.set(`${name}/${path.join('/')}`, linesOf(fake.contents(path)));
    }
    // The Archive shows what is archived, no more.
    if (isLabelStore(world, name)) {
      const archived = unlabelled(fake);
      archives.push(...linesOf(fake.contents('All Mail').filter(({ contentId }) => archived.has(contentId))));
    }
  }
  for (const role of ROLES)
    there.set(role, [...fakes.keys()].flatMap((name) => there.get(`${name}/${role}`) ?? []).sort());
  there.set('Archive', [...(there.get('Archive') ?? []), ...archives].sort());
  const here = new Map<string, string[]>();
  for (const path of world.paths()) {
    if (path === 'Recovered') continue;
    const lines = shown(rig, path)
      .filter(isToken)
      .map(({ token, flags }) => lineOf(token, /\\Seen/.test(flags), /\\Flagged/.test(flags)));
    // Another had its name when it came back by `undo`; clients go on calling it so.
    const name = path.replace(/ \(\d+\)$/, '');
    here.set(name, [...(here.get(name) ?? []), ...lines].sort());
  }
  return [...new Set([...there.keys(), ...here.keys()])].flatMap((path) => {
    const [shows, has] = [here.get(path) ?? [], there.get(path) ?? []].map((lines) => lines.join(' '));
    return shows === has ? [] : [`${path} shows [${shows}], there is [${has}]`];
  });
}

const linesOf = (messages: readonly FakeMessage[]): string[] =>
  messages
    .filter(({ bytes }) => tokenOf(bytes) !== '')
    .map(({ bytes, flags: { system } }) =>
      lineOf(tokenOf(bytes), (system & SystemFlag.Seen) !== 0, (system & SystemFlag.Flagged) !== 0),
    )
    .sort();

const lineOf = (token: string, isSeen: boolean, isFlagged: boolean): string =>
  `${token}${isSeen ? '+seen' : ''}${isFlagged ? '+flagged' : ''}`;

/** What our clients did, and nobody else meddled with, is so. */
function unmet(world: World): string[] {
  const { rig } = world;
  const nameOf = (id: number) => rig.core.mailboxes.list().find((mailbox) => mailbox.id === id)?.path ?? `${id}`;
  return [...world.ledger.wishes()].flatMap(([token, { places, flagged }]) => {
    const now = world.placesOf(token);
    const faults: string[] = [];
    if (now.join() !== places.join())
      faults.push(`${token} is in [${now.map(nameOf)}], the user left it in [${places.map(nameOf)}]`);
    const rows = now.flatMap((id) => shown(rig, nameOf(id)).filter((row) => row.token === token));
    if (flagged !== undefined && rows.some(({ flags }) => flags.includes('\\Flagged') !== flagged))
      faults.push(`${token} is to be ${flagged ? '' : 'not '}flagged`);
    return faults;
  });
}

/** Every body that must not be evicted is held exactly once for each reason. */
function pins({ rig }: World): string[] {
  const { held, pinned } = rig.store.database.sqlite
    .prepare(
      `SELECT (SELECT count(*) FROM removals WHERE bodyRef IS NOT NULL)
            + (SELECT count(*) FROM copies c JOIN sources s ON s.id = c.sourceId WHERE s.local = 'recovered') AS held,
              (SELECT ifnull(sum(pins), 0) FROM bodies) AS pinned`,
    )
    .get() as { held: number; pinned: number };
  return held === pinned ? [] : [`${pinned} pins for ${held} bodies to be kept`];
}
