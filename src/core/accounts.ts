import type { Connector, ProviderTraits } from '../upstream/connector.js';
import type { Limits } from './limits/limits.js';

/** What core knows of a configured account. */
export interface AccountSettings {
  /** The row in the store. */
  readonly id: number;
  readonly name: string;
  readonly address: string;
  /** Further addresses it may send as, lower case; the main one is included. */
  readonly identities: readonly string[];
  readonly isDefault: boolean;
  readonly traits: ProviderTraits;
  readonly connector: Connector;
  readonly limits: Limits;
  /** The local keyword that marks its messages (`$acct_qq`), '' when switched off. */
  readonly tag: string;
}

/** `QQ` → `$acct_qq`; only characters an IMAP atom may have. */
export const accountTag = (name: string): string =>
  `$acct_${
    name
      .toLowerCase()
      .normalize('NFKD')
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'account'
  }`;

/** An account as the composition root hands it over. */
export interface CoreAccount {
  readonly name: string;
  readonly address: string;
  readonly identities: readonly string[];
  readonly isDefault: boolean;
  readonly connector: Connector;
  /** What it signs in with: server, user name, password. Left out: always the same. */
  readonly login?: () => readonly string[];
  /** The user name it signs in with. */
  readonly user?: string;
}
