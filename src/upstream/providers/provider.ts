// What a provider is, as data: no provider has code of its own (STYLE §1).
import type { Role } from '../../mail/roles.js';
import type { ProviderTraits } from '../connector.js';

/** How a server is spoken to. */
export type TlsMode = 'implicit' | 'starttls' | 'none';

/** Where a provider's server listens. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsMode;
}

/** The traits core obeys, and those only the IMAP connector needs. */
export interface ConnectorTraits extends ProviderTraits {
  /** Longest command line the server takes without trouble, CRLF included. */
  readonly maxCommandBytes: number;
  /** Most messages one command may name; 0 = no limit. */
  readonly maxMessagesPerCommand: number;
  /** False: COPYUID of more than one message is permuted or wrong, so pairs are told for single messages only. */
  readonly trustsCopyUid: boolean;
  /** False: QRESYNC is advertised but its VANISHED cannot be relied on. */
  readonly trustsQresync: boolean;
  /** \Flagged given with APPEND is lost and has to be stored afterwards. */
  readonly storeFlagsAfterAppend: boolean;
  /** Roles by the last part of a mailbox's name (NFC, lower case), where LIST says nothing. */
  readonly rolesByName: ReadonlyMap<string, Role>;
}

/** One provider: where it is, whose addresses it serves, how it behaves. */
export interface Provider {
  readonly name: string;
  /** Domains of the addresses it serves, lower case. */
  readonly domains: readonly string[];
  readonly imap: Endpoint | undefined;
  readonly smtp: Endpoint | undefined;
  readonly traits: ConnectorTraits;
}
