// Access tokens of a demo account (RFC 6749 §6, RFC 6750), and the words in which a client shows one (providers.md §9).
import { randomBytes } from 'node:crypto';
import type { DemoAccount } from './store/account.js';

/** What the token endpoint answers a refresh with (RFC 6749 §5.1). */
export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  /** Seconds. */
  readonly expires_in: number;
  /** Only where each use gives another one. */
  readonly refresh_token?: string;
}

const SCOPE = 'mail';

export class TokenOffice {
  readonly #account: DemoAccount;
  readonly #goodUntil = new Map<string, number>();
  #refreshToken = randomBytes(16).toString('base64url');

  constructor(account: DemoAccount) {
    this.#account = account;
  }

  /** The one that is good now. */
  get refreshToken(): string {
    return this.#refreshToken;
  }

  /** Undefined for a refresh token that is not good (any more), and where no token is taken: `invalid_grant`. */
  refresh(refreshToken: string): TokenAnswer | undefined {
    const { rotateRefreshToken, tokenExpiresIn } = this.#account.personality.quirks;
    if (refreshToken !== this.#refreshToken || tokenExpiresIn === undefined) return undefined;
    const access_token = randomBytes(24).toString('base64url');
    this.#goodUntil.set(access_token, Date.now() + tokenExpiresIn * 1000);
    const answer = { access_token, token_type: 'Bearer', expires_in: tokenExpiresIn } as const;
    if (!rotateRefreshToken) return answer;
    this.#refreshToken = randomBytes(16).toString('base64url');
    return { ...answer, refresh_token: this.#refreshToken };
  }

  isGood(accessToken: string): boolean {
    return (this.#goodUntil.get(accessToken) ?? 0) > Date.now();
  }

  /** As if the user had changed the password: no token is good any more, and a new sign-in gave this refresh token. */
  revoke(): string {
    this.#goodUntil.clear();
    this.#refreshToken = randomBytes(16).toString('base64url');
    return this.#refreshToken;
  }

  /** What is wrong, in base64 (RFC 7628 §3.2.2). */
  challenge(): string {
    return Buffer.from(JSON.stringify({ status: '401', schemes: 'bearer', scope: SCOPE })).toString('base64');
  }
}

/** `user=…^Aauth=Bearer …^A^A` (XOAUTH2) or `n,a=…,^Ahost=…^Aauth=Bearer …^A^A` (OAUTHBEARER); '' for what is missing. */
export function readBearer(response: string): { readonly user: string; readonly accessToken: string } {
  const user = /^(?:user=([^\x01]*)\x01|n,a=([^,\x01]*),\x01)/.exec(response);
  const accessToken = /\x01auth=Bearer ([^\x01]+)\x01/i.exec(response)?.[1] ?? '';
  return { user: user?.[1] ?? user?.[2] ?? '', accessToken };
}
