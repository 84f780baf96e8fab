// Sending: what our clients hand over, and what submission servers do.
import type { Chance } from '../../fuzz/mutate.js';
import { appendMail, mail, one, uidOf } from '../core-mail.js';
import { flags } from '../fake-connector.js';
import type { Act } from './client-acts.js';
import { die, takeAll } from './fault-acts.js';
import type { Mishap } from './post-office.js';
import type { World } from './world.js';

/** What a client was told of its submission: by the verdict, or nothing, as the gateway died before. */
export type Told = 'delivered' | 'queued' | 'refused' | 'nothing';

export interface Handed {
  readonly token: string;
  readonly account: string;
  readonly recipients: readonly string[];
  told: Told;
  /** It has stood in Drafts under the same Message-ID. */
  readonly wasDraft: boolean;
  /** The client has put a copy of its own into Sent, with OK. */
  hasOwnCopy: boolean;
}

const RECIPIENTS = ['x@example.net', 'y@example.net', 'z@example.net'];
const account = (chance: Chance) => chance.of(['A', 'B'], 'A');
const textOf = ({ token, account }: Handed) => mail(token, `${account.toLowerCase()}@example.org`);

function hand(world: World, chance: Chance, wasDraft: boolean): Handed {
  const recipients = RECIPIENTS.slice(0, 1 + chance.below(RECIPIENTS.length));
  const token = world.newToken();
  return { token, account: account(chance), recipients, told: 'nothing', wasDraft, hasOwnCopy: false };
}

async function submit({ rig }: World, handed: Handed) {
  const spool = rig.core.outbox.spool(0);
  await spool.write(Buffer.from(textOf(handed)));
  const mailFrom = `${handed.account.toLowerCase()}@example.org`;
  const envelope = { mailFrom, rcptTo: handed.recipients, eightBit: false, smtpUtf8: false };
  return rig.core.outbox.submit({ ...envelope, message: await spool.finish() });
}

/** False where there is nothing that a client would go on with. */
async function sendNow(world: World, handed: Handed, chance: Chance): Promise<boolean> {
  const { rig } = world;
  if (chance.below(2) === 0) befall(world, handed.account, chance);
  world.note(`send ${handed.token} from ${handed.account} to ${handed.recipients.join()}`);
  const isTaken = await world.asks(async () => {
    // Small steps: the disk must not look slow.
    handed.told = (await rig.during(submit(world, handed), 10)).kind;
  });
  if (isTaken) world.handed.push(handed);
  if (isTaken) world.note(`  ${handed.told}`);
  return isTaken && handed.told !== 'refused';
}

/** As most mail programs do when they have their 250. */
async function copyToSent(world: World, handed: Handed, chance: Chance): Promise<void> {
  const path = chance.of(['Sent', `${handed.account}/Sent`], 'Sent');
  world.note(`append ${handed.token} ${path}`);
  handed.hasOwnCopy = await world.asks(() => appendMail(world.rig, path, textOf(handed), flags('\\Seen')));
}

const send: Act = async (world, chance) => {
  const handed = hand(world, chance, false);
  const copies = chance.below(2) === 0;
  if (!(await sendNow(world, handed, chance)) || !copies) return;
  if (chance.below(3) === 0) await world.pass(1_000 * chance.below(90), 1_000);
  await copyToSent(world, handed, chance);
};

/** Saved, sent, and expunged from Drafts, all under one Message-ID. */
const sendDraft: Act = async (world, chance) => {
  const { rig, ledger } = world;
  const handed = hand(world, chance, true);
  const { token } = handed;
  const path = `${handed.account}/Drafts`;
  if (!world.paths().includes(path)) return;
  world.note(`append ${token} ${path}`);
  if (!(await world.asks(() => appendMail(rig, path, textOf(handed), flags('\\Draft', '\\Seen'))))) return;
  ledger.born(token);
  ledger.disturb(token);
  if (chance.below(2) === 0) await world.pass(1_000 * chance.below(20), 1_000);
  if (!(await sendNow(world, handed, chance))) return;
  if (!world.shownIn(path).includes(token)) return;
  world.note(`expunge ${token} ${path}`);
  const uids = one(uidOf(rig, path, token));
  const isDone = await world.asks(() => {
    rig.core.actions.storeFlags(rig.idOf(path), { uids, operation: 'add', flags: flags('\\Deleted') });
    rig.core.actions.expunge(rig.idOf(path), uids, { device: 'draft' });
  });
  if (!isDone) return;
  ledger.removed(token);
  ledger.trashed(token);
};

/** The gateway dies while its client waits for the answer: it may have been taken, or not. */
const sendAndDie: Act = async (world, chance) => {
  const handed = hand(world, chance, false);
  const ms = chance.below(3_000);
  world.note(`send ${handed.token} from ${handed.account}, and a crash ${ms} ms later`);
  takeAll(world);
  void submit(world, handed).catch(() => undefined);
  await world.pass(ms, 10);
  world.handed.push(handed);
  await die(world);
};

const MISHAPS: readonly Mishap[] = [
  'refused',
  'refused',
  'refusedInPart',
  'refusedInPart',
  'later',
  'later',
  'pause',
  'noLogin',
  'cut',
  'silent',
  'cutBefore',
  'cutBefore',
  'cutAfter',
  'cutAfter',
  'cutAfter',
  'silentAfter',
];

function befall(world: World, name: string, chance: Chance): void {
  // Refused when its client has its 250: then a report is owed.
  const late: readonly Mishap[] = ['later', 'refused'];
  const what = chance.below(5) === 0 ? late : [chance.of(MISHAPS, 'later')];
  world.note(`the next message of ${name}: ${what.join(', then ')}`);
  world.offices.get(name)?.mishaps.push(...what);
}

const mishap: Act = (world, chance) => befall(world, account(chance), chance);

const reach: Act = (world, chance) => {
  const name = account(chance);
  const office = world.offices.get(name);
  if (!office) return;
  office.isReachable = chance.below(3) > 0;
  office.answersAfterMs = chance.of([0, 0, 500, 3_000, 25_000], 0);
  world.note(`submission at ${name}: ${office.isReachable ? `in ${office.answersAfterMs} ms` : 'cannot be reached'}`);
};

/** In games in which the accounts can send. */
export const OUTBOX_ACTS: Readonly<Record<string, readonly [number, Act]>> = {
  send: [8, send],
  sendDraft: [4, sendDraft],
  sendAndDie: [2, sendAndDie],
  mishap: [6, mishap],
  reach: [3, reach],
};
