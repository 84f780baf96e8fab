// What is known of one account's server, and how: what core stores and shows of it (providers.md §12).

/** How a trial ended; left out: it could not be tried. */
export type Verdict = 'right' | 'wrong';

/** What IDLE has been seen to tell. */
export type IdleNews = 'exists' | 'flags' | 'expunge';

/** What was found out by asking and by trying. JSON; what is not known is left out. */
export interface ProbeFacts {
  /** CAPABILITY words before and after the login. */
  readonly capabilitiesBefore?: readonly string[];
  readonly capabilities?: readonly string[];
  /** Of the ID reply (RFC 2971). */
  readonly id?: Readonly<Record<string, string>>;
  /** The personal namespace (RFC 2342). */
  readonly namespace?: { readonly prefix: string; readonly delimiter: string };
  /** Items that STATUS answers when asked for. */
  readonly status?: readonly string[];
  /** Messages of INBOX the trials were made with; with none, most could not be. */
  readonly sample?: number;
  /** SEARCH finds all there is, and nothing where there is nothing; a text in the middle of a word is found. */
  readonly searchAll?: Verdict;
  readonly searchText?: Verdict;
  /** RFC822.SIZE is the length of the message. */
  readonly sizes?: Verdict;
  readonly condstore?: Verdict;
  readonly qresync?: Verdict;
  /** COPYUID and APPENDUID are told; `copyOrder`: the pairs are the right ones. Seen in use. */
  readonly copyUid?: Verdict;
  readonly copyOrder?: Verdict;
  readonly appendUid?: Verdict;
  /** `\*` in PERMANENTFLAGS is true: a new keyword is there when it is looked for. Seen in use. */
  readonly newKeywords?: Verdict;
  /** Seen in use. */
  readonly idle?: readonly IdleNews[];
}

export type TraitSource = 'probe' | 'table' | 'config';

/** One thing the gateway goes by, and why. */
export interface TraitReport {
  readonly name: string;
  /** Anything JSON can hold. */
  readonly value: unknown;
  readonly source: TraitSource;
}

/** What one account's server is known to be like. */
export interface ServerProfile {
  /** What it called itself at the last sign-in, without what differs each time: another one has to be probed anew. */
  signature(): string;
  facts(): ProbeFacts;
  /** Rises with every change of the facts. */
  version(): number;
  /** The server is another one: what trying has shown of the old one counts no more. */
  forget(): void;
  /** What an earlier run found out. */
  recall(facts: ProbeFacts): void;
  traits(): readonly TraitReport[];
}
