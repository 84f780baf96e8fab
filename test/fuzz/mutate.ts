// Makes new input out of old, by the words of a grammar. All chance comes from a seed, so that a run can be had again.

/** mulberry32: small, quick, and the same everywhere. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 … n-1 */
  below(n: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000) * n);
  }

  of<T>(list: readonly T[], otherwise: T): T {
    return list[this.below(list.length)] ?? otherwise;
  }
}

const MAX_LENGTH = 4_000;
const NUMBERS = ['0', '1', '-1', '65535', '4294967295', '4294967296', '9007199254740993', '99999999999999999999'];
const BYTES = [
  '\0',
  '\r',
  '\n',
  '\r\n',
  '\t',
  ' ',
  '"',
  '\\',
  '(',
  ')',
  '{',
  '}',
  '[',
  ']',
  '<',
  '>',
  '%',
  '*',
  '\x7f',
  '\x80',
  '\xff',
];

type Mutation = (input: string, chance: Chance, words: readonly string[], others: readonly string[]) => string;

const cutAt = (input: string, chance: Chance): number => chance.below(input.length + 1);
const put = (input: string, at: number, what: string): string => input.slice(0, at) + what + input.slice(at);

function slice(input: string, chance: Chance): [number, number] {
  const start = cutAt(input, chance);
  return [start, start + chance.below(Math.min(40, input.length - start + 1))];
}

const MUTATIONS: readonly Mutation[] = [
  (input, chance, words) => put(input, cutAt(input, chance), chance.of(words, ' ')),
  (input, chance, words) => put(input, cutAt(input, chance), chance.of(words, ' ').repeat(1 + chance.below(60))),
  (input, chance) => put(input, cutAt(input, chance), chance.of(BYTES, '\0')),
  (input, chance) => put(input, cutAt(input, chance), String.fromCharCode(chance.below(256))),
  (input, chance) => input.slice(0, cutAt(input, chance)),
  (input, chance) => {
    const [start, end] = slice(input, chance);
    return input.slice(0, start) + input.slice(end);
  },
  (input, chance) => {
    const [start, end] = slice(input, chance);
    return put(input, end, input.slice(start, end).repeat(1 + chance.below(20)));
  },
  (input, chance, words) => {
    const [start, end] = slice(input, chance);
    return input.slice(0, start) + chance.of(words, '') + input.slice(end);
  },
  (input, chance, _, others) =>
    input.slice(0, cutAt(input, chance)) + chance.of(others, '').slice(cutAt(input, chance)),
  (input, chance) => {
    const numbers = [...input.matchAll(/\d+/g)];
    const one = chance.of(numbers, undefined as never);
    if (!one) return input;
    return input.slice(0, one.index) + chance.of(NUMBERS, '0') + input.slice(one.index + one[0].length);
  },
  (input, chance) => {
    const at = cutAt(input, chance);
    const char = input.charCodeAt(at);
    if (Number.isNaN(char)) return input;
    return input.slice(0, at) + String.fromCharCode(char ^ (1 << chance.below(8))) + input.slice(at + 1);
  },
];

/** One to eight changes. */
export function mutated(input: string, chance: Chance, words: readonly string[], others: readonly string[]): string {
  let text = input;
  for (let i = chance.below(8); i >= 0; i--) text = chance.of(MUTATIONS, (same) => same)(text, chance, words, others);
  return text.slice(0, MAX_LENGTH);
}

/** A word, or two, over and over, between two others: what is worse than linear shows. */
export function endless(chance: Chance, words: readonly string[], length: number): string {
  const all = [...words, ...BYTES];
  const word = chance.of(all, ' ') + (chance.below(2) === 0 ? '' : chance.of(all, ' '));
  const before = chance.below(3) === 0 ? '' : chance.of(all, '') + (chance.below(2) === 0 ? '' : chance.of(all, ''));
  const after = chance.below(3) === 0 ? '' : chance.of(all, '');
  return before + word.repeat(Math.ceil(length / Math.max(1, word.length))) + after;
}
