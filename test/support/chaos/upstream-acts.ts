// What happens at the providers: mail comes, other clients do as they please, servers renumber and forget.
import type { SourcePath } from '../../../src/upstream/connector.js';
import type { Chance } from '../../fuzz/mutate.js';
import { tokenOf, upstreamTokens } from '../core-mail.js';
import { type FakeMethod, type FakeUpstream, flags } from '../fake-connector.js';
import type { Act } from './client-acts.js';
import { isFinalThere, isLabelStore } from './labels.js';
import { ROLES, SYSTEM, type World } from './world.js';

interface Hand {
  readonly name: string;
  readonly fake: FakeUpstream;
}

function hand(world: World, chance: Chance): Hand {
  const name = chance.of(['A', 'B'], 'A');
  return { name, fake: world.fake(name) };
}

const text = ({ name }: Hand, path: SourcePath) => `${name}/${path.join('/')}`;
const isRole = (path: SourcePath) => path.length === 1 && SYSTEM.includes(path[0] ?? '');
const selectable = ({ fake }: Hand) => fake.paths().filter((path) => fake.mailbox(path)?.selectable);
const anyBox = (at: Hand, chance: Chance) => chance.of(selectable(at), ['INBOX']);

/** Some message there. */
function some(at: Hand, chance: Chance): { path: SourcePath; uid: number; token: string } | undefined {
  const storyOf = (path: SourcePath) => at.fake.contents(path).filter(({ bytes }) => tokenOf(bytes) !== '');
  const full = selectable(at).filter((path) => storyOf(path).length > 0);
  if (full.length === 0) return undefined;
  const path = chance.of(full, []);
  const messages = storyOf(path);
  const message = messages[chance.below(messages.length)];
  return message && { path, uid: message.uid, token: tokenOf(message.bytes) };
}

const deliver: Act = (world, chance) => {
  const at = hand(world, chance);
  const path = anyBox(at, chance);
  world.note(`upstream: ${world.deliver(at.name, path)} arrives in ${text(at, path)}`);
};

const deliverTwins: Act = (world, chance) => {
  const at = hand(world, chance);
  world.note(`upstream: ${world.deliver(at.name, ['INBOX'], 2)} arrives twice in ${at.name}/INBOX`);
};

const flag: Act = (world, chance) => {
  const at = hand(world, chance);
  const met = some(at, chance);
  if (!met) return;
  const name = chance.of(['\\Seen', '\\Flagged', '\\Answered', '$Other'], '');
  const change = chance.of(['add', 'remove'] as const, 'add');
  world.note(`upstream: ${change} ${name} ${met.token} ${text(at, met.path)}`);
  at.fake.setFlags(met.path, met.uid, flags(name), change);
  const wish = world.ledger.wishOf(met.token);
  if (wish) world.ledger.wish(met.token, { places: wish.places, flagged: undefined });
};

const expunge: Act = (world, chance) => {
  const at = hand(world, chance);
  const met = some(at, chance);
  if (!met) return;
  const isLabel = isLabelStore(world, at.name) && !isFinalThere(met.path[0] ?? '');
  // Gmail: nothing happens to what is in All Mail; elsewhere it loses that label.
  if (isLabel && met.path[0] === 'All Mail') return;
  world.note(`upstream: expunge ${met.token} ${text(at, met.path)}`);
  world.touch([met.token]);
  if (!isLabel) world.ledger.removed(met.token);
  world.ledger.disturb(met.token);
  at.fake.expunge(met.path, met.uid);
};

const move: Act = (world, chance) => {
  const at = hand(world, chance);
  const met = some(at, chance);
  const to = anyBox(at, chance);
  if (!met || to.join('/') === met.path.join('/')) return;
  world.note(`upstream: move ${met.token} ${text(at, met.path)} -> ${text(at, to)}`);
  world.touch([met.token]);
  world.ledger.disturb(met.token);
  if (to[0] === 'Trash') world.ledger.trashed(met.token);
  at.fake.move(met.path, met.uid, to);
};

const label: Act = (world, chance) => {
  const at = hand(world, chance);
  const met = isLabelStore(world, at.name) ? some(at, chance) : undefined;
  const to = anyBox(at, chance);
  if (!met || to.join('/') === met.path.join('/')) return;
  world.note(`upstream: label ${met.token} ${text(at, met.path)} with ${text(at, to)}`);
  world.touch([met.token]);
  world.ledger.disturb(met.token);
  if (to[0] === 'Trash') world.ledger.trashed(met.token);
  at.fake.copy(met.path, met.uid, to);
};

const reset: Act = (world, chance) => {
  const at = hand(world, chance);
  const path = anyBox(at, chance);
  const first = 1 + chance.below(4);
  world.note(`upstream: new UIDVALIDITY ${text(at, path)}, uids from ${first}`);
  at.fake.resetUidValidity(path, first);
  at.fake.cut();
};

