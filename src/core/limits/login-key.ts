// Tells one login from another without keeping it: a refused one is not tried again over a restart, a corrected one is.
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

export interface LoginKey {
  /** Salt and salted hash of the login as it is configured now. */
  current(): Promise<string>;
  /** Whether that is the login this key was made of. */
  matches(key: string): Promise<boolean>;
}

/** @param login server, user name and password, asked for when needed; undefined: it is always the same */
export function createLoginKey(login: (() => readonly string[]) | undefined): LoginKey {
  const hash = (salt: Buffer) =>
    new Promise<Buffer>((resolve, reject) =>
      scrypt((login?.() ?? []).join('\0'), salt, 32, (error, key) => (error ? reject(error) : resolve(key))),
    );
  return {
    current: async () => {
      const salt = randomBytes(16);
      return `${salt.toString('hex')}:${(await hash(salt)).toString('hex')}`;
    },
    matches: async (key) => {
      const [salt = '', expected = ''] = key.split(':').map((part) => Buffer.from(part, 'hex'));
      const made = await hash(Buffer.from(salt));
      return made.byteLength === expected.length && timingSafeEqual(made, Buffer.from(expected));
    },
  };
}
