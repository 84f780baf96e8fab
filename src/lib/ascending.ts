/** Index of the first element ≥ `value` in an ascending array; its length when there is none. */
export function lowerBound(ascending: Uint32Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the value in an ascending array, or -1. */
export function indexIn(ascending: Uint32Array, value: number): number {
  const index = lowerBound(ascending, value);
  return ascending[index] === value ? index : -1;
}
