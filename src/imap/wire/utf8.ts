const NOT_ASCII = /[\x80-\xff]/;
// RFC 5198 §2: no C0 and C1 controls, no line or paragraph separator.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** `bytes`: one char a byte. */
export const isUtf8 = (bytes: string): boolean => !NOT_ASCII.test(bytes) || decoded(bytes) !== undefined;

/** A mailbox name in UTF-8 → Unicode, NFC; undefined if it is none (RFC 9755 §3, Net-Unicode). */
export function utf8NameOf(bytes: string): string | undefined {
  const text = decoded(bytes);
  return text === undefined || CONTROLS.test(text) ? undefined : text.normalize('NFC');
}

function decoded(bytes: string): string | undefined {
  try {
    return UTF8.decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return undefined;
  }
}
