// What a provider is, as data: no provider has code of its own (STYLE §1).
import type { Remedy } from '../../mail/errors.js';
import type { Role } from '../../mail/roles.js';
import type { ProviderTraits } from '../connector.js';
import type { ServerText } from './texts.js';

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
  /** Most messages one command may name, and one SEARCH gives (RFC 9738; MESSAGELIMIT in CAPABILITY counts before it). */
  readonly messageLimit: number | undefined;
  /** APPEND of a message that does not end with CRLF is refused: it gets one. */
  readonly appendNeedsLineEnd: boolean;
  /** False: COPYUID of more than one message is permuted or wrong, so pairs are told for single messages only. */
  readonly trustsCopyUid: boolean;
  /** False: new keywords are dropped without a word, whatever PERMANENTFLAGS says; those it lists are kept. */
  readonly trustsNewKeywords: boolean;
  /** False: CONDSTORE is advertised but its modseqs cannot be relied on. */
  readonly trustsCondstore: boolean;
  /** False: QRESYNC is advertised but its VANISHED cannot be relied on. */
  readonly trustsQresync: boolean;
  /** Words of CAPABILITY that are taken as not said. */
  readonly ignoredCapabilities: readonly string[];
  /** ID is sent again after login, whatever the server answered before it. */
  readonly idAfterLogin: boolean;
  /** NOOP does not reset the server's idle timer: polling also sends STATUS. */
  readonly statusKeepsAlive: boolean;
  /** Not earlier than this after a refused login may it be tried again; undefined: core's own rule. */
  readonly loginRetryMs: number | undefined;
  /** What it wants of who signs in, where that differs from what many want. */
  readonly signInRemedy?: Remedy;
  /** Roles by mailbox name (NFC, lower case), where LIST says nothing. Of two names of a role the earlier wins. */
  readonly rolesByName: ReadonlyMap<string, Role>;
  /** What its refusals mean; the first line that fits counts. */
  readonly texts: readonly ServerText[];
}

/** One provider: where it is, whose addresses it serves, how it behaves. */
export interface Provider {
  readonly name: string;
  /** Domains of the addresses it serves, lower case. */
  readonly domains: readonly string[];
  /** Found in the greeting, ID reply or capabilities of its servers, and of no others: they may serve other domains too. */
  readonly sign?: RegExp;
  readonly imap: Endpoint | undefined;
  readonly smtp: Endpoint | undefined;
  readonly traits: ConnectorTraits;
}
