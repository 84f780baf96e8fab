// A mail client that keeps books of one mailbox from nothing but what it is told: which uid each sequence number is, which
// message each uid is, which flags it has. What is told out of turn, or contradicts the books, is an error here.
import { expect } from 'vitest';
import { parseSequenceSet } from '../../src/mail/sequence-set.js';
import type { Harness } from './harness.js';
import type { Answer, ImapClient } from './imap-client.js';

/**
 * `qresync` is told VANISHED; `condstore` is told MODSEQ with flags; `rev2` has enabled IMAP4rev2. By NOTIFY, `notify` is
 * told everything at once, `delayed` expunges only where a command allows it.
 */
export type Kind = 'plain' | 'condstore' | 'qresync' | 'rev2' | 'notify' | 'delayed';

/** What a client says before it selects. */
const GREETINGS: Readonly<Record<Kind, readonly string[]>> = {
  plain: [],
  condstore: [],
  qresync: ['ENABLE QRESYNC'],
  rev2: ['ENABLE IMAP4rev2'],
  notify: ['NOTIFY SET (selected (MessageNew (UID FLAGS) MessageExpunge FlagChange))'],
  delayed: ['NOTIFY SET (selected-delayed (MessageNew (UID FLAGS) MessageExpunge FlagChange))'],
};

/** What each uid has ever been said to be, by its Message-ID: shared by all clients. */
export type Meanings = Map<number, string>;

export class Bookkeeper {
  readonly kind: Kind;
  readonly #harness: Harness;
  readonly #meanings: Meanings;
  #client: ImapClient | undefined;
  /** 0: a message it knows the number of only; these stand at the end. */
  uids: number[] = [];
  #flags = new Map<number, string>();
  #uidValidity = '';
  /** What it may be brought up to date from: raised only where nothing was held back. */
  #modseq = 0n;
  #heardModseq = 0n;

  constructor(harness: Harness, kind: Kind, meanings: Meanings) {
    this.#harness = harness;
    this.kind = kind;
    this.#meanings = meanings;
  }

