// A mail client in IDLE that keeps, of a very large mailbox, nothing but what it is told: which uid each number is, and its flags.
import type { PlainImap } from '../plain-imap.js';

export interface MassWatcher {
  /** Message (by its subject) → its flags, as this client believes; in the order of its sequence numbers. */
  picture(): Promise<ReadonlyMap<string, string>>;
  /** uid → subject of everything it has ever seen. */
  readonly meanings: ReadonlyMap<number, string>;
  readonly uidValidity: string;
  close(): void;
}

const flagsOf = (text: string): string =>
  text
    .split(' ')
    .filter((flag) => flag !== '' && !flag.startsWith('$acct_') && flag !== '\\Recent')
    .sort()
    .join(' ');

export async function watchMass(client: PlainImap, mailbox: string, qresync: boolean): Promise<MassWatcher> {
  const uids: number[] = [];
  const flags = new Map<number, string>();
  const meanings = new Map<number, string>();
  let uidValidity = '';

  const vanished = (set: string) => {
    const gone = new Set<number>();
    for (const range of set.split(',')) {
      const [low = 0, high = low] = range.split(':').map(Number);
      for (let uid = low; uid <= high; uid++) gone.add(uid);
    }
    const left = uids.filter((uid) => !gone.has(uid));
    uids.splice(0, uids.length);
    for (const uid of left) uids.push(uid);
  };
  const hear = (line: string) => {
    const [, number, what, rest = ''] = /^\* (\d+) (EXISTS|EXPUNGE|FETCH) ?([\s\S]*)$/.exec(line) ?? [];
    const n = Number(number);
    const set = /^\* VANISHED (\S+)$/.exec(line)?.[1];
    uidValidity = /\[UIDVALIDITY (\d+)\]/.exec(line)?.[1] ?? uidValidity;
    if (set !== undefined) vanished(set);
    else if (what === 'EXISTS') {
      if (n < uids.length) throw new Error(`${line}, where ${uids.length} were known`);
      while (uids.length < n) uids.push(0);
    } else if (what === 'EXPUNGE') {
      if (qresync || n > uids.length) throw new Error(`${line} out of turn`);
      uids.splice(n - 1, 1);
    } else if (what === 'FETCH') fetched(n, rest);
  };
  const fetched = (n: number, rest: string) => {
    const uid = Number(/\bUID (\d+)/.exec(rest)?.[1] ?? uids[n - 1]);
    if (n > uids.length) throw new Error(`FETCH of ${n}, where ${uids.length} were known`);
    const known = uids[n - 1];
    if (known !== 0 && known !== uid) throw new Error(`number ${n} was ${known} and is ${uid} now`);
    uids[n - 1] = uid;
    const told = /\bFLAGS \(([^)]*)\)/.exec(rest)?.[1];
    if (told !== undefined) flags.set(uid, flagsOf(told));
    const subject = /Subject: (\S+)/i.exec(rest)?.[1];
    if (subject === undefined) return;
    if ((meanings.get(uid) ?? subject) !== subject) throw new Error(`${uid} was ${meanings.get(uid)}, is ${subject}`);
    meanings.set(uid, subject);
  };

  const run = async (command: string) => {
    for (const line of (await client.ok(command)).untagged) hear(line);
  };
  const learn = async () => {
    const first = uids.findIndex((uid) => !meanings.has(uid));
    if (first < 0) return;
    await run(`FETCH ${first + 1}:* (UID FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])`);
  };

  if (qresync) await client.ok('ENABLE QRESYNC');
  await run(`SELECT ${mailbox}`);
  await learn();

  let failure: unknown;
  let ended: Promise<void> | undefined;
  const idle = () => {
    client.send('I IDLE');
    ended = (async () => {
      for (;;) {
        const line = await client.read(120_000);
        if (line.startsWith('I ')) return;
        if (!line.startsWith('+')) hear(line);
      }
    })().catch((error: unknown) => {
      failure = error;
    });
  };
  idle();
  return {
    meanings,
    get uidValidity() {
      return uidValidity;
    },
    picture: async () => {
      client.send('DONE');
      await ended;
      if (failure) throw failure;
      await run('NOOP');
      await learn();
      const seen = new Map(uids.map((uid) => [meanings.get(uid) ?? `unknown ${uid}`, flags.get(uid) ?? 'untold']));
      if (seen.size !== uids.length) throw new Error(`${uids.length} numbers, but ${seen.size} messages`);
      idle();
      return seen;
    },
    close: () => client.close(),
  };
}
