// Tokens of structured header fields (RFC 5322 §3.2, §4.1), read with the leniency, and where it ends, of Dovecot.

/** Reading went wrong; the field has ended; there is more of it. Compare with `<` and `>`. */
export const FAILED = -1;
export const ENDED = 0;
export const MORE = 1;
export type Outcome = typeof FAILED | typeof ENDED | typeof MORE;

/** Everything but controls, white space and specials; 8-bit bytes too, for that is what is sent. */
const ATEXT = /[^\x00-\x20\x7f()<>@,;:\\".[\]]/;
/** A token of MIME (RFC 2045 §5.1). */
const TOKEN_RUN = /[^\x00-\x20\x7f()<>@,;:\\"/[\]?=]*/y;
const RAW_RUN = /[^;\s]*/y;
const LINE_END = /\r?\n/g;
const ATEXT_RUN = /[^\x00-\x20\x7f()<>@,;:\\".[\]]*/y;
const ATEXT_OR_DOT_RUN = /[^\x00-\x20\x7f()<>@,;:\\"[\]]*/y;

const isAtext = (char: string): boolean => ATEXT.test(char);

/** A place in a field's value, and the tokens from there. What is read is added to `text`. Linear, never throws. */
export class HeaderLexer {
  readonly value: string;
  at = 0;
  text = '';
  /** The last comment passed over, without its brackets. */
  comment = '';

  constructor(value: string) {
    this.value = value;
  }

  /** At the place; '' at the end. */
  get char(): string {
    return this.value.charAt(this.at);
  }

  /** Whether the place is at this very character. */
  is(char: string): boolean {
    return this.value[this.at] === char;
  }

  /** Passes over the character if it is there. */
  take(char: string): boolean {
    if (!this.is(char)) return false;
    this.at++;
    return true;
  }

  get more(): typeof ENDED | typeof MORE {
    return this.at < this.value.length ? MORE : ENDED;
  }

  #run(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const run = pattern.exec(this.value)?.[0] ?? '';
    this.at += run.length;
    return run;
  }

  /** White space and comments (CFWS). */
  skip(): Outcome {
    for (;;) {
      const { char } = this;
      if (char === ' ' || char === '\t' || char === '\r' || char === '\n') this.at++;
      else if (char !== '(') return this.more;
      else if (!this.#skipComment()) return FAILED;
    }
  }

  #skipComment(): boolean {
    const { text, isClosed } = this.#delimited('(', ')');
    this.comment = text;
    return isClosed;
  }

  /**
   * What stands between two delimiters, quoted pairs and folding resolved. If the second never comes, the text reaches
   * to the last of those, and the field is at its end.
   */
  #delimited(open: string, close: string): { text: string; isClosed: boolean } {
    const { value } = this;
    let depth = 1;
    let text = '';
    let start = this.at + 1;
    for (this.at++; this.at < value.length; this.at++) {
      const char = value[this.at];
      if (char === close) {
        if (--depth > 0) continue;
        text += value.slice(start, this.at++);
        return { text: text.replace(LINE_END, ''), isClosed: true };
      }
      if (char === '\\') {
        text += value.slice(start, this.at++);
        // What is quoted means nothing.
        start = this.at;
      } else if (char === '\n' && open === '(') {
        text += value.slice(start, this.at);
        start = this.at;
      } else if (char === open) depth++;
    }
    return { text: text.replace(LINE_END, ''), isClosed: false };
  }

  /** The lexer stands on the `"`. */
  quotedString(): Outcome {
    const { text, isClosed } = this.#delimited('"', '"');
    this.text += text;
    return isClosed ? this.skip() : FAILED;
  }

  /** Atoms with dots between, white space allowed around the dots (RFC 5322 §4.4). */
  dotAtom(): Outcome {
    for (;;) {
      const atom = this.#run(ATEXT_RUN);
      if (atom === '') return FAILED;
      this.text += atom;
      if (!this.more) return ENDED;
      const skipped = this.skip();
      if (skipped !== MORE) return skipped;
      if (!this.is('.')) return MORE;
      this.at++;
      this.text += '.';
      if (this.skip() !== MORE) return FAILED;
    }
  }

  /** A local part: dots may also stand before, behind and beside each other, as is sent now and then. */
  looseDotAtom(): Outcome {
    let state: Outcome = FAILED;
    do {
      while (this.is('.')) {
        this.text += '.';
        this.at++;
        if (!this.more) return ENDED;
        state = MORE;
      }
      if (this.is('@')) break;
      state = this.atom();
    } while (state === MORE && this.is('.'));
    return state;
  }

  mimeToken(): Outcome {
    this.text += this.#run(TOKEN_RUN);
    return this.more && this.skip();
  }

  /** Up to a `;` or white space: `name==?utf-8?Q?a?=` is sent, whatever RFC 2047 §5 says. */
  rawWord(): Outcome {
    this.text += this.#run(RAW_RUN);
    return this.more && this.skip();
  }

  atom(): Outcome {
    const atom = this.#run(ATEXT_RUN);
    this.text += atom;
    if (atom === '') return FAILED;
    return this.more && this.skip();
  }

  /** Words, with one space between them (RFC 5322 §3.2.5, §4.1: dots may stand among them). */
  phrase(): Outcome {
    if (!this.more) return ENDED;
    if (this.is('.')) return FAILED;
    for (;;) {
      const word = this.#word();
      if (word !== MORE) return word;
      if (!isAtext(this.char) && !this.is('"') && !this.is('.')) return this.skip();
      this.text += ' ';
    }
  }

  #word(): Outcome {
    if (this.is('"')) return this.quotedString();
    this.text += this.#run(ATEXT_OR_DOT_RUN);
    return this.more && this.skip();
  }

  /** The lexer stands on the `@`: a dot-atom or a domain literal. */
  domain(): Outcome {
    this.at++;
    const skipped = this.skip();
    if (skipped !== MORE) return FAILED;
    return this.is('[') ? this.#domainLiteral() : this.dotAtom();
  }

  #domainLiteral(): Outcome {
    const start = this.at;
    const end = /[[\]]/g;
    end.lastIndex = start + 1;
    const found = end.exec(this.value);
    if (found?.[0] !== ']') {
      this.at = found?.index ?? this.value.length;
      return FAILED;
    }
    this.at = found.index + 1;
    this.text += this.value.slice(start, this.at).replace(/[\r\n]|\\(?=.)/g, '');
    return this.skip();
  }
}
