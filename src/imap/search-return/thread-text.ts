// thread-list (RFC 5256 §5).
import type { ThreadForest } from '../../mail/threads.js';

const CLOSE = -2;

/** `(2)(3 6 (4 23)(44 7 96))`, without recursion: a thread may be as deep as the mailbox is long. */
export function threadText(forest: ThreadForest, numbers: Uint32Array): string {
  const { count, firstRoot, firstChild, nextSibling } = forest;
  const pieces: string[] = [];
  const waiting: number[] = [];
  const push = (first: number) => {
    const siblings: number[] = [];
    for (let node = first; node >= 0; node = nextSibling[node] ?? -1) siblings.push(node);
    while (siblings.length > 0) waiting.push(siblings.pop() ?? CLOSE);
  };
  push(firstRoot);
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node === CLOSE) {
      pieces.push(')');
      continue;
    }
    let open = '(';
    let child = node;
    // A message and its only child follow each other; a dummy (a root) has no number.
    for (;;) {
      if (child < count) pieces.push(`${open}${numbers[child] ?? 0}`);
      else pieces.push(open);
      const isDummy = child >= count;
      child = firstChild[child] ?? -1;
      const isAlone = child >= 0 && (nextSibling[child] ?? -1) < 0;
      if (!isAlone) {
        if (child >= 0 && !isDummy) pieces.push(' ');
        break;
      }
      open = isDummy ? '' : ' ';
    }
    waiting.push(CLOSE);
    if (child >= 0) push(child);
  }
  return pieces.join('');
}
