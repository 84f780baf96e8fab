/** The bench cannot go on, or a step has not done what it should; the text says which. */
export class BenchError extends Error {
  override readonly name = 'BenchError';
}
