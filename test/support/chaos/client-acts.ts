// What our own clients do. Each act notes it, does it, and tells the ledger what its OK means.
import type { Remover } from '../../../src/core/core.js';
import { rangesOf } from '../../../src/mail/sequence-set.js';
import type { Chance } from '../../fuzz/mutate.js';
import { appendMail, mail, readBody, type Shown } from '../core-mail.js';
import { flags } from '../fake-connector.js';
import { isFinalThere, isLabelStore, isOneMessage, isShownAtB, labelPlaces } from './labels.js';
import type { Met, World } from './world.js';

export type Act = (world: World, chance: Chance) => void | Promise<void>;

const tokensOf = (rows: readonly Shown[]) => rows.map(({ token }) => token);
const uidsOf = (rows: readonly Shown[]) => rangesOf(rows.map(({ uid }) => uid));
const told = ({ path, rows }: Met) => `${rows.map(({ token, uid }) => `${token}(${uid})`).join()} ${path}`;
const by = (device: string): Remover => ({ device });

/** Anywhere but where only the gateway puts things. */
const targets = (world: World) => world.paths().filter((path) => path !== 'Recovered');

const flag: Act = async (world, chance) => {
  const met = world.meet(chance, 3);
  if (!met) return;
  const { rig, ledger } = world;
  const name = chance.of(['\\Seen', '\\Flagged', '\\Flagged', '$Work'], '');
  const operation = chance.of(['add', 'remove'] as const, 'add');
  world.note(`${operation} ${name} ${told(met)}`);
  const request = { uids: uidsOf(met.rows), operation, flags: flags(name) };
  if (!(await world.asks(() => rig.core.actions.storeFlags(rig.idOf(met.path), request)))) return;
  if (name !== '\\Flagged') return;
  for (const token of new Set(tokensOf(met.rows))) {
    const places = world.placesOf(token);
    const before = ledger.wishOf(token);
    const isKnown = (all: readonly number[] | undefined) =>
      all === undefined || all.length === 1 || isLabelStore(world, 'B');
    const isOne = isOneMessage(world, token) && isKnown(places) && isKnown(before?.places);
    const flagged = isOne ? operation === 'add' : undefined;
    const stays = before?.places ?? labelPlaces(world, token, places);
    if (stays) ledger.wish(token, { places: stays, flagged });
    else ledger.disturb(token);
  }
};

function transfer(kind: 'move' | 'copy', between: boolean): Act {
  return async (world, chance) => {
    const met = world.meet(chance, 3);
    const { rig, ledger } = world;
    const accountOf = new Map((met?.rows ?? []).map(({ uid }) => [uid, world.accountOf(met?.path ?? '', uid)]));
    const other = [...accountOf.values()].includes('A') ? 'B/' : 'A/';
    const to = chance.of(
      targets(world).filter((path) => !between || path.startsWith(other)),
      '',
    );
    if (!met || to === '') return;
    world.note(`${kind} ${told(met)} -> ${to}`);
    if (!(await world.asks(() => rig.core.actions[kind](rig.idOf(met.path), uidsOf(met.rows), to, by(kind))))) return;
    world.touch(tokensOf(met.rows));
    if (to.endsWith('Trash')) ledger.trashed(...tokensOf(met.rows));
    const besides = new Map<string, string[]>();
    for (const { token, uid } of met.rows) {
      const from = accountOf.get(uid) ?? '';
      const isApart = from !== '' && /^[AB]\//.test(to) && !to.startsWith(`${from}/`);
      if (isApart || (kind === 'copy' && !isLabelStore(world, from))) ledger.mayBeMore(token);
      if (kind !== 'move' || !isApart) continue;
      // The original ends in its own Trash; out of the Trash it goes for good, where the server can do that.
      const isFromTrash = met.path.endsWith('Trash');
      if (!isFromTrash) besides.set(token, [...(besides.get(token) ?? []), `${from}/Trash`]);
      else if (world.servers.get(from)?.uidplus === false) ledger.disturb(token);
    }
    world.wishAsShown(tokensOf(met.rows), { besides, to });
  };
}

/** Whether EXPUNGE there is a move to Trash, or cannot be done at all: then it is not for us to foretell. */
function isPlainExpunge(world: World, account: string): boolean {
  const server = world.servers.get(account);
  return server?.uidplus !== false && server?.traits?.deleteIsMoveToTrash !== true;
}

/** At a label store what is expunged goes to Trash, and is there, unless it has not come to the provider yet. */
const mayBeFinal = (world: World, path: string, uid: number): boolean =>
  !isLabelStore(world, world.accountOf(path, uid)) || isFinalThere(path) || !world.isBound(path, uid);

const expunge: Act = async (world, chance) => {
  const met = world.meet(chance, 3);
  if (!met) return;
  const { rig, ledger } = world;
  const id = rig.idOf(met.path);
  const uids = uidsOf(met.rows);
  const isForetold = met.rows.every(({ uid }) => isPlainExpunge(world, world.accountOf(met.path, uid)));
  const removed = met.rows.filter(({ uid }) => mayBeFinal(world, met.path, uid));
  world.note(`expunge ${told(met)}`);
  const isDone = await world.asks(() => {
    rig.core.actions.storeFlags(id, { uids, operation: 'add', flags: flags('\\Deleted') });
    rig.core.actions.expunge(id, uids, by('expunge'));
  });
  if (!isDone) return;
  world.touch(tokensOf(met.rows));
  for (const { token } of removed) ledger.removed(token);
  ledger.trashed(...tokensOf(met.rows));
  if (isForetold) world.wishAsShown(tokensOf(met.rows));
  else for (const { token } of met.rows) wishTrashed(world, token, !removed.some((row) => row.token === token));
};

