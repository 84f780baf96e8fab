// Reading what a server has answered, after the clock has stopped. Literals are stepped over, so that a message's own
// text is never taken for a response.

const CR = 13;
const LF = 10;
const CLOSE = '}'.charCodeAt(0);
const OPEN = '{'.charCodeAt(0);

/** The length of the literal a line announces, undefined when it announces none. */
function literalLength(data: Buffer, start: number, end: number): number | undefined {
  if (data[end - 1] !== CLOSE) return undefined;
  const open = data.lastIndexOf(OPEN, end - 1);
  if (open < start) return undefined;
  const digits = data.toString('latin1', open + 1, end - 1);
  return /^\d+$/.test(digits) ? Number(digits) : undefined;
}

/** Where each complete response starts and ends, its CRLF left out. */
export function* responsesIn(data: Buffer): Generator<readonly [start: number, end: number]> {
  let start = 0;
  let line = 0;
  for (;;) {
    const lf = data.indexOf(LF, line);
    if (lf < 0) return;
    const end = data[lf - 1] === CR ? lf - 1 : lf;
    const literal = literalLength(data, line, end);
    line = lf + 1;
    if (literal !== undefined) {
      line += literal;
      continue;
    }
    yield [start, end];
    start = line;
  }
}

const HEAD_BYTES = 32;

/** `* 12 FETCH …`: how many such. */
export function countFetches(data: Buffer): number {
  let count = 0;
  for (const [start] of responsesIn(data))
    if (/^\* \d+ FETCH \(/.test(data.toString('latin1', start, start + HEAD_BYTES))) count += 1;
  return count;
}

/** The last `* n EXISTS`. */
export function existsIn(data: Buffer): number | undefined {
  let exists: number | undefined;
  for (const [start, end] of responsesIn(data)) {
    const found = /^\* (\d+) EXISTS$/i.exec(data.toString('latin1', start, Math.min(end, start + HEAD_BYTES)));
    if (found) exists = Number(found[1]);
  }
  return exists;
}

/** The numbers of all `* SEARCH` responses. */
export function searchIn(data: Buffer): number[] {
  const numbers: number[] = [];
  for (const [start, end] of responsesIn(data)) {
    const found = /^\* SEARCH((?: \d+)*) *$/i.exec(data.toString('latin1', start, end));
    if (found) numbers.push(...(found[1] ?? '').split(' ').filter(Boolean).map(Number));
  }
  return numbers;
}

/** The numbers spread evenly over all, at most `count`. */
export function spread(numbers: readonly number[], count: number): number[] {
  if (numbers.length <= count) return [...numbers];
  return Array.from({ length: count }, (_, i) => numbers[Math.floor((i * numbers.length) / count)] ?? 0);
}
