// Tries out, on the newest messages of the selected mailbox, whether the server does what it says (providers.md §12). Nothing
// is changed: what only a COPY or an APPEND would show is seen in use.
import { randomUUID } from 'node:crypto';
import { UpstreamError } from '../../mail/errors.js';
import { rangesInclude } from '../../mail/sequence-set.js';
import type { ProbeFacts, Verdict } from '../profile.js';
import type { FetchContext } from './fetch.js';
import { type FetchedItems, fetchedItems } from './rows.js';
import { uidSearch } from './search.js';
import { bigintOf, listOf, textOf, wireTextOf } from './tokens.js';
import { vanishedOf } from './view.js';

const SAMPLE = 20;
/** Beyond that, the whole list is not worth asking for. */
const ALL_UP_TO = 2_000;
const SIZES = 3;
const MAX_SIZE = 64 * 1024;

interface Sampled extends FetchedItems {
  readonly uid: NonNullable<FetchedItems['uid']>;
  readonly subject: string;
  readonly modseq: bigint | undefined;
}

/** @throws {UpstreamError} transient; a refusal is a result */
export async function probe(context: FetchContext): Promise<ProbeFacts> {
  const sample = await sampled(context);
  const [first, last] = [sample[0]?.uid, sample.at(-1)?.uid];
  if (first === undefined || last === undefined) return { sample: 0 };
  const set = `${first}:${last}`;
  const { capabilities, traits } = context;
  return {
    sample: sample.length,
    ...given('searchAll', await tried(() => searchAll(context, sample))),
    ...given('searchText', await tried(() => searchText(context, sample, set))),
    ...given('sizes', await tried(() => sizes(context, sample))),
    ...(capabilities.condstore || !traits.trustsCondstore
      ? given('condstore', await tried(() => condstore(context, sample, set)))
      : {}),
    ...(capabilities.qresync ? given('qresync', await tried(() => qresync(context, sample, set))) : {}),
  };
}

const given = (name: keyof ProbeFacts, verdict: Verdict | undefined): ProbeFacts =>
  verdict === undefined ? {} : { [name]: verdict };

/** A server that refuses what it has announced gets it wrong. */
async function tried(trial: () => Promise<boolean | undefined>): Promise<Verdict | undefined> {
  try {
    const isRight = await trial();
    return isRight === undefined ? undefined : isRight ? 'right' : 'wrong';
  } catch (error) {
    // Yahoo calls a search that it cannot do a bug of the server.
    if (error instanceof UpstreamError && (error.kind === 'permanent' || error.details.code === 'SERVERBUG'))
      return 'wrong';
    throw error;
  }
}

async function fetchSet(
  { wire, flags }: FetchContext,
  command: string,
  args: string,
  onItems: (items: FetchedItems, raw: readonly unknown[]) => void,
): Promise<void> {
  await wire.run(command, [args], {
    untagged: {
      FETCH: (response) => {
        const items = fetchedItems(response, flags);
        if (items) onItems(items, listOf(response.attributes?.[1]) ?? []);
      },
    },
  });
}

/** The newest messages, by uid. */
async function sampled(context: FetchContext): Promise<Sampled[]> {
  const { exists } = context.view;
  if (exists === 0) return [];
  const found: Sampled[] = [];
  const modseq = context.capabilities.condstore ? ' MODSEQ' : '';
  const items = `(UID RFC822.SIZE${modseq} BODY.PEEK[HEADER.FIELDS (SUBJECT)])`;
  await fetchSet(context, 'FETCH', `${Math.max(1, exists - SAMPLE + 1)}:${exists} ${items}`, (fetched, raw) => {
    if (fetched.uid === undefined || fetched.section === undefined) return;
    const subject = /^subject:\s*(.*)/i.exec(wireTextOf(fetched.section) ?? '')?.[1] ?? '';
    found.push({ ...fetched, uid: fetched.uid, subject: subject.trim(), modseq: modseqIn(raw) });
  });
  return found.sort((a, b) => a.uid - b.uid);
}

/** `MODSEQ (12)` */
function modseqIn(raw: readonly unknown[]): bigint | undefined {
  const items = raw as NonNullable<ReturnType<typeof listOf>>;
  const at = items.findIndex((item) => textOf(item)?.toUpperCase() === 'MODSEQ');
  return at < 0 ? undefined : bigintOf(listOf(items[at + 1])?.[0]);
}