const renumber: Act = (world, chance) => {
  const at = hand(world, chance);
  if (!world.servers.get(at.name)?.traits?.renumbersSilently) return;
  const path = anyBox(at, chance);
  const first = 1 + chance.below(9);
  world.note(`upstream: new uids ${text(at, path)}, from ${first}`);
  at.fake.renumberSilently(path, first);
  at.fake.cut();
};

const own = ({ fake }: Hand) => fake.paths().filter((path) => !isRole(path));

const renameBox: Act = (world, chance) => {
  const at = hand(world, chance);
  const from = chance.of(own(at), []);
  const to = chance.of(['P', 'Q', 'R', 'U'], 'U');
  if (from.length === 0 || at.fake.mailbox(to) || from[0] === to) return;
  world.note(`upstream: rename ${text(at, from)} ${to}`);
  world.ledger.disturbAll();
  at.fake.rename(from, [to]);
};

const removeBox: Act = (world, chance) => {
  const at = hand(world, chance);
  const isBelow = (path: SourcePath, other: SourcePath) =>
    other.length > path.length && path.every((part, i) => other[i] === part);
  const leaves = own(at).filter((path) => !own(at).some((other) => isBelow(path, other)));
  const path = chance.of(leaves, []);
  if (path.length === 0) return;
  const tokens = upstreamTokens(at.fake, path);
  world.note(`upstream: delete ${text(at, path)} with ${tokens.join()}`);
  world.ledger.disturbAll();
  if (!isLabelStore(world, at.name)) for (const token of tokens) world.ledger.removed(token);
  at.fake.remove(path);
};

const createBox: Act = (world, chance) => {
  const at = hand(world, chance);
  const path = chance.of(['P', 'Q', 'R', 'U'], 'U');
  if (at.fake.mailbox(path)) return;
  world.note(`upstream: create ${at.name}/${path}`);
  world.ledger.disturbAll();
  at.fake.create(path);
};

/** Only where no client can delete the whole mailbox, and with it what it cannot see. */
const shrinkWindow: Act = (world, chance) => {
  const at = hand(world, chance);
  const path = [chance.of(ROLES, 'INBOX')];
  if (isLabelStore(world, at.name)) return;
  const before = new Set(at.fake.contents(path).map(({ bytes }) => tokenOf(bytes)));
  const count = chance.below(before.size + 2);
  at.fake.showNewest(path, count);
  const after = new Set(upstreamTokens(at.fake, path));
  const changed = [...before]
    .filter((token) => !after.has(token))
    .concat([...after].filter((token) => !before.has(token)));
  world.note(`upstream: ${text(at, path)} shows its newest ${count} only; changed: ${changed.join()}`);
  world.ledger.disturb(...changed);
};

/** Other flags are kept from now on; \Seen and \Flagged always. */
const keepFlags: Act = (world, chance) => {
  const at = hand(world, chance);
  const kept = chance.of([['\\*', '\\Answered', '\\Deleted', '\\Draft'], ['\\Deleted', '$Work'], []], []);
  world.note(`upstream: ${at.name} keeps \\Seen \\Flagged ${kept.join(' ')}`);
  at.fake.keepFlags(['\\Seen', '\\Flagged', ...kept]);
};

const AMBUSHES: readonly FakeMethod[] = ['move', 'copy', 'append', 'expunge', 'storeFlags', 'select', 'fetchHeaders'];

/** Another client, in the very middle of a command of ours. */
const ambush: Act = (world, chance) => {
  const at = hand(world, chance);
  const method = chance.of(AMBUSHES, 'move');
  const [kind, act] = chance.of(
    [
      ['move', move],
      ['flag', flag],
      ['deliver', deliver],
      ['reset', reset],
      ['expunge', expunge],
    ] as const,
    ['move', move],
  );
  world.note(`upstream: at the next ${method} at ${at.name}, ${kind}`);
  at.fake.before = (call) => {
    if (call.method !== method) return;
    at.fake.before = undefined;
    world.note(`  at ${method}:`);
    void act(world, chance);
  };
};

/** In games with a label store. */
export const LABEL_ACTS: Readonly<Record<string, readonly [number, Act]>> = { label: [6, label] };

export const UPSTREAM_ACTS: Readonly<Record<string, readonly [number, Act]>> = {
  deliver: [4, deliver],
  twins: [2, deliverTwins],
  upFlag: [3, flag],
  upExpunge: [2, expunge],
  upMove: [4, move],
  upReset: [2, reset],
  upRenumber: [1, renumber],
  upRename: [2, renameBox],
  upRemove: [1, removeBox],
  upCreate: [1, createBox],
  window: [1, shrinkWindow],
  keepFlags: [1, keepFlags],
  ambush: [3, ambush],
};
