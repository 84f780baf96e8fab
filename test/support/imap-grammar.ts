// A strict reader of what the server says (RFC 9051 §9): anything a client's parser could stumble over is an error here.
export type Value = null | string | number | readonly Value[];

/** Atoms stay what they are: numbers, NIL as null, other words as text with a leading backtick. */
export class ResponseReader {
  readonly #text: string;
  #at = 0;

  /** One char a byte. */
  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  #fail(what: string): never {
    throw new Error(
      `${what} at ${this.#at}: ${JSON.stringify(this.#text.slice(Math.max(0, this.#at - 60), this.#at + 60))}`,
    );
  }

  take(pattern: RegExp): string {
    const sticky = new RegExp(pattern.source, 'y');
    sticky.lastIndex = this.#at;
    const [match] = sticky.exec(this.#text) ?? this.#fail(`expected ${pattern.source}`);
    this.#at += match.length;
    return match;
  }

  next(char: string): boolean {
    if (!this.#text.startsWith(char, this.#at)) return false;
    this.#at += char.length;
    return true;
  }

  value(depth = 0): Value {
    if (depth > 1_000) this.#fail('too deep');
    switch (this.#text[this.#at]) {
      case '(':
        return this.#list(depth);
      case '"':
        return this.#quoted();
      case '{':
        return this.#literal();
      default: {
        const atom = this.take(/[^\x00-\x20\x7f-\xff(){%*"\]]+/);
        if (/^nil$/i.test(atom)) return null;
        return /^\d+$/.test(atom) ? Number(atom) : ATOM_MARK + atom;
      }
    }
  }

  /** Neighbouring lists need no space between them (addresses, parts of a multipart); everything else does. */
  #list(depth: number): Value[] {
    const values: Value[] = [];
    this.take(/\(/);
    while (!this.next(')')) {
      if (values.length > 0 && !(Array.isArray(values.at(-1)) && this.#text[this.#at] === '(')) this.take(/ /);
      values.push(this.value(depth + 1));
    }
    return values;
  }

  #quoted(): string {
    const quoted = this.take(/"(?:[\x01-\x09\x0b\x0c\x0e-\x21\x23-\x5b\x5d-\x7f]|\\["\\])*"/);
    return quoted.slice(1, -1).replace(/\\(.)/g, '$1');
  }

  #literal(): string {
    const size = Number(this.take(/\{\d+\}\r\n/).slice(1, -3));
    const bytes = this.#text.slice(this.#at, this.#at + size);
    if (bytes.length < size) this.#fail('a literal that is cut short');
    if (bytes.includes('\0')) this.#fail('NUL in a literal');
    this.#at += size;
    return bytes;
  }
}

/** The FETCH answers in what the server said, up to the tagged line: items by name, each message once. */
export function fetchAnswers(text: string): Map<number, Map<string, Value>> {
  const reader = new ResponseReader(text);
  const messages = new Map<number, Map<string, Value>>();
  while (!reader.atEnd) {
    const seq = Number(reader.take(/\* \d+ FETCH \(/).slice(2, -8));
    const items = new Map<string, Value>();
    do {
      const name = reader.take(/[A-Z0-9.]+(?:\[[^\]]*\])?(?:<\d+>)? /).trim();
      items.set(name, reader.value());
    } while (reader.next(' '));
    reader.take(/\)\r\n/);
    messages.set(seq, items);
  }
  return messages;
}

/** Before an atom, to tell it from a string: no byte is this character. */
const ATOM_MARK = '\ue000';
const isString = (value: Value | undefined): boolean => typeof value === 'string' && !value.startsWith(ATOM_MARK);
const isNstring = (value: Value | undefined): boolean => value === null || isString(value);
const isNumber = (value: Value | undefined): boolean => typeof value === 'number';
const isList = (value: Value | undefined): value is readonly Value[] => Array.isArray(value);

/** @throws {Error} unless it is an envelope (RFC 9051 §9, envelope) */
export function checkEnvelope(value: Value | undefined): void {
  if (!isList(value) || value.length !== 10) throw new Error(`no envelope: ${JSON.stringify(value)}`);
  const [date, subject, ...rest] = value;
  const [inReplyTo, messageId] = rest.splice(-2);
  if (![date, subject, inReplyTo, messageId].every(isNstring)) throw new Error(`no nstring: ${JSON.stringify(value)}`);
  for (const addresses of rest) {
    if (addresses === null) continue;
    const isFine =
      isList(addresses) &&
      addresses.length > 0 &&
      addresses.every((address) => isList(address) && address.length === 4 && address.every(isNstring));
    if (!isFine) throw new Error(`no addresses: ${JSON.stringify(addresses)}`);
  }
}

const isParams = (value: Value | undefined): boolean =>
  value === null || (isList(value) && value.length > 0 && value.length % 2 === 0 && value.every(isString));
const isDisposition = (value: Value | undefined): boolean =>
  value === null || (isList(value) && value.length === 2 && isString(value[0]) && isParams(value[1]));
const isLanguage = (value: Value | undefined): boolean =>
  isNstring(value) || (isList(value) && value.length > 0 && value.every(isString));

function checkExtensions(values: readonly Value[], firstIs: (value: Value | undefined) => boolean): void {
  const [first, disposition, language, location] = values;
  const isFine =
    values.length === 4 && firstIs(first) && isDisposition(disposition) && isLanguage(language) && isNstring(location);
  if (!isFine) throw new Error(`no extension data: ${JSON.stringify(values)}`);
}

/** @throws {Error} unless it is a body structure (RFC 9051 §9, body); `extended`: BODYSTRUCTURE, not BODY */
export function checkStructure(value: Value | undefined, extended: boolean): void {
  if (!isList(value)) throw new Error(`no body: ${JSON.stringify(value)}`);
  if (isList(value[0])) {
    const end = value.findIndex((part) => !isList(part));
    for (const part of value.slice(0, end)) checkStructure(part, extended);
    if (end < 1 || !isString(value[end])) throw new Error(`no multipart: ${JSON.stringify(value)}`);
    if (extended) checkExtensions(value.slice(end + 1), isParams);
    else if (value.length !== end + 1) throw new Error(`too much: ${JSON.stringify(value)}`);
    return;
  }
  const [type, subtype, params, id, description, encoding, size, ...rest] = value;
  const isFine =
    [type, subtype, encoding].every(isString) &&
    isParams(params) &&
    [id, description].every(isNstring) &&
    isNumber(size);
  if (!isFine) throw new Error(`no part: ${JSON.stringify(value)}`);
  // RFC 9051 §9, body-type-msg: a message always has its envelope, structure and lines.
  const isMessage = /^message\/(rfc822|global)$/i.test(`${type}/${subtype}`);
  if (isMessage) {
    checkEnvelope(rest.shift());
    checkStructure(rest.shift(), extended);
  }
  if (isMessage || String(type).toLowerCase() === 'text') {
    if (!isNumber(rest.shift())) throw new Error(`no lines: ${JSON.stringify(value)}`);
  }
  if (extended) checkExtensions(rest, isNstring);
  else if (rest.length > 0) throw new Error(`too much: ${JSON.stringify(value)}`);
}
