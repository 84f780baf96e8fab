/** What the patterns of one command may hold together, in characters: matching takes time in proportion. */
const MAX_PATTERN_CHARS = 10_000;

/** Whether matching these patterns would be too much work: more, or longer ones, than any client has names for. */
export const isTooMuch = (patterns: readonly string[]): boolean =>
  patterns.reduce((sum, pattern) => sum + pattern.length + 50, 0) > MAX_PATTERN_CHARS;

/**
 * `*` matches anything, `%` anything but the delimiter; the inbox in any case (RFC 9051 §6.3.9). Takes time in
 * proportion to pattern × path, whatever they are: no backtracking.
 */
export function matcher(pattern: string): (path: string) => boolean {
  const normal = pattern.normalize('NFC').replace(/[*%]+/g, (run) => (run.includes('*') ? '*' : '%'));
  return (path) => matchFrom(normal, path);
}

function matchFrom(pattern: string, path: string): boolean {
  const foldUpTo = /^INBOX(\/|$)/.test(path) ? 5 : 0;
  // reachable[i]: the pattern read so far can have matched path.slice(0, i)
  let reachable = new Uint8Array(path.length + 1);
  let next = new Uint8Array(path.length + 1);
  reachable[0] = 1;
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] ?? '';
    const folded = char.toUpperCase();
    const isWild = char === '*' || char === '%';
    next[0] = isWild && reachable[0] === 1 ? 1 : 0;
    let isAlive = next[0] === 1;
    for (let i = 1; i <= path.length; i++) {
      const unit = path[i - 1];
      if (isWild) next[i] = reachable[i] === 1 || (next[i - 1] === 1 && (char === '*' || unit !== '/')) ? 1 : 0;
      else next[i] = reachable[i - 1] === 1 && unit === (i <= foldUpTo ? folded : char) ? 1 : 0;
      isAlive ||= next[i] === 1;
    }
    if (!isAlive) return false;
    [reachable, next] = [next, reachable];
  }
  return reachable[path.length] === 1;
}
