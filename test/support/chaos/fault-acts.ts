// What goes wrong: lines, servers' patience, the disk, the gateway itself.
import { expect } from 'vitest';
import { UpstreamError } from '../../../src/mail/errors.js';
import type { Chance } from '../../fuzz/mutate.js';
import type { FakeMethod } from '../fake-connector.js';
import { fullDump } from '../observer.js';
import type { Act } from './client-acts.js';
import { accountsOf, type World } from './world.js';

const WRITES: readonly FakeMethod[] = [
  'move',
  'copy',
  'append',
  'expunge',
  'storeFlags',
  'createMailbox',
  'renameMailbox',
  'deleteMailbox',
];
const READS: readonly FakeMethod[] = [
  'select',
  'fetchHeaders',
  'fetchBodies',
  'fetchListing',
  'status',
  'listMailboxes',
];
const NAMES = ['A', 'B'];

const offline: Act = (world, chance) => {
  const name = chance.of(NAMES, 'A');
  world.note(`${name} cannot be reached`);
  world.fake(name).goOffline();
};

const online: Act = (world, chance) => {
  const name = chance.of(NAMES, 'A');
  world.note(`${name} can be reached`);
  world.fake(name).goOnline();
};

/** What carries out each kind of journal row. */
const CARRIERS: Readonly<Record<string, FakeMethod>> = {
  flags: 'storeFlags',
  move: 'move',
  copy: 'copy',
  append: 'append',
  expunge: 'expunge',
  create: 'createMailbox',
  rename: 'renameMailbox',
  delete: 'deleteMailbox',
  spool: 'fetchBodies',
};

/** Mostly what will be asked next: a fault that nothing meets proves nothing. */
function nextMethod({ rig }: World, name: string, chance: Chance): FakeMethod {
  const account = rig.store.accounts.list().find((row) => row.name === name);
  const owed = account ? rig.store.journal.head(account.id, 20) : [];
  const likely = owed.flatMap(({ kind }) => CARRIERS[kind] ?? []);
  return likely.length > 0 && chance.below(4) > 0
    ? chance.of(likely, 'move')
    : chance.of([...WRITES, ...WRITES, ...READS], 'move');
}

const fail: Act = (world, chance) => {
  const name = chance.of(NAMES, 'A');
  const method = nextMethod(world, name, chance);
  const when = chance.of(['before', 'after', 'after'] as const, 'after');
  const cut = chance.below(2) === 0;
  world.note(`the next ${method} at ${name} fails ${when} it is done${cut ? ', line cut' : ''}`);
  world.fake(name).failNext(method, new UpstreamError('transient', 'lost'), { when, cut });
};

/** Where a move is COPY and EXPUNGE: then it stands in both mailboxes. */
const halve: Act = (world, chance) => {
  const cut = chance.below(2) === 0;
  world.note(`the next move at B ends behind its COPY${cut ? ', line cut' : ''}`);
  world.fake('B').failNext('move', new UpstreamError('transient', 'lost'), { when: 'halfway', cut });
};

/** In games with a server that cannot MOVE. */
export const HALVES_ACTS: Readonly<Record<string, readonly [number, Act]>> = { halve: [6, halve] };

const refuse: Act = (world, chance) => {
  const name = chance.of(NAMES, 'A');
  const method = nextMethod(world, name, chance);
  world.note(`the next ${method} at ${name} is refused`);
  world.hasRefused = true;
  world.ledger.disturbAll();
  world.fake(name).failNext(method, new UpstreamError('permanent', 'NO', { serverText: 'NO' }));
};

const throttle: Act = (world, chance) => {
  const name = chance.of(NAMES, 'A');
  const method = chance.of([...WRITES, ...READS], 'select');
  world.note(`the next ${method} at ${name} is throttled`);
  const details = { meaning: 'throttle', serverText: 'throttled', retryAfterMs: 60_000 * (1 + chance.below(30)) };
  world.fake(name).failNext(method, new UpstreamError('transient', 'throttled', details));
};

/** SQLite itself refuses from here on, as on a disk that has become read-only. */
const diskFull: Act = (world) => {
  world.note('the disk takes nothing');
  world.hadFullDisk = true;
  world.rig.store.database.sqlite.pragma('query_only = ON');
};
const diskWell: Act = (world) => {
  world.note('the disk takes all');
  takeAll(world);
};
export const takeAll = ({ rig }: World): void => void rig.store.database.sqlite.pragma('query_only = OFF');

const crash: Act = async (world) => {
  world.note('crash');
  takeAll(world);
  await die(world);
};

/** @throws {Error} if what it shows afterwards is not what it showed */
export async function die(world: World): Promise<void> {
  for (const { state, messageId } of world.rig.submissions.unfinished()) {
    const token = messageId.replace(/@test$/, '');
    // It was taken, and that is not on disk.
    for (const office of world.offices.values())
      if (state !== 'delivered' && office.taken.has(token)) office.untoldOf(token);
  }
  const before = fullDump(world.rig);
  await world.rig.crash();
  expect(fullDump(world.rig), 'after a crash').toEqual(before);
}

export const restart = async (world: World): Promise<void> => {
  world.note('restart');
  takeAll(world);
  await world.rig.restart();
};

const withAccounts = async (world: World, names: readonly string[]): Promise<void> => {
  world.note(`restart with ${names.join()}`);
  takeAll(world);
  // Mailboxes of an account that goes are others when it comes back.
  world.ledger.disturbAll();
  await world.rig.restart({ accounts: accountsOf(world, names) });
};
const leave: Act = (world) => withAccounts(world, ['A']);
export const comeBack = (world: World): Promise<void> => withAccounts(world, NAMES);

const breathe: Act = (world, chance) => world.pass(chance.below(4) * 700);
const wait: Act = (world, chance) => world.pass(60_000 * (1 + chance.below(12)));

export const FAULT_ACTS: Readonly<Record<string, readonly [number, Act]>> = {
  offline: [4, offline],
  online: [5, online],
  fail: [7, fail],
  refuse: [2, refuse],
  throttle: [1, throttle],
  diskFull: [1, diskFull],
  diskWell: [2, diskWell],
  crash: [3, crash],
  restart: [1, restart],
  leave: [1, leave],
  comeBack: [2, comeBack],
  breathe: [7, breathe],
  wait: [1, wait],
};
