// The shape every rig of a real IMAP server has.

export interface RealServer {
  readonly host: string;
  /** Without TLS, logins allowed. */
  readonly port: number;
  readonly delimiter: string;
  /** Of the personal namespace. */
  readonly prefix: string;
  /** Of every user. */
  readonly password: string;
  /** What the server has logged so far. */
  log(): string;
  /** Ends the server and removes its files. */
  stop(): Promise<void>;
}

export const PASSWORD = 'real-pass';
