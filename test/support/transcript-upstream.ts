// The other side of a transcript: somebody who changes the upstream accounts behind the gateway's back (its U: lines).
import { readFileSync } from 'node:fs';
import { UpstreamError } from '../../src/mail/errors.js';
import { flagSetText } from '../../src/mail/flags.js';
import { type FakeMethod, type FakeUpstream, flags as flagsOf } from './fake-connector.js';
import type { Harness } from './harness.js';
import { parseMessage, type StartMessage } from './transcript-text.js';
import { waitUntil } from './wait-until.js';

export const FIRST_DATE = Date.UTC(2026, 1, 1, 12) / 1000;
const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));

/** The message of a header line: a fixture, or a small one whose every byte follows from its subject. */
export function messageBytes(what: string): Buffer {
  if (what.startsWith('@')) return fixture(what.slice(1));
  const id = what.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const lines = [
    'From: Li Lei <lilei@example.com>',
    'To: me@qq.example',
    `Subject: ${what}`,
    'Date: Sun, 1 Feb 2026 12:00:00 +0000',
    `Message-ID: <${id}@example.com>`,
    '',
    `This is ${what}.`,
    '',
  ];
  return Buffer.from(lines.join('\r\n'), 'utf8');
}

export function deliver(fake: FakeUpstream, message: StartMessage, internalDate: number): void {
  fake.deliver(message.path.split('/'), messageBytes(message.what), {
    flags: flagsOf(...message.flags),
    internalDate,
  });
}

export class TranscriptUpstream {
  readonly #harness: Harness;
  #delivered = 0;

  constructor(harness: Harness) {
    this.#harness = harness;
  }

  /** `QQ deliver INBOX (\Seen) Subject`, `QQ flag INBOX 1 \Seen`, `QQ expunge INBOX 1`, `QQ has INBOX 2`
   * (messages), `QQ shows INBOX 1 (\Seen)`: these two wait until nothing is owed upstream, as does `settled`. `QQ quota 900 1000` (of the account), `QQ renumbers INBOX`, `QQ refuses move text` (the next move), `QQ keeps (\\Seen $Junk)` or `QQ keeps Archive (\\Seen)` (PERMANENTFLAGS from now on). Also `QQ offline`, `QQ online`, `QQ locked` (sign-ins are refused; until clients are told), `QQ unlocked`, `QQ hides INBOX 1` (its body). */
  async act(text: string): Promise<void> {
    if (text === 'settled') return this.#harness.settled();
    const [account = '', verb, path = '', ...rest] = text.split(' ');
    const fake = this.#harness.fake(account);
    const parts = path.split('/');
    const act = (work: () => unknown) =>
      this.#harness.ringing(`${account}/${path}`, () => {
        work();
        // Only the inbox is watched; elsewhere a change is found by the next look (DESIGN §6).
        if (path !== 'INBOX') void this.#harness.core.overview.syncNow(account);
      });
    switch (verb) {
      case 'deliver': {
        const message = parseMessage(`${account}/${path} ${rest.join(' ')}`);
        return act(() => deliver(fake, message, FIRST_DATE + 86_400 + this.#delivered++ * 60));
      }
      case 'flag':
        return act(() => fake.setFlags(parts, Number(rest[0]), flagsOf(...rest.slice(1))));
      case 'expunge':
        return act(() => fake.expunge(parts, ...rest.map(Number)));
      case 'offline':
        return fake.goOffline();
      case 'online':
        return fake.goOnline();
      case 'locked':
        fake.before = ({ method }) => {
          if (method === 'connect') throw new UpstreamError('auth', 'NO wrong password');
        };
        fake.cut();
        await waitUntil('the alert', () => this.#harness.core.overview.alerts().length > 0);
        return;
      case 'unlocked':
        fake.before = undefined;
        return this.#harness.core.overview.syncNow(account, { force: true });
      case 'renumbers':
        // Nobody is to notice anything, so nothing rings: the next line says when it has been seen.
        fake.resetUidValidity(parts, Number(rest[0] ?? 1));
        return fake.cut();
      case 'refuses':
        return fake.failNext(path as FakeMethod, new UpstreamError('permanent', unescaped(rest.join(' '))));
      case 'keeps':
        fake.keepFlags(
          /\(([^)]*)\)/.exec(text)?.[1]?.split(' ').filter(Boolean) ?? [],
          path.startsWith('(') ? undefined : parts,
        );
        return;
      case 'quota': {
        // Used and allowed, in units of 1024 bytes; `QQ quota` alone: none is told any more.
        const [usedBytes = 0, limitBytes = 0] = [path, ...rest].map((word) => Number(word) * 1024);
        fake.setQuota(path === '' ? undefined : { usedBytes, limitBytes });
        return this.#harness.core.overview.syncNow(account, { force: true });
      }
      case 'hides':
        return fake.hideBody(parts, Number(rest[0]));
      case 'shows': {
        await this.#harness.settled();
        const message = fake.contents(parts).find(({ uid }) => uid === Number(rest[0]));
        const shown = message && `(${flagSetText(message.flags)})`;
        if (shown !== rest.slice(1).join(' ')) throw new Error(`${account}/${path} ${rest[0]} has the flags ${shown}`);
        return;
      }
      case 'has': {
        await this.#harness.settled();
        const found = fake.contents(parts).map(({ flags, bytes }) => `${subjectOf(bytes)} ${JSON.stringify(flags)}`);
        if (found.length !== Number(rest[0]))
          throw new Error(`${account}/${path} has ${found.join(', ') || 'nothing'}`);
        return;
      }
      case 'lacks':
        await this.#harness.settled();
        if (fake.mailbox(parts)) throw new Error(`${account} still has ${path}`);
        return;
      default:
        throw new Error(`no upstream act: ${text}`);
    }
  }
}

const subjectOf = (bytes: Uint8Array): string => /^Subject: (.*)\r$/m.exec(Buffer.from(bytes).toString())?.[1] ?? '?';

const unescaped = (text: string): string =>
  text.replace(/\\x([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
