// The arithmetic of SCRAM-SHA-256 (RFC 5802 §3, RFC 7677).
import { createHash, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { saslPrep } from '../../lib/saslprep.js';

/** What a server keeps of a password. */
export interface ScramKeys {
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

const HASH = 'sha256';
const HASH_BYTES = 32;
const derive = promisify(pbkdf2);
const hmac = (key: Uint8Array, text: string): Buffer => createHmac(HASH, key).update(text, 'utf8').digest();

export async function scramKeys(password: string, salt: Uint8Array, iterations: number): Promise<ScramKeys> {
  const salted = await derive(saslPrep(password), salt, iterations, HASH_BYTES, HASH);
  return {
    storedKey: createHash(HASH).update(hmac(salted, 'Client Key')).digest(),
    serverKey: hmac(salted, 'Server Key'),
  };
}

/** Whether the proof was made with the password of these keys; constant time. */
export function provesPassword({ storedKey }: ScramKeys, authMessage: string, proof: Uint8Array): boolean {
  const signature = hmac(storedKey, authMessage);
  const clientKey = signature.map((byte, i) => byte ^ (proof[i] ?? 0));
  return timingSafeEqual(createHash(HASH).update(clientKey).digest(), storedKey) && proof.length === HASH_BYTES;
}

/** By which the server shows the client that it knows the password too. */
export const serverSignature = ({ serverKey }: ScramKeys, authMessage: string): Uint8Array =>
  hmac(serverKey, authMessage);