  get client(): ImapClient {
    if (!this.#client) throw new Error('it has hung up');
    return this.#client;
  }

  async open(): Promise<void> {
    this.#client = await this.#harness.login();
    for (const command of GREETINGS[this.kind]) await this.client.ok(command);
    await this.select();
  }

  async select(): Promise<void> {
    this.uids = [];
    this.#flags.clear();
    this.#learn(await this.client.ok(`SELECT INBOX${this.kind === 'condstore' ? ' (CONDSTORE)' : ''}`), true);
    await this.look();
  }

  /** Hangs up without a word, and comes back: by QRESYNC where it can. */
  async comeBack(): Promise<void> {
    this.client.destroy();
    if (this.kind !== 'qresync') return this.open();
    this.#client = await this.#harness.login();
    await this.client.ok('ENABLE QRESYNC');
    const lines = await this.client.ok(`SELECT INBOX (QRESYNC (${this.#uidValidity} ${this.#modseq}))`);
    const known = new Set(this.uids.filter((uid) => uid > 0));
    for (const line of lines) {
      const earlier = /^\* VANISHED \(EARLIER\) (\S+)$/.exec(line)?.[1];
      if (earlier !== undefined) for (const uid of known) if (isIn(earlier, uid)) known.delete(uid);
      const uid = Number(/^\* \d+ FETCH \(UID (\d+) /.exec(line)?.[1] ?? 0);
      if (uid > 0) known.add(uid);
    }
    this.uids = [...known].sort((a, b) => a - b);
    const exists = Number(lines.map((line) => /^\* (\d+) EXISTS$/.exec(line)?.[1]).find(Boolean));
    expect(exists, `after a resync from ${this.#modseq}: ${lines.join('|')}`).toBe(this.uids.length);
    this.#learn(lines, true);
    await this.look();
  }

  #learn(lines: readonly string[], mayRemove: boolean): void {
    for (const line of lines) {
      const uidValidity = /\[UIDVALIDITY (\d+)\]/.exec(line)?.[1];
      if (uidValidity !== undefined) this.#uidValidity = uidValidity;
      const modseq = /\[HIGHESTMODSEQ (\d+)\]/.exec(line)?.[1];
      if (modseq !== undefined) this.#modseq = BigInt(modseq);
      this.hear(line, mayRemove);
    }
    this.#heardModseq = this.#modseq;
  }

  /** Sends it and takes in the answer; a message may be removed only where that is allowed (RFC 9051 §7.5.1). */
  async do(command: string): Promise<Answer> {
    const answer = await this.client.command(command);
    const isAsked = /^(UID )?(FETCH|STORE)/.test(command);
    for (const line of answer.untagged) {
      if (this.kind === 'rev2') checkRev2(line, isAsked);
      // Who is told of expunges at once has given up numbers (RFC 5465 §5.3).
      this.hear(line, this.kind === 'notify' || !/^(FETCH|STORE|SEARCH)/.test(command));
    }
    // Not before it knows every message it was told the number of.
    const isWhole = command === 'NOOP' && !this.uids.includes(0);
    if (isWhole && this.#heardModseq > this.#modseq) this.#modseq = this.#heardModseq;
    return answer;
  }

  /** IDLE, and what is told until DONE has been answered. */
  async idle(): Promise<void> {
    const tag = this.client.start('IDLE');
    this.client.send('DONE\r\n');
    const { untagged } = await this.client.finish(tag);
    for (const line of untagged) {
      if (this.kind === 'rev2') checkRev2(line, false);
      this.hear(line, true);
    }
  }

  /** CLOSE takes away what is \Deleted, and the mailbox is opened again. */
  async reopen(): Promise<void> {
    await this.client.ok('CLOSE');
    await this.select();
  }

  hear(line: string, mayRemove: boolean): void {
    const vanished = /^\* VANISHED (\S+)$/.exec(line)?.[1];
    if (vanished !== undefined) this.#vanished(vanished, line, mayRemove);
    const [, number = '', what = '', rest = ''] = /^\* (\d+) (EXISTS|EXPUNGE|FETCH) ?(.*)$/.exec(line) ?? [];
    const n = Number(number);
    if (what === 'EXISTS') {
      expect(n, line).toBeGreaterThanOrEqual(this.uids.length);
      while (this.uids.length < n) this.uids.push(0);
    } else if (what === 'EXPUNGE') {
      expect(mayRemove && this.kind !== 'qresync', `${this.kind}: ${line}`).toBe(true);
      expect(n, line).toBeLessThanOrEqual(this.uids.length);
      const [gone = 0] = this.uids.splice(n - 1, 1);
      this.#flags.delete(gone);
    } else if (what === 'FETCH') this.#fetched(n, rest, line);
  }

  #vanished(set: string, line: string, mayRemove: boolean): void {
    expect(mayRemove && this.kind === 'qresync', `${this.kind}: ${line}`).toBe(true);
    for (const [low, high] of parseSequenceSet(set).ranges) {
      for (let uid = low; uid <= high; uid++) {
        // One it has heard the number of only is one of those at the end.
        const at = this.uids.includes(uid) ? this.uids.indexOf(uid) : this.uids.indexOf(0);
        expect(at, `${line}: it never was told of ${uid}`).toBeGreaterThanOrEqual(0);
        this.uids.splice(at, 1);
        this.#flags.delete(uid);
      }
    }
  }

  #fetched(n: number, rest: string, line: string): void {
    expect(n, line).toBeLessThanOrEqual(this.uids.length);
    const uid = Number(/UID (\d+)/.exec(rest)?.[1] ?? 0);
    const known = this.uids[n - 1] ?? 0;
    if (uid > 0 && known > 0) expect(uid, line).toBe(known);
    if (uid > 0) this.uids[n - 1] = uid;
    const id = /"(<[^"]*>)"\)/.exec(rest)?.[1];
    if (id !== undefined && (uid || known) > 0) {
      expect(id, line).toBe(this.#meanings.get(uid || known) ?? id);
      this.#meanings.set(uid || known, id);
    }
    const flags = /FLAGS \(([^)]*)\)/.exec(rest)?.[1];
    if (flags !== undefined && (uid || known) > 0) this.#flags.set(uid || known, flags);
    const modseq = /MODSEQ \((\d+)\)/.exec(rest)?.[1];
    if (modseq !== undefined) {
      expect(this.kind, line).not.toBe('plain');
      if (BigInt(modseq) > this.#heardModseq) this.#heardModseq = BigInt(modseq);
    }
  }

  /** Is told all there is, and asks what it does not know yet. */
  async look(): Promise<void> {
    await this.do('NOOP');
    if (this.uids.includes(0)) await this.do(`FETCH ${this.uids.indexOf(0) + 1}:* (UID FLAGS)`);
  }

  /** Every number, and the message it means. */
  async check(): Promise<void> {
    if (this.uids.length > 0) await this.do('FETCH 1:* (UID FLAGS ENVELOPE)');
  }

  get picture(): string[] {
    return this.uids.map((uid) => `${uid} ${this.#flags.get(uid)}`);
  }
}

/** What IMAP4rev2 has done away with, and that flags nobody asked for come with their uid (RFC 9051 Appendix E, 4, 12, 21). */
function checkRev2(line: string, isAsked: boolean): void {
  expect(line).not.toMatch(/^\* (\d+ RECENT|SEARCH|.*\\Recent)/);
  if (!isAsked && / FETCH /.test(line)) expect(line).toMatch(/ FETCH \(UID \d+/);
}

const isIn = (set: string, uid: number): boolean =>
  parseSequenceSet(set).ranges.some(([low, high]) => uid >= low && uid <= high);
