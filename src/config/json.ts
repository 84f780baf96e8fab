// JSON (RFC 8259) read with positions: JSON.parse of Node 20 often names no line, and it takes the last of two equal
// keys in silence, which in a configuration is a mistake somebody will search for.

export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
}

export interface ParsedJson {
  readonly value: unknown;
  /** Where the value (for an object's member: its key) at a path stands; the nearest known parent for a path that does not exist. */
  positionOf(path: readonly PropertyKey[]): Position;
}

/** Text that is no JSON. */
export class JsonSyntaxError extends Error {
  readonly position: Position;
  constructor(message: string, position: Position) {
    super(message);
    this.name = 'JsonSyntaxError';
    this.position = position;
  }
}

const MAX_DEPTH = 64;
const pathKey = (path: readonly PropertyKey[]): string => JSON.stringify(path.map(String));

function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** @throws {JsonSyntaxError} with line and column */
export function parseJson(input: string): ParsedJson {
  const text = input.startsWith('\ufeff') ? input.slice(1) : input;
  const offsets = new Map<string, number>();
  const value = new Reader(text, offsets).document();
  return {
    value,
    positionOf(path) {
      for (let length = path.length; length > 0; length--) {
        const offset = offsets.get(pathKey(path.slice(0, length)));
        if (offset !== undefined) return positionAt(text, offset);
      }
      return positionAt(text, Math.max(0, text.search(/\S/)));
    },
  };
}

/** One pass over one text; lives as long as the call. */
class Reader {
  readonly #text: string;
  readonly #offsets: Map<string, number>;
  #at = 0;

  constructor(text: string, offsets: Map<string, number>) {
    this.#text = text;
    this.#offsets = offsets;
  }

  document(): unknown {
    const value = this.#value([]);
    this.#space();
    if (this.#at < this.#text.length) this.#fail('there is more text after the end of the configuration');
    return value;
  }

  #fail(message: string, offset = this.#at): never {
    throw new JsonSyntaxError(message, positionAt(this.#text, offset));
  }

  /** Skips white space. */
  #space(): void {
    const space = /[ \t\r\n]*/y;
    space.lastIndex = this.#at;
    this.#at += space.exec(this.#text)?.[0].length ?? 0;
    if (/^(\/[/*]|#)/.test(this.#text.slice(this.#at, this.#at + 2)))
      this.#fail('JSON has no comments: take this one out');
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0];
  }

  #what(): string {
    const char = this.#text.codePointAt(this.#at);
    return char === undefined ? 'the text ends' : `found ${JSON.stringify(String.fromCodePoint(char))}`;
  }

  #value(path: readonly PropertyKey[]): unknown {
    this.#space();
    if (path.length > MAX_DEPTH) this.#fail('nested too deeply');
    const key = pathKey(path);
    if (!this.#offsets.has(key)) this.#offsets.set(key, this.#at);
    const char = this.#text[this.#at];
    if (char === '{') return this.#object(path);
    if (char === '[') return this.#array(path);
    if (char === '"') return this.#string();
    const word = this.#match(
      /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.])|(?:true|false|null)(?!\w)/y,
    );
    if (word === undefined) this.#fail(`a value should stand here, but ${this.#what()}`);
    this.#at += word.length;
    return JSON.parse(word);
  }

  #string(): string {
    const start = this.#at;
    const raw = this.#match(/"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y);
    if (raw === undefined) {
      const good = this.#match(/"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y) ?? '';
      const next = this.#text[start + good.length];
      if (next === '\\') this.#fail('a backslash in a text must be written twice (\\\\)', start + good.length);
      this.#fail('this text has no closing quotation mark on its line', start);
    }
    this.#at += raw.length;
    return JSON.parse(raw);
  }

  #object(path: readonly PropertyKey[]): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === '}') {
      this.#at++;
      return object;
    }
    for (;;) {
      this.#space();
      const start = this.#at;
      if (this.#text[start] === '}') this.#fail('a comma stands before this closing brace: take the comma out');
      if (this.#text[start] !== '"') this.#fail(`a key in quotation marks should stand here, but ${this.#what()}`);
      const key = this.#string();
      if (Object.hasOwn(object, key)) this.#fail(`"${key}" stands here a second time`, start);
      this.#space();
      if (this.#text[this.#at] !== ':') this.#fail(`a colon should follow the key "${key}", but ${this.#what()}`);
      this.#at++;
      this.#offsets.set(pathKey([...path, key]), start);
      // Not an assignment: a key "__proto__" is a (wrong) key like any other.
      const value = this.#value([...path, key]);
      Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
      if (this.#separator('}')) return object;
    }
  }

  #array(path: readonly PropertyKey[]): unknown[] {
    const array: unknown[] = [];
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === ']') {
      this.#at++;
      return array;
    }
    for (;;) {
      this.#space();
      if (this.#text[this.#at] === ']') this.#fail('a comma stands before this closing bracket: take the comma out');
      array.push(this.#value([...path, array.length]));
      if (this.#separator(']')) return array;
    }
  }

  /** Steps over `,` (false) or the closing sign (true). */
  #separator(closing: '}' | ']'): boolean {
    this.#space();
    const char = this.#text[this.#at];
    if (char !== ',' && char !== closing) this.#fail(`a comma or "${closing}" should stand here, but ${this.#what()}`);
    this.#at++;
    return char === closing;
  }
}
