// What commands see of a client's session.
import type { Limits } from './limits.js';
import type { DemoAccount } from './store/account.js';
import type { TokenOffice } from './token-office.js';
import type { View } from './view.js';

export interface DemoSession {
  readonly account: DemoAccount;
  readonly password: string;
  /** Shared with the account's other connections. */
  readonly limits: Limits;
  readonly tokens: TokenOffice;
  /** Capability words, by whether somebody is signed in. */
  readonly words: ReadonlySet<string>;
  /** Of the command that is being carried out. */
  readonly tag: string;
  user: string | undefined;
  view: View | undefined;
  isEnding: boolean;
  /** The client has sent ID. */
  isIdentified: boolean;
  /** Answers tell MODSEQ (RFC 7162 §3.1). */
  condstore: boolean;
  /** VANISHED stands for EXPUNGE (RFC 7162 §3.2.3). */
  qresync: boolean;
  /** IMAP4rev2 was enabled where it is broken. */
  brokenRev2: boolean;
  /** Names are UTF-8 (RFC 6855). */
  utf8: boolean;
  /** COMPRESS was answered: what follows is deflated (RFC 4978). */
  startCompression: boolean;
  /** Drops the connection at once. */
  end(): void;
  /** A line, one char a byte; CRLF is added. */
  line(text: string): void;
  /** Writes what has been gathered, once it is enough, and waits for a slow reader. */
  pace(): Promise<void>;
  flush(): Promise<void>;
  /** `+ text`, then the client's line; undefined when it is gone. */
  ask(text: string): Promise<string | undefined>;
  /** Tells what was expunged after that modseq, of a uid set or of all (RFC 7162 §3.2.10). */
  tellVanished(sinceModseq: number, set?: string): void;
  /** Tells what has happened in the selected mailbox; flags too, unless they are left for later. */
  tell(withExpunges: boolean, withFlags?: boolean): void;
}
