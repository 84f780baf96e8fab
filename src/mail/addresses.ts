// Address lists of header fields (RFC 5322 §3.4, obsolete forms, and what is sent instead), the way Dovecot reads them.
import { decodeHeaderText } from './decoded-text.js';
import { headerField } from './header-block.js';
import type { WireText } from './ids.js';

/** One address as ENVELOPE shows it (RFC 9051 §7.5.2); a group's start has only a mailbox, its end nothing. */
export interface RawAddress {
  readonly name: string | undefined;
  readonly route: string | undefined;
  readonly mailbox: string | undefined;
  readonly host: string | undefined;
}

const MAX_ADDRESSES = 10_000;
const MISSING_MAILBOX = 'MISSING_MAILBOX';
const MISSING_DOMAIN = 'MISSING_DOMAIN';

/** Reads a whole field; never throws, in linear time. */
export function parseAddresses(value: string): RawAddress[] {
  return new AddressReader(value).read();
}

class AddressReader {
  readonly #text: string;
  #at = 0;
  #comment: string | undefined;
  readonly #out: RawAddress[] = [];

  /** Nothing is looked for behind its last place: a thousand brackets are not a thousand walks to the end. */
  readonly #lastColon: number;
  readonly #lastClose: number;
  /** A comma that stands before the next `>`: angles up to it are not closed, and it is not looked for once more. */
  #commaFirst = -1;

  constructor(text: string) {
    this.#text = text;
    this.#lastColon = text.lastIndexOf(':');
    this.#lastClose = text.lastIndexOf('>');
  }

  read(): RawAddress[] {
    let inGroup = false;
    while (this.#at < this.#text.length && this.#out.length < MAX_ADDRESSES) {
      this.#skip();
      const char = this.#text[this.#at];
      if (char === undefined) break;
      if (char === ',') {
        this.#at++;
        continue;
      }
      if (char === ';') {
        this.#at++;
        if (inGroup) this.#out.push({ name: undefined, route: undefined, mailbox: undefined, host: undefined });
        inGroup = false;
        continue;
      }
      const before = this.#at;
      if (this.#one(inGroup)) inGroup = true;
      if (this.#at === before) this.#at++;
    }
    if (inGroup) this.#out.push({ name: undefined, route: undefined, mailbox: undefined, host: undefined });
    return this.#out;
  }

  /** One address, or a group's name; true for the latter. */
  #one(inGroup: boolean): boolean {
    this.#comment = undefined;
    const phrase = this.#phrase();
    const char = this.#text[this.#at];
    if (char === ':' && !inGroup) {
      this.#at++;
      this.#out.push({ name: undefined, route: undefined, mailbox: phrase, host: undefined });
      return true;
    }
    if (char === '<') {
      this.#angle(phrase === '' ? undefined : phrase);
      return false;
    }
    if (char === '@') {
      this.#at++;
      const host = this.#domain();
      this.#skip();
      this.#push({ name: this.#comment, route: undefined, mailbox: phrase, host });
      return false;
    }
    if (phrase !== '') this.#push({ name: this.#comment, route: undefined, mailbox: phrase, host: undefined });
    return false;
  }

  #angle(name: string | undefined): void {
    this.#at++;
    this.#skip();
    let route: string | undefined;
    if (this.#text[this.#at] === '@' && this.#at < this.#lastColon) {
      const colon = this.#text.indexOf(':', this.#at);
      route = this.#text.slice(this.#at, colon);
      this.#at = colon + 1;
    }
    const mailbox = this.#phrase();
    let host: string | undefined;
    if (this.#text[this.#at] === '@') {
      this.#at++;
      host = this.#domain();
    }
    this.#skip();
    this.#closeAngle();
    this.#skip();
    if (mailbox === '' && host === undefined && name === undefined) {
      // `<>`: nobody
      this.#out.push({ name: undefined, route, mailbox: '', host: '' });
      return;
    }
    this.#push({ name: name ?? this.#comment, route, mailbox, host });
  }

