// The text of HTML, as a reader would begin to see it. Never throws; linear in what it is given, whatever that is.
import { Buffer } from 'node:buffer';
import iconv from 'iconv-lite';

/** Their content is shown to nobody. */
const UNSEEN = new Set(['script', 'style', 'title', 'template']);
/** Tags that do not part words. */
const INLINE = new Set(
  'a abbr acronym b bdi bdo big cite code data dfn em font i ins kbd mark q s samp small span strike strong sub sup time tt u var wbr'.split(
    ' ',
  ),
);
const TAG_NAME = /<\/?([a-z][a-z0-9:-]*)/iy;
const LATIN1 =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml';
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ...LATIN1.split(' ').map((name, i) => [name, String.fromCharCode(160 + i)] as const),
  ...Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", AMP: '&', LT: '<', GT: '>', QUOT: '"' }),
  ...Object.entries({
    hellip: '…',
    mdash: '—',
    ndash: '–',
    lsquo: '‘',
    rsquo: '’',
    ldquo: '“',
    rdquo: '”',
    sbquo: '‚',
  }),
  ...Object.entries({
    bdquo: '„',
    lsaquo: '‹',
    rsaquo: '›',
    bull: '•',
    trade: '™',
    euro: '€',
    minus: '−',
    dagger: '†',
  }),
  ...Object.entries({ larr: '←', uarr: '↑', rarr: '→', darr: '↓', hearts: '♥', OElig: 'Œ', oelig: 'œ', Scaron: 'Š' }),
  ...Object.entries({ scaron: 'š', Yuml: 'Ÿ', ensp: '\u2002', emsp: '\u2003', thinsp: '\u2009', zwnj: '\u200c' }),
  ...Object.entries({ zwj: '\u200d', lrm: '\u200e', rlm: '\u200f' }),
]);
const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z][a-z0-9]{1,30}));?/gi;

/** At least the first `enough` UTF-16 units of the text, white space collapsed; all of it if that is less. */
export function htmlText(html: string, enough: number): string {
  let text = '';
  const add = (piece: string) => {
    const plain = piece.replace(/\s+/g, ' ');
    text += text.endsWith(' ') && plain.startsWith(' ') ? plain.slice(1) : plain;
  };
  let at = 0;
  while (at < html.length && text.length < enough) {
    const open = html.indexOf('<', at);
    const end = open < 0 ? html.length : open;
    add(withoutEntities(html.slice(at, end)));
    if (open < 0) break;
    const next = afterMarkup(html, open);
    if (next.separates) add(' ');
    if (next.at === open) {
      add('<');
      at = open + 1;
    } else at = next.at;
  }
  return text;
}

/** Behind what begins with the `<`: a tag, an element whose content is not seen, a comment; `<` itself if it is none. */
function afterMarkup(html: string, open: number): { at: number; separates: boolean } {
  if (html.startsWith('<!--', open)) return { at: after(html, '-->', open + 4), separates: false };
  const next = html[open + 1] ?? '';
  if (next === '!' || next === '?') return { at: after(html, '>', open), separates: false };
  TAG_NAME.lastIndex = open;
  const match = TAG_NAME.exec(html);
  if (!match) return { at: open, separates: false };
  const name = (match[1] ?? '').toLowerCase();
  const end = tagEnd(html, TAG_NAME.lastIndex);
  if (next === '/' || !UNSEEN.has(name)) return { at: end, separates: !INLINE.has(name) };
  const closing = new RegExp(`</${name}(?![a-z0-9:-])`, 'gi');
  closing.lastIndex = end;
  const close = closing.exec(html);
  return { at: close ? close.index : html.length, separates: true };
}

/** What is not closed reaches to the end, so that nothing is looked for twice. */
function after(html: string, what: string, from: number): number {
  const at = html.indexOf(what, from);
  return at < 0 ? html.length : at + what.length;
}

/** Behind the `>` that closes the tag: one within a quoted value does not. */
function tagEnd(html: string, from: number): number {
  let isValue = false;
  for (let at = from; at < html.length; at++) {
    const char = html[at] ?? '';
    if (char === '>') return at + 1;
    if (isValue && (char === '"' || char === "'")) {
      at = html.indexOf(char, at + 1);
      if (at < 0) return html.length;
      isValue = false;
    } else if (char === '=') isValue = true;
    else if (char.trim() !== '') isValue = false;
  }
  return html.length;
}

const withoutEntities = (text: string): string =>
  text.includes('&')
    ? text.replace(ENTITY, (whole, decimal?: string, hex?: string, name?: string) => {
        if (name !== undefined) return ENTITIES.get(name) ?? whole;
        return characterOf(decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal));
      })
    : text;

function characterOf(code: number): string {
  // Numbers of Windows-1252 are meant so (HTML, numeric character reference end state).
  if (code >= 0x80 && code < 0xa0) return iconv.decode(Buffer.of(code), 'windows-1252');
  const isNone = code === 0 || code > 0x10_ffff || (code >= 0xd800 && code < 0xe000);
  return isNone ? '\ufffd' : String.fromCodePoint(code);
}
