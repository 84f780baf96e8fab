// A password mail clients use. When the configuration names a file that is not there yet, the gateway makes it.
import { randomInt } from 'node:crypto';
import { errorCode, writePrivateFile } from '../lib/files.js';
import type { Secret, SecretSource } from '../lib/secret.js';
import { ConfigError } from './problems.js';
import { readSecretFile, resolveSecret, SecretError, type SecretReference } from './secrets.js';

/** No letters or digits that look alike: a person types this into a phone. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';

/** 20 random characters in groups of five: 98 bits. */
export const randomPassword = (): string =>
  Array.from({ length: 4 }, () => Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')).join(
    '-',
  );

/** Where the password is, and how to get it. */
export interface LoginPassword {
  readonly source: SecretSource;
  /** The file it is kept in, absolute; undefined when it is kept elsewhere. */
  readonly path: string | undefined;
  /**
   * The password as it is now; a file that is missing is made with a random one (0600). Called at the gateway's start and
   * when it is told to read the password again. @throws {ConfigError}
   */
  load(): Promise<Secret>;
  /**
   * Puts a new random password into the file and returns it.
   * @throws {ConfigError} when the configuration does not keep it in a file
   */
  rotate(): Promise<Secret>;
}

/** `configFile` and `field` are for error messages. */
export function createLoginPassword(reference: SecretReference, configFile: string, field: string): LoginPassword {
  const fail = (text: string, cause?: unknown): never => {
    throw new ConfigError(configFile, [{ field, text, position: undefined }], { cause });
  };
  const write = async (path: string): Promise<void> => {
    try {
      await writePrivateFile(path, `${randomPassword()}\n`);
    } catch (error) {
      fail(`names the file ${path}, which cannot be written (${errorCode(error) ?? String(error)})`, error);
    }
  };
  const read = (): Secret => {
    try {
      return resolveSecret(reference, false);
    } catch (error) {
      return error instanceof SecretError ? fail(error.message, error) : fail(String(error), error);
    }
  };
  return {
    source: reference.source,
    path: reference.source === 'file' ? reference.path : undefined,
    async load() {
      if (reference.source === 'file' && isMissing(reference.path)) await write(reference.path);
      return read();
    },
    async rotate() {
      if (reference.source !== 'file') {
        return fail(
          reference.source === 'env'
            ? `is the environment variable ${reference.name}: change it there, or use "file:PATH"`
            : 'stands in the configuration itself: change it there, or use "file:PATH"',
        );
      }
      await write(reference.path);
      return read();
    },
  };
}

function isMissing(path: string): boolean {
  try {
    readSecretFile(path);
    return false;
  } catch (error) {
    return errorCode(error instanceof Error ? error.cause : undefined) === 'ENOENT';
  }
}
