// The beginning of a message's text, for lists of messages (RFC 8970). Never throws; linear.
import { Buffer } from 'node:buffer';
import { decodedText } from './decoded-text.js';
import { htmlText } from './html-text.js';
import { isMultipart, type MimePart } from './mime.js';

/** RFC 8970 §3.3: characters, not bytes. */
const MAX_CHARACTERS = 200;
/** How much of a part is looked at: newsletters begin with long style sheets. */
const MAX_PART_BYTES = 256 * 1024;
/** More than will be left: what cannot be seen is still among it. */
const ENOUGH = MAX_CHARACTERS * 8;
/** Controls part words, as white space does. */
const GAPS = /[\s\p{Cc}]+/gu;
/** What fills preheaders up, and what turns the text around it. */
const INVISIBLE = /\u034f|[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/gu;
const ENCRYPTED = '-----BEGIN PGP MESSAGE-----';

/**
 * At most 200 characters of the first part with text to read, without markup, controls and line ends. '' when there is
 * none: attachments, other types, encrypted mail.
 */
export function previewOf(bytes: Uint8Array, root: MimePart): string {
  if (isMultipart(root)) {
    for (const child of root.children) {
      const text = previewOf(bytes, child);
      if (text !== '') return text;
    }
    return '';
  }
  if (root.type.toLowerCase() !== 'text' || root.disposition?.value.toLowerCase() === 'attachment') return '';
  const subtype = root.subtype.toLowerCase();
  if (subtype !== 'plain' && subtype !== 'html') return '';
  const { bodyStart, bodyEnd } = root;
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset + bodyStart, Math.min(bodyEnd - bodyStart, MAX_PART_BYTES));
  const text = decodedText(raw, root);
  return beginningOf(subtype === 'html' ? htmlText(text, ENOUGH) : text);
}

function beginningOf(text: string): string {
  const start = text.replace(GAPS, ' ').replace(INVISIBLE, '').replace(/ +/g, ' ');
  if (start.trimStart().startsWith(ENCRYPTED)) return '';
  return firstCharacters(start.trim()).trim();
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** By characters, a pair of surrogates being one; what is seen as one (an emoji of several, an accent) is not parted. */
function firstCharacters(text: string): string {
  const beginning = text.slice(0, 3 * MAX_CHARACTERS);
  const characters = [...beginning];
  if (characters.length <= MAX_CHARACTERS) return beginning;
  let length = 0;
  let end = 0;
  for (const { segment, index } of graphemes.segment(beginning)) {
    length += [...segment].length;
    if (length > MAX_CHARACTERS) break;
    end = index + segment.length;
  }
  return end > 0 ? beginning.slice(0, end) : characters.slice(0, MAX_CHARACTERS).join('');
}
