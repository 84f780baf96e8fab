// Promise 4: each submission that was taken has reached each of its recipients once, or its sender was told that it has not; and
// there is one copy in Sent.
//
// More than once only where the design says so (src/README.md, "Life of a submission"): the server took it and could not say so, or
// the gateway died before it had written that down; and there is no evidence in Sent, as this provider files nothing there, or
// somebody has taken it away. "A duplicate beats a loss."
// Two copies only where a provider that files them was given the message twice; none where an attempt of which nobody knew how it
// had ended was followed by a refusal for good, which is reported.
import { readBody, shown, tokenOf } from '../core-mail.js';
import type { Handed } from './outbox-acts.js';
import { isToken, type World } from './world.js';

const MINUTE = 60_000;

/** From now on everything can be sent. */
export function openOffices({ offices }: World): void {
  for (const office of offices.values()) {
    office.mishaps.length = 0;
    office.isReachable = true;
    office.answersAfterMs = 0;
  }
}

/** As long as anything waits. */
export async function sendAll(world: World): Promise<void> {
  const { rig } = world;
  if (world.offices.size === 0) return;
  const isOver = () => rig.submissions.unfinished().length === 0 && rig.submissions.failedUnreported().length === 0;
  for (let i = 0; i < 20 && !isOver(); i++) {
    await rig.during(rig.core.overview.syncNow(undefined, { force: true }), 10).catch(() => undefined);
    await world.pass(MINUTE, 5_000);
  }
}

/** Reports that a provider would not take. */
export async function readRecovered(world: World): Promise<void> {
  const { rig } = world;
  if (world.offices.size === 0 || !rig.core.mailboxes.find('Recovered')) return;
  for (const row of shown(rig, 'Recovered').filter((each) => !isToken(each)))
    world.recovered.push((await readBody(rig, 'Recovered', row.uid)) ?? '');
}

/** What came of the submissions is from now on explained. Once, when all is quiet. */
export function bookSent(world: World): void {
  const { ledger } = world;
  const reports = reportsOf(world);
  for (const handed of world.handed) {
    const { token, account, hasOwnCopy } = handed;
    const times = world.offices.get(account)?.taken.get(token)?.length ?? 0;
    // What was done to a copy of the client's, before the message went out, tells nothing of the one that came then.
    if (hasOwnCopy && world.touched.has(token)) ledger.disturb(token);
    const isReported = reports.some((report) => report.token === token);
    const copies = times > 0 && !isReported ? 1 : hasOwnCopy ? 1 : 0;
    if (copies > 0) ledger.born(token);
    // Its own copy was taken out of Sent before it went out: then Sent has another.
    if (times > 0 && hasOwnCopy && world.touched.has(token)) ledger.mayBeMore(token);
    for (let i = 1; i < times && filesCopies(world, handed); i++) ledger.mayBeMore(token);
  }
}

const filesCopies = ({ offices }: World, { account }: Handed): boolean => offices.get(account)?.filesCopies === true;

export function outboxFaults(world: World): string[] {
  const { rig } = world;
  const waits = [...rig.submissions.unfinished(), ...rig.submissions.failedUnreported()];
  const reports = reportsOf(world);
  return [
    ...waits.map(
      ({ messageId, state, sentCopy, lastError }) => `not sent: ${messageId} ${state} ${sentCopy} ${lastError}`,
    ),
    ...world.handed.flatMap((handed) => deliveryFaults(world, handed, reports)),
    ...world.handed.flatMap((handed) => sentFaults(world, handed, reports)),
  ];
}

function deliveryFaults(world: World, handed: Handed, reports: readonly Report[]): string[] {
  const { token, account, recipients, told } = handed;
  const office = world.offices.get(account);
  const isWithoutEvidence = office?.filesCopies !== true || world.touched.has(token);
  const again = isWithoutEvidence ? (office?.untold.get(token) ?? 0) : 0;
  return recipients.flatMap((recipient) => {
    const times = office?.timesTaken(token, recipient) ?? 0;
    const reported = reports.filter((report) => report.token === token && report.recipients.includes(recipient)).length;
    const what = `${token} to ${recipient}, told ${told}: sent ${times} times, reported ${reported} times, may be repeated ${again} times`;
    if (told === 'refused') return times + reported === 0 ? [] : [what];
    if (times > 1 + again || reported > 1) return [what];
    // Told that it failed, after an attempt that nobody knew to have gone well.
    if (reported === 1) return times <= again ? [] : [what];
    return times > 0 || told === 'nothing' ? [] : [what];
  });
}

interface Report {
  readonly token: string;
  readonly recipients: readonly string[];
}

/** Delivery reports (RFC 3464), wherever they are. */
function reportsOf({ fakes, recovered }: World): Report[] {
  const all = [...fakes.values()].flatMap((fake) => {
    const contents = fake.paths().flatMap((path) => fake.contents(path));
    return [...new Map(contents.map((message) => [message.contentId, message])).values()];
  });
  const texts = all.map(({ bytes }) => Buffer.from(bytes).toString('latin1'));
  return [...texts, ...recovered].flatMap((text) => {
    const token = /^In-Reply-To: <([^@>]*)@test>/im.exec(text)?.[1];
    if (token === undefined || tokenOf(Buffer.from(text, 'latin1')) !== '') return [];
    return [
      { token, recipients: [...text.matchAll(/^Final-Recipient: rfc822; (\S+)/gim)].map((match) => match[1] ?? '') },
    ];
  });
}

/** Of what nobody has touched. That it is not lost altogether, nor there too often, the ledger knows. */
function sentFaults(world: World, handed: Handed, reports: readonly Report[]): string[] {
  const { token, account, hasOwnCopy } = handed;
  if (world.touched.has(token) || world.hasRefused) return [];
  const times = world.offices.get(account)?.taken.get(token)?.length ?? 0;
  const most = filesCopies(world, handed) ? Math.max(1, times) : 1;
  const isReported = reports.some((report) => report.token === token);
  const least = (times > 0 && !isReported) || hasOwnCopy ? 1 : 0;
  const here = world.shownIn(`${account}/Sent`).filter((shown) => shown === token).length;
  if (here >= least && here <= (least === 0 ? 0 : most)) return [];
  return [`${here} copies of ${token} in ${account}/Sent, taken ${times} times`];
}
