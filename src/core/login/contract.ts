// What the front ends ask of the gateway's own login (core.ts).

/** A client's password that was accepted. */
export interface Device {
  readonly name: string;
  /** Capability words this device is not offered, upper case. */
  readonly withoutCapabilities: readonly string[];
}

export interface LoginAttempt {
  readonly user: string;
  readonly remoteAddress: string;
  /** Aborted when the client has gone: nobody waits for the answer. */
  readonly signal?: AbortSignal;
}

/** The end of a SCRAM exchange (RFC 5802 §3). */
export interface ScramAttempt extends LoginAttempt {
  readonly authMessage: string;
  readonly proof: Uint8Array;
}

/**
 * Who a client is. Comparisons take constant time. A refusal is answered after a delay that grows with every further one
 * from the same address; a right password is not delayed by others' wrong ones.
 */
export interface Login {
  /** What each device is not offered: before login, nobody knows which it is. */
  masks(): readonly Device['withoutCapabilities'][];
  /** Undefined when refused. @throws {MailboxError} UNAVAILABLE for an address that has tried too many passwords */
  verify(attempt: LoginAttempt & { readonly password: string }): Promise<Device | undefined>;
  /** What a proof is computed with; of users that do not exist too. */
  scramParameters(user: string): { readonly salt: Uint8Array; readonly iterations: number };
  /** Undefined when refused. @throws {MailboxError} as verify */
  verifyScram(
    attempt: ScramAttempt,
  ): Promise<{ readonly device: Device; readonly serverSignature: Uint8Array } | undefined>;
}
