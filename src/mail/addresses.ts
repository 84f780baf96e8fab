// Address lists of header fields (RFC 5322 §3.4, obsolete forms, and what is sent instead), exactly the way Dovecot
// reads them, its placeholders for what is missing included: clients have learned to live with those.
import { decodeHeaderText } from './decoded-text.js';
import { headerField } from './header-block.js';
import { ENDED, FAILED, HeaderLexer, MORE, type Outcome } from './header-lexer.js';
import type { WireText } from './ids.js';

/** One address as ENVELOPE shows it (RFC 9051 §7.5.2); a group's start has only a mailbox, its end nothing. */
export interface RawAddress {
  readonly name: string | undefined;
  readonly route: string | undefined;
  readonly mailbox: string | undefined;
  readonly host: string | undefined;
}

type Draft = { -readonly [Key in keyof RawAddress]: RawAddress[Key] };

const MAX_ADDRESSES = 10_000;
const MISSING_MAILBOX = 'MISSING_MAILBOX';
const MISSING_DOMAIN = 'MISSING_DOMAIN';
const SYNTAX_ERROR = 'SYNTAX_ERROR';
const INVALID_ROUTE = 'INVALID_ROUTE';
const PLACEHOLDERS: ReadonlySet<string> = new Set([MISSING_MAILBOX, MISSING_DOMAIN, SYNTAX_ERROR]);

/** Reads a whole field, up to where it stops making sense; never throws, in linear time. */
export function parseAddresses(value: string): RawAddress[] {
  return new AddressReader(value).read();
}

const nobody = (): Draft => ({ name: undefined, route: undefined, mailbox: undefined, host: undefined });

class AddressReader {
  readonly #lexer: HeaderLexer;
  readonly #out: RawAddress[] = [];
  #draft = nobody();

  constructor(value: string) {
    this.#lexer = new HeaderLexer(value);
  }

  /** address-list */
  read(): RawAddress[] {
    const lexer = this.#lexer;
    if (lexer.skip() !== MORE) return [];
    while (this.#out.length < MAX_ADDRESSES) {
      if (this.#address() === ENDED || !lexer.is(',')) break;
      lexer.at++;
      const next = lexer.skip();
      if (next === FAILED) this.#push();
      if (next !== MORE) break;
    }
    return this.#out;
  }

  /** The address as it has been read, with what it lacks. */
  #push(): void {
    this.#draft.mailbox ??= MISSING_MAILBOX;
    this.#draft.host ||= MISSING_DOMAIN;
    this.#pushDraft();
  }

  #pushDraft(): void {
    this.#out.push(this.#draft);
    this.#draft = nobody();
  }

  /** Goes back if it is no group. */
  #address(): Outcome {
    const lexer = this.#lexer;
    const start = lexer.at;
    lexer.text = '';
    if (lexer.phrase() === MORE && lexer.is(':')) return this.#group();
    lexer.at = start;
    return this.#mailbox();
  }

  /** Behind the group's name. */
  #group(): Outcome {
    const lexer = this.#lexer;
    this.#draft.mailbox = lexer.text;
    this.#pushDraft();
    lexer.at++;
    let state = lexer.skip();
    if (state === MORE && !lexer.is(';')) {
      while (this.#out.length < MAX_ADDRESSES) {
        this.#mailbox();
        if (!lexer.is(',')) break;
        lexer.at++;
        if (lexer.skip() !== MORE) {
          state = FAILED;
          break;
        }
      }
    }
    if (state !== FAILED) {
      state = FAILED;
      if (lexer.is(';')) {
        lexer.at++;
        state = lexer.skip();
      }
    }
    this.#pushDraft();
    return state === ENDED ? ENDED : MORE;
  }

  #mailbox(): Outcome {
    const start = this.#lexer.at;
    let state = this.#nameAndAngle();
    if (state === undefined) {
      this.#lexer.at = start;
      state = this.#addressSpec();
    }
    this.#push();
    return state;
  }

  /** `Name <address>`; undefined if it is none. */
  #nameAndAngle(): Outcome | undefined {
    const lexer = this.#lexer;
    lexer.text = '';
    if (lexer.phrase() !== MORE || !lexer.is('<')) return undefined;
    this.#draft.name = lexer.text || undefined;
    if (!this.#angle()) this.#draft.host = SYNTAX_ERROR;
    return lexer.more;
  }

  /** `<address>`; false if it is broken, and then as much as could be read of it. */
  #angle(): boolean {
    const lexer = this.#lexer;
    lexer.at++;
    if (lexer.skip() !== MORE) return false;
    if (lexer.is('@')) {
      if (this.#route() && lexer.is(':')) lexer.at++;
      else {
        this.#draft.route = INVALID_ROUTE;
        if (!lexer.more) return false;
      }
      if (lexer.skip() !== MORE) return false;
    }
    if (!lexer.is('>')) {
      if (this.#localPart() !== MORE) return false;
      if (lexer.is('@') && this.#domain() !== MORE) return false;
    }
    if (!lexer.is('>')) return false;
    lexer.at++;
    return lexer.skip() !== FAILED;
  }

  /** `@one,@two` (RFC 5322 §4.4, obs-domain-list) */
  #route(): boolean {
    const lexer = this.#lexer;
    lexer.text = '';
    while (lexer.is('@')) {
      if (lexer.text !== '') lexer.text += ',';
      lexer.text += '@';
      if (lexer.domain() !== MORE) return false;
      while (lexer.skip() === MORE && lexer.is(',')) lexer.at++;
    }
    this.#draft.route = lexer.text;
    return lexer.more === MORE;
  }

  /** `address`, or `address (Name)`. */
  #addressSpec(): Outcome {
    const lexer = this.#lexer;
    lexer.comment = '';
    const isQuoted = lexer.is('"');
    let state = this.#localPart();
    let hasDomain = false;
    if (state !== ENDED && lexer.is('@')) {
      hasDomain = true;
      const ended = this.#domain();
      if (ended !== MORE) state = ended;
    }
    if (lexer.comment !== '') this.#draft.name = lexer.comment;
    else if (!hasDomain) {
      this.#nameWithoutAddress(isQuoted);
      state = FAILED;
    }
    return state;
  }

  /** One atom is taken for a mailbox; if others follow, or it is quoted, it is a name. */
  #nameWithoutAddress(isQuoted: boolean): void {
    const lexer = this.#lexer;
    lexer.text += ' ';
    const { length } = lexer.text;
    lexer.phrase();
    if (lexer.text.length === length && !isQuoted) return;
    this.#draft.name = lexer.text.length === length ? this.#draft.mailbox : lexer.text;
    this.#draft.mailbox = undefined;
  }

  #localPart(): Outcome {
    const lexer = this.#lexer;
    lexer.text = '';
    const state = lexer.is('"') ? lexer.quotedString() : lexer.looseDotAtom();
    if (state !== FAILED) this.#draft.mailbox = lexer.text;
    return state;
  }

  #domain(): Outcome {
    const lexer = this.#lexer;
    lexer.text = '';
    const state = lexer.domain();
    if (state !== FAILED) this.#draft.host = lexer.text;
    return state;
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
    mailbox && host && !PLACEHOLDERS.has(mailbox) && !PLACEHOLDERS.has(host)
      ? [{ name: decodeHeaderText((name ?? '') as WireText), address: `${mailbox}@${host.toLowerCase()}` }]
      : [],
  );

/** The first address of the From field. */
export function fromAddress(block: string): string | undefined {
  const from = headerField(block, 'from');
  return from === undefined ? undefined : addressesOf(from)[0]?.address;
}
