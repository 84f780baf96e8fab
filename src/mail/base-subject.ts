// The base subject (RFC 5256 §2.1 and §5): what is left of a subject without "Re:", "[list]" and the like.

export interface BaseSubject {
  readonly text: string;
  /** Something was taken away that says "reply" or "forward" (RFC 5256 §3, REFERENCES). */
  readonly isReply: boolean;
}

// *subj-blob subj-refwd
const LEADER = /(?:\[[^[\]]*\] *)*(?:re|fwd?) *(?:\[[^[\]]*\] *)?:/iy;
const BLOB = /\[[^[\]]*\] */y;
const FWD_TRAILER = /\(fwd\)$/i;
const FWD_HEADER = /^\[fwd:/i;

/** Of a decoded subject; in linear time but for one step for each pair of `[fwd:` and `]`. */
export function baseSubject(decoded: string): BaseSubject {
  let text = decoded.replace(/[\t\r\n ]+/g, ' ');
  let isReply = false;
  for (;;) {
    const trimmed = withoutTrailers(text);
    const from = endOfLeaders(trimmed.text);
    isReply ||= trimmed.isReply || from.isReply;
    text = trimmed.text.slice(from.at);
    // Step (6): `[fwd: subject ]`, and from step (2) again.
    if (!FWD_HEADER.test(text) || !text.endsWith(']')) return { text, isReply };
    text = text.slice('[fwd:'.length, -1);
    isReply = true;
  }
}

/** Step (2). */
function withoutTrailers(given: string): BaseSubject {
  let text = withoutEndSpaces(given);
  let isReply = false;
  while (FWD_TRAILER.test(text.slice(-'(fwd)'.length))) {
    text = withoutEndSpaces(text.slice(0, -'(fwd)'.length));
    isReply = true;
  }
  return { text, isReply };
}

/** Spaces alone are WSP; such as U+3000 belong to the text. */
function withoutEndSpaces(text: string): string {
  let end = text.length;
  while (text[end - 1] === ' ') end--;
  return text.slice(0, end);
}

/** Steps (3) to (5): where what follows the leaders and blobs begins. */
function endOfLeaders(text: string): { at: number; isReply: boolean } {
  let at = skipSpaces(text, 0);
  let isReply = false;
  for (;;) {
    LEADER.lastIndex = at;
    if (!LEADER.test(text)) break;
    at = skipSpaces(text, LEADER.lastIndex);
    isReply = true;
  }
  // No leader begins here, so none begins behind the first of these blobs either: once is enough.
  for (;;) {
    BLOB.lastIndex = at;
    if (!BLOB.test(text) || BLOB.lastIndex >= text.length) return { at, isReply };
    at = BLOB.lastIndex;
  }
}

function skipSpaces(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ') at++;
  return at;
}
