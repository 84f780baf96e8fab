// The client's side of SCRAM-SHA-256, written from RFC 5802 §3 with nothing of the gateway's own.
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';

export interface ScramProof {
  /** client-final-message */
  readonly final: string;
  /** What the server must say to show that it knows the password. */
  readonly verifier: string;
}

const hmac = (key: Uint8Array, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** `bare` is client-first-message-bare, `serverFirst` the challenge, `cbind` the GS2 header with the channel's data. */
export function scramFinal(password: string, bare: string, serverFirst: string, cbind: Uint8Array): ScramProof {
  const [, nonce = '', salt = '', iterations = '0'] = /^r=([^,]+),s=([^,]+),i=(\d+)$/.exec(serverFirst) ?? [];
  const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(iterations), 32, 'sha256');
  const clientKey = hmac(salted, 'Client Key');
  const withoutProof = `c=${Buffer.from(cbind).toString('base64')},r=${nonce}`;
  const authMessage = `${bare},${serverFirst},${withoutProof}`;
  const signature = hmac(createHash('sha256').update(clientKey).digest(), authMessage);
  const proof = Buffer.from(clientKey.map((byte, i) => byte ^ (signature[i] ?? 0))).toString('base64');
  return {
    final: `${withoutProof},p=${proof}`,
    verifier: `v=${hmac(hmac(salted, 'Server Key'), authMessage).toString('base64')}`,
  };
}
