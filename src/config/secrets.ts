// Passwords as the configuration writes them: `env:NAME`, `file:PATH`, or the text itself (DESIGN §13).
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { errorCode } from '../lib/files.js';
import { createSecret, type Secret } from '../lib/secret.js';

/** What a password field says, before anything is looked up. */
export type SecretReference =
  | { readonly source: 'env'; readonly name: string }
  | { readonly source: 'file'; readonly path: string }
  | { readonly source: 'inline'; readonly text: string };

/** Why a secret cannot be had, worded to follow the field's name. */
export class SecretError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SecretError';
  }
}

/** Relative paths are relative to `baseDir`. */
export function parseSecretReference(text: string, baseDir: string): SecretReference {
  if (text.startsWith('env:')) return { source: 'env', name: text.slice(4) };
  if (text.startsWith('file:')) return { source: 'file', path: resolve(baseDir, text.slice(5)) };
  return { source: 'inline', text };
}

/** The first line of the file. @throws {SecretError} */
export function readSecretFile(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT')
      throw new SecretError(`names the file ${path}, which does not exist: write the password into it`, {
        cause: error,
      });
    throw new SecretError(`names the file ${path}, which cannot be read (${code ?? 'unknown error'})`, {
      cause: error,
    });
  }
  const line = text.replace(/^\ufeff/, '').split(/\r?\n/)[0] ?? '';
  if (line === '')
    throw new SecretError(`names the file ${path}, whose first line is empty: write the password into it`);
  return line;
}

function readVariable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new SecretError(
      `names the environment variable ${name}, which is not set: set it where the gateway is started`,
    );
  }
  return value;
}

/** What the file says when it is asked: a corrected password needs no restart. While it cannot be read, what it said last. */
function rereadFile(path: string): () => string {
  let last = readSecretFile(path);
  return () => {
    try {
      last = readSecretFile(path);
    } catch {
      // Somebody is writing it just now.
    }
    return last;
  };
}

/** Looks the secret up now (a file again whenever it is revealed), or (when `lazy`) only then. @throws {SecretError} */
export function resolveSecret(reference: SecretReference, lazy: boolean): Secret {
  switch (reference.source) {
    case 'inline':
      return createSecret('inline', reference.text);
    case 'env':
      return createSecret('env', lazy ? () => readVariable(reference.name) : readVariable(reference.name));
    case 'file':
      return createSecret('file', lazy ? () => readSecretFile(reference.path) : rereadFile(reference.path));
  }
}

/** 0 for a file that cannot be looked at: reading it says what is wrong. */
function modeOf(path: string): number {
  try {
    return statSync(path).mode;
  } catch {
    return 0;
  }
}

/** What is unwise about where a secret is kept, worded to follow the field's name; undefined when nothing is. */
export function secretWarning(reference: SecretReference): string | undefined {
  if (reference.source === 'inline') {
    return 'stands in the configuration itself, readable to whoever gets the file: "env:NAME" or "file:PATH" is safer';
  }
  if (reference.source === 'file' && process.platform !== 'win32') {
    if (modeOf(reference.path) & 0o077)
      return `is in ${reference.path}, which other users of this machine can read: chmod 600 ${reference.path}`;
  }
  return undefined;
}