/** Gmail: expunged anywhere, it is in Trash and nowhere else. */
function wishTrashed(world: World, token: string, isToTrash: boolean): void {
  if (isToTrash && isLabelStore(world, 'B') && isShownAtB(world, token)) world.wishAsShown([token], { to: 'B/Trash' });
  else world.ledger.disturb(token);
}

const append: Act = async (world, chance) => {
  const to = chance.of(targets(world), 'Drafts');
  const token = world.newToken();
  world.note(`append ${token} ${to}`);
  const from = `${chance.of(['a', 'b'], 'a')}@example.org`;
  if (!(await world.asks(() => appendMail(world.rig, to, mail(token, from), flags())))) return;
  world.ledger.born(token);
  if (to.endsWith('Trash')) world.ledger.trashed(token);
  world.wishAsShown([token], { to });
};

const replace: Act = async (world, chance) => {
  const met = world.meet(chance);
  const [old] = met?.rows ?? [];
  const to = chance.of(targets(world), 'Drafts');
  if (!met || !old) return;
  const { rig, ledger } = world;
  const token = world.newToken();
  const isForetold = isPlainExpunge(world, world.accountOf(met.path, old.uid));
  const isRemoved = mayBeFinal(world, met.path, old.uid);
  world.note(`replace ${told(met)} by ${token} in ${to}`);
  const bytes = Buffer.from(mail(token, 'b@example.org'));
  const work = async () => {
    const spool = rig.core.actions.spool(bytes.length);
    await spool.write(bytes);
    const message = { spool, flags: flags(), internalDate: undefined, isBinary: false };
    await rig.core.actions.replace(rig.idOf(met.path), old.uid, to, message, by('expunge'));
  };
  if (!(await world.asks(() => rig.during(work(), 10)))) return;
  ledger.born(token);
  world.touch([old.token]);
  if (isRemoved) ledger.removed(old.token);
  ledger.trashed(old.token, ...(to.endsWith('Trash') ? [token] : []));
  world.wishAsShown([token], { to });
  if (isForetold) world.wishAsShown([old.token]);
  else ledger.disturb(old.token);
};

const account = (chance: Chance) => chance.of(['A', 'B'], 'A');

const create: Act = async (world, chance) => {
  const name = account(chance);
  // Of an account that is not configured it would be a mailbox of another one, called like this.
  if (!world.rig.core.overview.accounts().some((known) => known.name === name)) return;
  const parent = chance.below(3) === 0 ? world.folder(chance, name) : undefined;
  const path = `${parent ?? name}/${chance.of(['P', 'Q', 'R'], 'P')}`;
  world.note(`create ${path}`);
  await world.asks(() => world.rig.core.mailboxes.create(path));
};

const rename: Act = async (world, chance) => {
  const name = account(chance);
  const from = world.folder(chance, name);
  const to = `${name}/${chance.of(['P', 'Q', 'R', 'S'], 'P')}`;
  if (!from) return;
  world.note(`rename ${from} ${to}`);
  await world.asks(() => world.rig.core.mailboxes.rename(from, to));
};

const deleteBox: Act = async (world, chance) => {
  const name = account(chance);
  const path = world.folder(chance, name);
  if (!path) return;
  const tokens = world.shownIn(path);
  world.note(`delete ${path} with ${tokens.join()}`);
  if (!(await world.asks(() => world.rig.core.mailboxes.delete(path, by('expunge'))))) return;
  if (!isLabelStore(world, name)) for (const token of tokens) world.ledger.removed(token);
  world.deleting.add(name);
  world.ledger.disturb(...tokens);
};

const undo: Act = async (world, chance) => {
  const { rig, ledger } = world;
  const since = chance.below(2) ? 0 : undefined;
  world.note(`undo ${since === undefined ? 'the last' : 'all'}`);
  await world.asks(async () => {
    const batches = await rig.during(rig.core.removals.undo({ since, dryRun: false }), 10);
    ledger.disturbAll();
    for (const { device, messages } of batches) {
      for (const { subject, way } of messages) {
        world.note(`  ${subject} ${way}`);
        if (['trash', 'copy', 'cache', 'recovered'].includes(way)) ledger.mayBeMore(subject);
        // A copy of what stands elsewhere: that may be taken away before it is made.
        const isBack = ['calledOff', 'trash', 'cache', 'recovered'].includes(way);
        if (device === 'expunge' && isBack) ledger.returned(subject);
      }
    }
  });
};

const read: Act = async (world, chance) => {
  const met = world.meet(chance);
  const [row] = met?.rows ?? [];
  if (!met || !row) return;
  world.note(`read ${told(met)}`);
  // It may be gone, or its account away: nobody was promised anything.
  const body = await readBody(world.rig, met.path, row.uid).catch(
    (error: Error) => void world.note(`  ${error.message}`),
  );
  if (body !== undefined && !body.includes(`This is ${row.token}.`)) throw new Error(`${row.token} reads as ${body}`);
};

const sync: Act = async (world) => {
  world.note('sync');
  await world.rig.during(world.rig.core.overview.syncNow(undefined, { force: true }), 10).catch(() => undefined);
};

/** With how often each is drawn. */
export const CLIENT_ACTS: Readonly<Record<string, readonly [number, Act]>> = {
  flag: [5, flag],
  move: [8, transfer('move', false)],
  between: [5, transfer('move', true)],
  copy: [3, transfer('copy', false)],
  expunge: [4, expunge],
  append: [4, append],
  replace: [2, replace],
  create: [3, create],
  rename: [2, rename],
  deleteBox: [2, deleteBox],
  undo: [3, undo],
  read: [2, read],
  sync: [1, sync],
};
