// Values with parameters, as in Content-Type and Content-Disposition (RFC 2045 §5.1), continuations put together
// (RFC 2231 §3; its §9 asks that of IMAP servers).
import { FAILED, HeaderLexer, MORE } from './header-lexer.js';

/** Name as written, value unquoted. */
export type Parameter = readonly [name: string, value: string];

export interface Parameterized {
  /** `text/plain`, without white space and comments; '' if it is broken. */
  readonly value: string;
  readonly params: readonly Parameter[];
}

const MAX_PARAMETERS = 100;

/** The first value of a parameter; `name` in lower case. */
export const parameterOf = (params: readonly Parameter[], name: string): string | undefined =>
  params.find(([known]) => known.length === name.length && known.toLowerCase() === name)?.[1];

/** `type/subtype; name=value; name="quoted"`; comments are skipped, broken parameters left out. Linear. */
export function parseContentType(text: string): Parameterized {
  const lexer = new HeaderLexer(text);
  const isBroken = () =>
    lexer.skip() !== MORE || lexer.mimeToken() !== MORE || !lexer.take('/') || lexer.skip() !== MORE;
  if (isBroken()) return { value: '', params: [] };
  const type = lexer.text;
  lexer.text = '';
  if (lexer.mimeToken() === FAILED || (lexer.more && !lexer.is(';'))) return { value: '', params: [] };
  return { value: type !== '' && lexer.text !== '' ? `${type}/${lexer.text}` : '', params: parameters(lexer) };
}

/** `value; name=value` */
export function parseDisposition(text: string): Parameterized {
  const lexer = new HeaderLexer(text);
  lexer.skip();
  lexer.mimeToken();
  return { value: lexer.text, params: parameters(lexer) };
}

/** A lone token with nothing behind it, or ''. */
export function parseToken(text: string): string {
  const lexer = new HeaderLexer(text);
  lexer.skip();
  return lexer.mimeToken() === FAILED || lexer.more ? '' : lexer.text;
}

/** The words of a comma-separated list, up to where it stops being one. */
export function parseTokenList(text: string): string[] {
  const lexer = new HeaderLexer(text);
  const tokens: string[] = [];
  do {
    lexer.skip();
    lexer.text = '';
    if (lexer.atom() === FAILED && lexer.text === '') break;
    tokens.push(lexer.text);
  } while (lexer.take(','));
  return tokens;
}

/** From the first `;` on. */
function parameters(lexer: HeaderLexer): Parameter[] {
  const params: Parameter[] = [];
  const pieces: Piece[] = [];
  while (params.length + pieces.length < MAX_PARAMETERS && lexer.more) {
    const read = oneParameter(lexer);
    if (!read) {
      const next = lexer.value.indexOf(';', lexer.at);
      lexer.at = next < 0 ? lexer.value.length : next;
      continue;
    }
    const piece = pieceOf(read);
    if (piece) pieces.push(piece);
    else params.push(read);
  }
  return pieces.length === 0 ? params : [...params, ...joined(pieces)];
}

function oneParameter(lexer: HeaderLexer): Parameter | undefined {
  if (!lexer.take(';') || lexer.skip() !== MORE) return undefined;
  lexer.text = '';
  if (lexer.mimeToken() !== MORE || lexer.text === '' || !lexer.take('=')) return undefined;
  const name = lexer.text;
  lexer.text = '';
  if (lexer.skip() === FAILED) return undefined;
  const read = lexer.is('"') ? lexer.quotedString() : lexer.is('=') ? lexer.rawWord() : lexer.mimeToken();
  return read === FAILED ? undefined : [name, lexer.text];
}

/** `name*2*` (RFC 2231 §4.1): which part of which value. */
interface Piece {
  readonly name: string;
  readonly index: number;
  readonly isEncoded: boolean;
  readonly parameter: Parameter;
}

function pieceOf(parameter: Parameter): Piece | undefined {
  const match = /^([^*]+)\*(?:(0|[1-9][0-9]{0,5})(\*)?)?$/.exec(parameter[0]);
  if (!match) return undefined;
  const [, name = '', index, star] = match;
  return { name, index: Number(index ?? 0), isEncoded: index === undefined || star !== undefined, parameter };
}

/** Complete values under one name (with a `*` if any of it is percent-encoded); of an incomplete one all that there is. */
function joined(pieces: readonly Piece[]): Parameter[] {
  const byName = new Map<string, Piece[]>();
  for (const piece of pieces) {
    const key = piece.name.toLowerCase();
    const known = byName.get(key);
    if (known) known.push(piece);
    else byName.set(key, [piece]);
  }
  const sorted = [...byName].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.flatMap(([, list]) => {
    list.sort((a, b) => a.index - b.index);
    if (list.some(({ index }, i) => index !== i)) return list.map(({ parameter }) => parameter);
    const name = `${list[0]?.name ?? ''}${list.some(({ isEncoded }) => isEncoded) ? '*' : ''}`;
    return [[name, list.map(({ parameter }) => parameter[1]).join('')] as const];
  });
}
