// Who may sign in: one user name, and a password for each device (DESIGN §10).
import { join } from 'node:path';
import { nearest } from '../lib/nearest.js';
import { MASKABLE_WORDS, UNMASKABLE_WORDS } from './capability-words.js';
import { createLoginPassword, type LoginPassword } from './login-password.js';
import type { FieldPath, Problem } from './problems.js';
import type { ConfigFile } from './schema.js';
import { parseSecretReference, resolveSecret, SecretError, type SecretReference, secretWarning } from './secrets.js';

/** A password of its own for a mail program or a phone. */
export interface DeviceConfig {
  readonly name: string;
  readonly password: LoginPassword;
  /** Capability words this device is not offered, upper case. */
  readonly withoutCapabilities: readonly string[];
}

export interface LoginConfig {
  readonly user: string;
  /** Of the device that is named after the user. */
  readonly password: LoginPassword;
  /** All of them; the one named after the user first. */
  readonly devices: readonly DeviceConfig[];
}

type LoginEntry = ConfigFile['login'];

const same = (text: string): string => text.normalize('NFC').toLowerCase();

/** What is wrong with names and capability words. */
export const deviceProblems = (login: LoginEntry): Problem[] => [
  ...nameProblems(login),
  ...wordProblems(login.withoutCapabilities, ['login', 'withoutCapabilities']),
  ...login.devices.flatMap(({ withoutCapabilities }, index) =>
    wordProblems(withoutCapabilities, ['login', 'devices', index, 'withoutCapabilities']),
  ),
];

function nameProblems({ user, devices }: LoginEntry): Problem[] {
  const first = new Map([[same(user), 'login.user is called so, and is a device too']]);
  return devices.flatMap(({ name }, index): Problem[] => {
    const path = ['login', 'devices', index, 'name'];
    if (/\p{Cc}/u.test(name)) return [{ path, text: 'must not contain control characters' }];
    const earlier = first.get(same(name));
    if (earlier !== undefined)
      return [{ path, text: `${JSON.stringify(name)} is taken: ${earlier}; give each device its own name` }];
    first.set(same(name), `login.devices[${index}] is called so`);
    return [];
  });
}

function wordProblems(words: readonly string[], path: FieldPath): Problem[] {
  const seen = new Set<string>();
  return words.flatMap((word, index): Problem[] => {
    const text = wordProblem(word, seen.has(same(word)));
    seen.add(same(word));
    return text === undefined ? [] : [{ path: [...path, index], text: `${JSON.stringify(word)} ${text}` }];
  });
}

function wordProblem(word: string, isRepeated: boolean): string | undefined {
  if (isRepeated) return 'stands here a second time';
  const known = (words: Iterable<string>) => [...words].find((one) => same(one) === same(word));
  const unmaskable = known(Object.keys(UNMASKABLE_WORDS));
  if (unmaskable !== undefined) return `cannot be left out: it ${UNMASKABLE_WORDS[unmaskable]}`;
  if (known([...MASKABLE_WORDS, ...families()]) !== undefined) return undefined;
  const meant = nearest(word, MASKABLE_WORDS);
  return `is no capability this gateway knows${meant === undefined ? "; IMAP's CAPABILITY command lists them" : `: did you mean "${meant}"?`}`;
}

/** `THREAD=REFS` and its like can be left out all at once. */
const families = (): string[] =>
  MASKABLE_WORDS.filter((word) => word.includes('=')).map((word) => word.replace(/=.*/, ''));

export interface DeviceFindings {
  /** The configuration file, for error messages. */
  readonly file: string;
  readonly dataDir: string;
  /** What relative paths are relative to. */
  readonly baseDir: string;
  /** True: no secret is looked up. */
  readonly lazy: boolean;
  readonly problems: Problem[];
  readonly warnings: Problem[];
}

/** The login part of the configuration; passwords that are equal, or wisely kept elsewhere, are told in `findings`. */
export function loginConfig(login: LoginEntry, findings: DeviceFindings): LoginConfig {
  const { user, devices } = login;
  const main = { name: user, path: ['login', 'password'] as FieldPath, ...login };
  const entries = [main, ...devices.map((device, i) => ({ ...device, path: ['login', 'devices', i, 'password'] }))];
  const references = entries.map(({ password = `file:${join(findings.dataDir, 'password')}` }) =>
    parseSecretReference(password, findings.baseDir),
  );
  const [first, ...others] = entries.map(({ name, path, withoutCapabilities }, index): DeviceConfig => {
    const reference = references[index] as SecretReference;
    look(reference, references.slice(0, index), { ...findings, path, names: entries.map((entry) => entry.name) });
    const field = index === 0 ? 'login.password' : `login.devices[${index - 1}].password`;
    return {
      name,
      password: createLoginPassword(reference, findings.file, field),
      withoutCapabilities: withoutCapabilities.map((word) => word.toUpperCase()),
    };
  });
  if (!first) throw new Error('the device named after the user is missing');
  return { user, password: first.password, devices: [first, ...others] };
}

function look(
  reference: SecretReference,
  earlier: readonly SecretReference[],
  { path, names, lazy, problems, warnings }: DeviceFindings & { path: FieldPath; names: readonly string[] },
): void {
  const warning = secretWarning(reference);
  if (warning) warnings.push({ path, text: warning });
  const twin = earlier.findIndex((other) => isSamePassword(other, reference, lazy));
  if (twin < 0) return;
  problems.push({
    path,
    text: `is the password of ${JSON.stringify(names[twin])} too: the password tells the devices apart, so give each its own`,
  });
}

function isSamePassword(a: SecretReference, b: SecretReference, lazy: boolean): boolean {
  if (JSON.stringify(a) === JSON.stringify(b)) return true;
  if (lazy) return false;
  const [one, other] = [textOf(a), textOf(b)];
  return one !== undefined && one === other;
}

/** Undefined for one that cannot be had yet: a file is made at the start, and anything else is told there. */
function textOf(reference: SecretReference): string | undefined {
  try {
    return resolveSecret(reference, false).reveal().normalize('NFC');
  } catch (error) {
    if (error instanceof SecretError) return undefined;
    throw error;
  }
}
