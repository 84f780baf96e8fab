import { inspect } from 'node:util';

/** Where a secret came from: an environment variable, a file, or the text of the configuration itself. */
export type SecretSource = 'env' | 'file' | 'inline';

/** A password that cannot be printed by accident: every way of turning it into text gives `***`. */
export interface Secret {
  readonly source: SecretSource;
  /** The text itself, for the one place that needs it. */
  reveal(): string;
  toString(): string;
  toJSON(): string;
}

/** `text` may be a function that throws, for a secret that was not looked up. */
export function createSecret(source: SecretSource, text: string | (() => string)): Secret {
  return Object.freeze({
    source,
    reveal: () => (typeof text === 'string' ? text : text()),
    toString: () => '***',
    toJSON: () => '***',
    [inspect.custom]: () => '***',
  });
}