  /** Passes over `>`, and over junk before it that reaches into no other address. */
  #closeAngle(): void {
    let at = this.#at;
    if (at > this.#lastClose || at <= this.#commaFirst) return;
    while (this.#text[at] !== '>' && this.#text[at] !== ',') at++;
    if (this.#text[at] === '>') this.#at = at + 1;
    else this.#commaFirst = at;
  }

  #push({ name, route, mailbox, host }: RawAddress): void {
    this.#out.push({
      name: name === '' ? undefined : name,
      route,
      mailbox: mailbox === undefined || mailbox === '' ? MISSING_MAILBOX : mailbox,
      host: host === undefined || host === '' ? MISSING_DOMAIN : host,
    });
  }

  /** Words, quoted strings and dots, white space between them as one space. */
  #phrase(): string {
    let text = '';
    // To ask the growing text itself would copy it with every word.
    let endsWithDot = false;
    for (;;) {
      const hadSpace = this.#skip();
      const char = this.#text[this.#at];
      if (char === undefined || '<>@,:;'.includes(char)) return text;
      if (hadSpace && text !== '' && !endsWithDot && char !== '.') {
        text += ' ';
        endsWithDot = false;
      }
      if (char === ')' || char === '\\') {
        this.#at++;
        continue;
      }
      const piece = char === '"' ? this.#quoted() : this.#word();
      text += piece;
      if (piece !== '') endsWithDot = piece.endsWith('.');
    }
  }

  #word(): string {
    const start = this.#at;
    while (this.#at < this.#text.length && !' \t\r\n<>@,:;"()\\'.includes(this.#text[this.#at] ?? ' ')) this.#at++;
    return this.#text.slice(start, this.#at);
  }

  #quoted(): string {
    let text = '';
    this.#at++;
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at++] ?? '';
      if (char === '"') return text;
      if (char === '\\') text += this.#text[this.#at++] ?? '';
      else if (char !== '\r' && char !== '\n') text += char;
    }
    return text;
  }

  #domain(): string {
    this.#skip();
    if (this.#text[this.#at] === '[') {
      const close = this.#text.indexOf(']', this.#at);
      const end = close < 0 ? this.#text.length : close + 1;
      const literal = this.#text.slice(this.#at, end);
      this.#at = end;
      return literal;
    }
    let text = '';
    let endsWithDot = false;
    for (;;) {
      const word = this.#word();
      text += word;
      if (word !== '') endsWithDot = word.endsWith('.');
      const hadSpace = this.#skip();
      const next = this.#text[this.#at];
      const goesOn = next !== undefined && !'<>@,:;"()\\'.includes(next) && (!hadSpace || next === '.' || endsWithDot);
      if (!goesOn) return text;
    }
  }

  /** White space and comments; the last comment may be the name (RFC 5322 §3.4's old habit). */
  #skip(): boolean {
    const start = this.#at;
    for (;;) {
      const char = this.#text[this.#at];
      if (char === ' ' || char === '\t' || char === '\r' || char === '\n') this.#at++;
      else if (char === '(') this.#comment = this.#readComment();
      else return this.#at > start;
    }
  }

  #readComment(): string {
    let depth = 0;
    let text = '';
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at++] ?? '';
      if (char === '\\') {
        text += this.#text[this.#at++] ?? '';
        continue;
      }
      if (char === '(' && depth++ === 0) continue;
      if (char === ')' && --depth === 0) break;
      text += char;
    }
    return text.trim();
  }
}

/** An address for people and for routing. */
export interface Address {
  readonly name: string;
  readonly address: string;
}

/** The addresses of a field's raw value, decoded; groups' names and broken addresses are left out. */
export const addressesOf = (value: string): Address[] =>
  parseAddresses(value).flatMap(({ name, mailbox, host }) =>
    mailbox && host && mailbox !== MISSING_MAILBOX && host !== MISSING_DOMAIN
      ? [{ name: decodeHeaderText((name ?? '') as WireText), address: `${mailbox}@${host.toLowerCase()}` }]
      : [],
  );

/** The first address of the From field. */
export function fromAddress(block: string): string | undefined {
  const from = headerField(block, 'from');
  return from === undefined ? undefined : addressesOf(from)[0]?.address;
}