async function searchAll(
  { wire, view, traits }: FetchContext,
  sample: readonly Sampled[],
): Promise<boolean | undefined> {
  const { exists } = view;
  const limit = Math.min(ALL_UP_TO, traits.messageLimit ?? ALL_UP_TO);
  const expected = exists <= limit ? exists : sample.length;
  const found = await uidSearch(wire, [exists <= limit ? 'ALL' : `${exists - sample.length + 1}:${exists}`]);
  // Something came or went meanwhile.
  if (view.exists !== exists) return undefined;
  const there = new Set(found);
  return found.length === expected && sample.every(({ uid }) => there.has(uid));
}

/** A text nobody has written is not found; the middle of a word of a subject is. */
async function searchText(
  { wire }: FetchContext,
  sample: readonly Sampled[],
  set: string,
): Promise<boolean | undefined> {
  const nowhere = randomUUID();
  for (const key of ['SUBJECT', 'FROM', 'TEXT']) {
    const within = key === 'TEXT' ? `${sample[0]?.uid}` : set;
    if ((await uidSearch(wire, [`UID ${within} ${key} "${nowhere}"`])).length > 0) return false;
  }
  if ((await uidSearch(wire, [`CHARSET UTF-8 UID ${set} SUBJECT`, Buffer.from(`${nowhere}é`)])).length > 0)
    return false;
  for (const { uid, subject } of sample) {
    const [word] = /[A-Za-z]{6,40}/.exec(subject.includes('=?') ? '' : subject) ?? [];
    if (!word) continue;
    const found = await uidSearch(wire, [`UID ${set} SUBJECT "${word.slice(1, -1)}"`]);
    return found.includes(uid);
  }
  return undefined;
}

async function sizes(context: FetchContext, sample: readonly Sampled[]): Promise<boolean | undefined> {
  const small = sample.filter(({ sizeBytes = 0 }) => sizeBytes > 0 && sizeBytes <= MAX_SIZE).slice(-SIZES);
  if (small.length === 0) return undefined;
  const lengths = new Map<number, number>();
  const set = small.map(({ uid }) => uid).join(',');
  await fetchSet(context, 'UID FETCH', `${set} (UID BODY.PEEK[])`, ({ uid, section }) => {
    const value = section?.value;
    if (uid !== undefined && (Buffer.isBuffer(value) || typeof value === 'string'))
      lengths.set(uid, Buffer.byteLength(value));
  });
  return small.every(({ uid, sizeBytes }) => lengths.get(uid) === sizeBytes);
}

/** Every message has a modseq, none above the mailbox's; and nothing has changed since the newest. */
async function condstore(context: FetchContext, sample: readonly Sampled[], set: string): Promise<boolean | undefined> {
  const { highestModseq } = context.view.source;
  // RFC 7162 §3.1.2.2: a mailbox may have none (NOMODSEQ); then none are used.
  if (highestModseq === undefined || !context.capabilities.condstore) return undefined;
  const newest = sample.reduce((high, { modseq = 0n }) => (modseq > high ? modseq : high), highestModseq);
  if (sample.some(({ modseq }) => modseq === undefined || modseq === 0n)) return false;
  let told = 0;
  await fetchSet(context, 'UID FETCH', `${set} (UID FLAGS) (CHANGEDSINCE ${newest})`, (_, raw) => {
    if ((modseqIn(raw) ?? 0n) <= newest) told++;
  });
  return told === 0;
}

/** VANISHED names nothing that is there (RFC 7162 §3.2.6). */
async function qresync({ wire, flags }: FetchContext, sample: readonly Sampled[], set: string): Promise<boolean> {
  const told = new Set<number>();
  let isWrong = false;
  await wire.run('UID FETCH', [`${set} (UID FLAGS) (CHANGEDSINCE 1 VANISHED)`], {
    untagged: {
      FETCH: (response) => {
        const uid = fetchedItems(response, flags)?.uid;
        if (uid !== undefined) told.add(uid);
      },
      VANISHED: (response) => {
        const { ranges } = vanishedOf(response);
        if (ranges.length === 0 || sample.some(({ uid }) => rangesInclude(ranges, uid))) isWrong = true;
      },
    },
  });
  return !isWrong && sample.every(({ uid, modseq }) => told.has(uid) || modseq === 1n);
}
