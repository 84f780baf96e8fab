/** The name is no valid modified UTF-7 (RFC 3501 §5.1.3). */
export class Mutf7Error extends Error {
  constructor(name: string) {
    super(`bad modified UTF-7 in ${JSON.stringify(name.slice(0, 80))}`);
    this.name = 'Mutf7Error';
  }
}

/**
 * Modified UTF-7 → Unicode, NFC. Strict: only canonical encodings, so that no two spellings name one mailbox.
 * @throws {Mutf7Error}
 */
export function decodeMutf7(name: string): string {
  let decoded = '';
  for (let i = 0; i < name.length; ) {
    const char = name[i] ?? '';
    const code = char.charCodeAt(0);
    if (code < 0x20 || code > 0x7e) throw new Mutf7Error(name);
    if (char !== '&') {
      decoded += char;
      i++;
      continue;
    }
    const end = name.indexOf('-', i);
    if (end < 0) throw new Mutf7Error(name);
    decoded += end === i + 1 ? '&' : decodeShift(name.slice(i + 1, end), name);
    i = end + 1;
  }
  if (encodeMutf7(decoded) !== name) throw new Mutf7Error(name);
  return decoded.normalize('NFC');
}

function decodeShift(base64: string, name: string): string {
  if (!/^[A-Za-z0-9+,]+$/.test(base64)) throw new Mutf7Error(name);
  const bytes = Buffer.from(base64.replaceAll(',', '/'), 'base64');
  if (bytes.length % 2 !== 0) throw new Mutf7Error(name);
  const text = Buffer.from(bytes).swap16().toString('utf16le');
  // A lone surrogate is no character.
  if (Buffer.from(text, 'utf8').toString('utf8') !== text) throw new Mutf7Error(name);
  return text;
}

/** Unicode → modified UTF-7. */
export const encodeMutf7 = (name: string): string =>
  name.replace(/&|[^\x20-\x7e]+/g, (run) =>
    run === '&'
      ? '&-'
      : `&${Buffer.from(run, 'utf16le').swap16().toString('base64').replace(/=+$/, '').replaceAll('/', ',')}-`,
  );
