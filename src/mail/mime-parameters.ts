/** A value with parameters, as in Content-Type and Content-Disposition. Names in lower case, values unquoted. */
export interface Parameterized {
  readonly value: string;
  readonly params: readonly (readonly [string, string])[];
}

const MAX_PARAMETERS = 100;

/** `value; name=value; name="quoted"` (RFC 2045 §5.1); comments are skipped, broken parameters left out. Linear. */
export function parseParameterized(text: string): Parameterized {
  const params: [string, string][] = [];
  let at = 0;
  const readUntil = (stops: string): string => {
    let out = '';
    while (at < text.length && !stops.includes(text[at] ?? '')) {
      const char = text[at] ?? '';
      if (char === '(') skipComment();
      else if (char === '"') out += readQuoted();
      else {
        out += char;
        at++;
      }
    }
    return out.trim();
  };
  const readQuoted = (): string => {
    let out = '';
    at++;
    while (at < text.length) {
      const char = text[at++] ?? '';
      if (char === '"') break;
      out += char === '\\' ? (text[at++] ?? '') : char;
    }
    return out;
  };
  const skipComment = () => {
    let depth = 0;
    while (at < text.length) {
      const char = text[at++] ?? '';
      if (char === '\\') at++;
      else if (char === '(') depth++;
      else if (char === ')' && --depth === 0) return;
    }
  };
  const value = readUntil(';');
  while (at < text.length && params.length < MAX_PARAMETERS) {
    at++;
    const name = readUntil('=;').toLowerCase();
    if (text[at] !== '=') continue;
    at++;
    const parameter = readUntil(';');
    if (name !== '') params.push([name, parameter]);
  }
  return { value, params };
}
