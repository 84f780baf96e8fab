// What commands see of a client's session.
import type { DemoAccount } from './store/account.js';
import type { View } from './view.js';

export interface DemoSession {
  readonly account: DemoAccount;
  readonly password: string;
  /** Capability words, by whether somebody is signed in. */
  readonly words: ReadonlySet<string>;
  /** Of the command that is being carried out. */
  readonly tag: string;
  user: string | undefined;
  view: View | undefined;
  isEnding: boolean;
  /** Answers tell MODSEQ (RFC 7162 §3.1). */
  condstore: boolean;
  /** Names are UTF-8 (RFC 6855). */
  utf8: boolean;
  /** COMPRESS was answered: what follows is deflated (RFC 4978). */
  startCompression: boolean;
  /** A line, one char a byte; CRLF is added. */
  line(text: string): void;
  /** Writes what has been gathered, once it is enough, and waits for a slow reader. */
  pace(): Promise<void>;
  flush(): Promise<void>;
  /** `+ text`, then the client's line; undefined when it is gone. */
  ask(text: string): Promise<string | undefined>;
  /** Tells what has happened in the selected mailbox. */
  tell(withExpunges: boolean): void;
}
