import { type FlagSet, flagSetOf } from '../../mail/flags.js';
import { parseSequenceSet, SAVED_RESULT, type SequenceSet } from '../../mail/sequence-set.js';
import { BadCommandError } from '../errors.js';
import { decodeMutf7, Mutf7Error } from './mutf7.js';
import { isUtf8, utf8NameOf } from './utf8.js';

/** What every method of the decoder throws. */
export { BadCommandError };

/** A literal whose bytes are still to be read from the connection. */
export interface LiteralHead {
  readonly sizeBytes: number;
  /** `{n+}`: the client does not wait for a continuation (RFC 7888). */
  readonly nonSynchronising: boolean;
}

/** One that a command reads itself (APPEND's message). */
export interface AnnouncedLiteral extends LiteralHead {
  /** `~{n}` (RFC 3516). */
  readonly binary: boolean;
}

const MAX_NESTING = 50;
/** Of number64 (RFC 9051 §9), and of a modseq. */
const MAX_NUMBER64 = 2n ** 63n - 1n;
// ATOM-CHAR (RFC 9051 §9): no controls, no 8-bit, none of ( ) { space % * " \ ]
const ATOM = /[^\x00-\x20\x7f-\xff(){%*"\\\]]+/y;
const ASTRING = /[^\x00-\x20\x7f-\xff(){%*"\\]+/y;
const LIST_MAILBOX = /[^\x00-\x20\x7f-\xff(){"\\]+/y;
const FLAG = /\\?[^\x00-\x20\x7f-\xff(){%*"\\\]]+|\\\*/y;
const SEQUENCE_SET = /[0-9*:,]+/y;
const NUMBER = /[0-9]{1,20}/y;
// Any number of digits, so that a senseless size is answered as one (TOOBIG) and what follows is passed over.
const LITERAL = /(~?)\{([0-9]{1,90})(\+?)\}/y;
const DATE_TIME =
  /^([ \d]\d)-([A-Za-z]{3})-(\d{4}) ([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60) ([+-])([01]\d|2[0-3])([0-5]\d)$/;
const MONTHS = 'janfebmaraprmayjunjulaugsepoctnovdec';

/**
 * Reads one command, left to right. The text holds one char a byte; literals stand in it as they came, `{n}`, CRLF and n
 * bytes. Every method throws BadCommandError when what stands there is not what it reads.
 */
export class Decoder {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  /** Mailbox names are UTF-8 (after ENABLE UTF8=ACCEPT or IMAP4rev2), not modified UTF-7. */
  readonly #utf8: boolean;

  constructor(text: string, { utf8 = false }: { utf8?: boolean } = {}) {
    this.#text = text;
    this.#utf8 = utf8;
  }

  get rest(): string {
    return this.#text.slice(this.#at);
  }

  atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** The next character, '' at the end. */
  peek(): string {
    return this.#text[this.#at] ?? '';
  }

  /** Reads the character if it is there. */
  accept(char: string): boolean {
    if (!this.#text.startsWith(char, this.#at)) return false;
    this.#at += char.length;
    return true;
  }

  expect(char: string): void {
    if (!this.accept(char)) throw this.error(`expected ${char === ' ' ? 'a space' : `"${char}"`}`);
  }

  space(): void {
    this.expect(' ');
    // Some clients send two (Outlook); nothing can begin with a space.
    while (this.accept(' '));
  }

  end(): void {
    while (this.accept(' '));
    if (!this.atEnd()) throw this.error('unexpected text at the end of the command');
  }

  error(message: string): BadCommandError {
    return new BadCommandError(`${message} at position ${this.#at + 1}`);
  }

  #match(pattern: RegExp, what: string): string {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (!match) throw this.error(`expected ${what}`);
    this.#at = pattern.lastIndex;
    return match[0];
  }

  atom(): string {
    return this.#match(ATOM, 'an atom');
  }

  /** A word of the grammar in upper case. */
  keyword(): string {
    return this.atom().toUpperCase();
  }

  /** number64 (RFC 9051 §9): up to 63 bits; those beyond a safe integer are as good as the largest one. */
  number(what = 'number'): number {
    const text = this.#match(NUMBER, `a ${what}`);
    if (BigInt(text) > MAX_NUMBER64) throw this.error(`the ${what} is too large`);
    return Math.min(Number(text), Number.MAX_SAFE_INTEGER);
  }

  /** mod-sequence-value (RFC 7162 §7): those beyond our own counter's reach mean "higher than any". */
  modseq(): number {
    return this.number('modification sequence');
  }

  /** Any other run of characters (fetch items, sections), by a sticky pattern. */
  token(pattern: RegExp, what: string): string {
    return this.#match(pattern, what);
  }

  /** A set, or `$` (RFC 5182). */
  sequenceSet(): SequenceSet {
    if (this.accept('$')) return SAVED_RESULT;
    const text = this.#match(SEQUENCE_SET, 'a sequence set');
    try {
      return parseSequenceSet(text);
    } catch (error) {
      throw new BadCommandError((error as Error).message, { cause: error });
    }
  }

  /** quoted or literal; one char a byte. */
  string(): string {
    if (this.peek() === '"') return this.#quoted();
    const literal = this.#literalHead();
    if (!literal) throw this.error('expected a string');
    if (!this.#text.startsWith('\r\n', this.#at)) throw this.error('a literal cannot stand here');
    const start = this.#at + 2;
    if (start + literal.sizeBytes > this.#text.length) throw this.error('the literal is not complete');
    this.#at = start + literal.sizeBytes;
    return this.#text.slice(start, this.#at);
  }

  astring(): string {
    const next = this.peek();
    // "~" alone is an ASTRING-CHAR like any other; only "~{" begins a literal8 (RFC 9051 §9).
    const isString = next === '"' || next === '{' || this.#text.startsWith('~{', this.#at);
    return isString ? this.string() : this.#match(ASTRING, 'a string');
  }

  /** undefined for NIL. */
  nstring(): string | undefined {
    if (/^nil(?![^ )\r\n])/i.test(this.#text.slice(this.#at, this.#at + 4))) {
      this.#at += 3;
      return undefined;
    }
    return this.string();
  }

  #quoted(): string {
    let value = '';
    for (let i = this.#at + 1; i < this.#text.length; i++) {
      const char = this.#text[i] ?? '';
      if (char === '"') {
        // uQUOTED (RFC 9755 §3): 8-bit is UTF-8, or nothing.
        if (this.#utf8 && !isUtf8(value)) throw this.error('the quoted string is not UTF-8');
        this.#at = i + 1;
        return value;
      }
      if (char === '\r' || char === '\n' || char === '\0') break;
      if (char === '\\') {
        const escaped = this.#text[++i] ?? '';
        if (escaped !== '"' && escaped !== '\\') break;
        value += escaped;
      } else value += char;
    }
    throw this.error('the quoted string is not closed');
  }

  #literalHead(): AnnouncedLiteral | undefined {
    LITERAL.lastIndex = this.#at;
    const match = LITERAL.exec(this.#text);
    if (!match) return undefined;
    this.#at = LITERAL.lastIndex;
    return { binary: match[1] === '~', sizeBytes: Number(match[2]), nonSynchronising: match[3] !== '' };
  }

  /** The literal the text ends with, whose bytes are still to come. */
  announcedLiteral(): AnnouncedLiteral {
    const literal = this.#literalHead();
    if (!literal || !this.atEnd()) throw this.error('expected a literal');
    return literal;
  }

  /** `(a b c)`, possibly empty. */
  list(item: () => void): void {
    this.expect('(');
    if (++this.#depth > MAX_NESTING) throw this.error('too many parentheses');
    while (this.accept(' '));
    while (!this.accept(')')) {
      item();
      while (this.accept(' '));
      if (this.atEnd()) throw this.error('expected ")"');
    }
    this.#depth--;
  }

  /** Guards recursive grammars (SEARCH) as `list` does. */
  nested<T>(read: () => T): T {
    if (++this.#depth > MAX_NESTING) throw this.error('too many parentheses');
    const value = read();
    this.#depth--;
    return value;
  }

  flag(): string {
    return this.#match(FLAG, 'a flag');
  }

  /** `(\Seen word)`; \Recent is refused, unknown `\flags` too (RFC 9051 §2.3.2). */
  flagList(): FlagSet {
    const names: string[] = [];
    this.list(() => names.push(this.flag()));
    return this.flagsOf(names);
  }

  flagsOf(names: readonly string[]): FlagSet {
    for (const name of names) {
      if (name.startsWith('\\') && !/^\\(seen|answered|flagged|deleted|draft)$/i.test(name)) {
        throw new BadCommandError(`the flag ${name} cannot be set`);
      }
    }
    return flagSetOf(names);
  }

  /** A mailbox name → Unicode NFC; the inbox in any case → `INBOX`. */
  mailbox(): string {
    return this.mailboxOf(this.astring());
  }

  /** The same, with what the client called it before normalisation: `inbox`, too (RFC 9051 §7.3.1, OLDNAME; §8). */
  mailboxAsGiven(): { path: string; given: string } {
    const name = this.astring();
    const path = this.mailboxOf(name);
    return { path, given: this.#utf8 ? Buffer.from(name, 'latin1').toString('utf8') : path };
  }

  /** A LIST pattern: like a mailbox, with `%` and `*`. */
  listMailbox(): string {
    const next = this.peek();
    return this.mailboxOf(
      next === '"' || next === '{' ? this.string() : this.#match(LIST_MAILBOX, 'a mailbox pattern'),
    );
  }

  mailboxOf(name: string): string {
    return withInbox(this.#decodeName(name));
  }

  #decodeName(name: string): string {
    if (this.#utf8) {
      const text = utf8NameOf(name);
      if (text === undefined) throw new BadCommandError('the mailbox name is not UTF-8');
      return text;
    }
    try {
      return decodeMutf7(name);
    } catch (error) {
      if (error instanceof Mutf7Error) throw new BadCommandError(error.message, { cause: error });
      throw error;
    }
  }

  /** date-time of APPEND: `"dd-Mon-yyyy hh:mm:ss +zzzz"` → Unix time, seconds. */
  dateTime(): number {
    const text = this.#quoted();
    const match = DATE_TIME.exec(text);
    const month = MONTHS.indexOf(match?.[2]?.toLowerCase() ?? '-') / 3;
    if (!match || !Number.isInteger(month) || month < 0) throw this.error('expected a date and time');
    const [day, year, hour, minute, second] = [match[1], match[3], match[4], match[5], match[6]].map(Number);
    const offset = (Number(match[8]) * 60 + Number(match[9])) * (match[7] === '-' ? -1 : 1);
    const midnight = Date.UTC(year ?? 0, month, day);
    if (new Date(midnight).getUTCDate() !== day) throw this.error('there is no such date');
    return midnight / 1000 + (hour ?? 0) * 3600 + (minute ?? 0) * 60 + (second ?? 0) - offset * 60;
  }
}

/** The inbox in any case → `INBOX`, also as the first level (RFC 9051 §5.1). */
const withInbox = (name: string): string => (/^inbox(?=\/|$)/i.test(name) ? `INBOX${name.slice(5)}` : name);
