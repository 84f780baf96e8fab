// How an upstream differs from a plain, correct IMAP4rev1 server: one documented field a difference (providers.md §12).
// A new switch costs its field here, its default below, and the one place that obeys it.

export interface Quirks {
  /** A sequence set that is not ascending is answered BAD with this text. */
  readonly ascendingSetsOnly: string | undefined;
  /** A command line longer than this many bytes is dropped without any answer. */
  readonly dropLongLines: number | undefined;
  /** A command line longer than this is answered BAD with the text. */
  readonly refuseLongLines: { readonly bytes: number; readonly text: string } | undefined;
  /** Text criteria of SEARCH (FROM, SUBJECT, HEADER …) are taken and ignored: they match everything. */
  readonly searchIgnoresTexts: boolean;
  /** So are criteria in parentheses. */
  readonly searchIgnoresGroups: boolean;
  /** Search keys that are answered BAD with the text. */
  readonly searchBad: { readonly keys: readonly string[]; readonly text: string } | undefined;
  /** SEARCH takes no charset but US-ASCII. */
  readonly searchAsciiOnly: boolean;
  /** Texts of SEARCH match whole words only. */
  readonly searchWholeWords: boolean;
  /** One mail, many mailboxes (Gmail): undefined is a plain store. */
  readonly labelStore: LabelStoreQuirks | undefined;
  /** False: PERMANENTFLAGS has no `\*`, and keywords other than `keptKeywords` are dropped. */
  readonly keepsKeywords: boolean;
  /** Keywords that are listed in FLAGS and PERMANENTFLAGS. */
  readonly keptKeywords: readonly string[];
  /** EXAMINE tells no PERMANENTFLAGS. */
  readonly examineOmitsPermanentFlags: boolean;
  /** Response codes in SELECT's untagged OKs come without a text behind them. */
  readonly bareSelectCodes: readonly string[];
  /** `[UNSEEN n]` tells how many are unseen, not which is the first. */
  readonly unseenIsCount: boolean;
  /** STATUS responses end in a space. */
  readonly statusTrailingSpace: boolean;
  /** FETCH items come in the order of the server's liking. */
  readonly fetchOrderReversed: boolean;
  /** LIST and XLIST carry special-use attributes, whether SPECIAL-USE is advertised or not. */
  readonly listAttributes: boolean;
  /** LIST writes names that are atoms without quotes. */
  readonly listUnquoted: boolean;
  /** LIST's spelling of INBOX. */
  readonly inboxName: string;
  /** LIST's spelling of \Noselect. */
  readonly noselect: string;
  /** Mailbox names that CREATE refuses, with the text of the NO. */
  readonly reservedNames: { readonly names: readonly string[]; readonly text: string } | undefined;
  /** What the submission server does with a copy of what it sends: nothing, or files it, with a Message-ID of its own. */
  readonly savesSent: 'no' | 'asItIs' | 'newMessageId';
  /** A sender other than the login is refused at MAIL FROM, refused after DATA, or rewritten. */
  readonly foreignFrom: ForeignFrom;
  /** RFC822.SIZE differs from the message's length by so many bytes. */
  readonly sizeLies: number;
}

export type ForeignFrom =
  | { readonly is: 'allowed' | 'rewritten' }
  | { readonly is: 'refusedAtMail' | 'refusedAfterData'; readonly code: number; readonly text: string };

/** Gmail's way to keep mail: labels, an All Mail of everything, identities (providers.md §3). */
export interface LabelStoreQuirks {
  /** \Deleted acts at once, before any EXPUNGE. */
  readonly autoExpunge: boolean;
  /** What happens to a mail that lost its last label by an expunge. */
  readonly expungeBehavior: 'archive' | 'trash' | 'deleteForever';
  /** An APPEND of a Message-ID that is there already labels that mail and makes no second one. */
  readonly joinsByMessageId: boolean;
}

/** A server without any. */
export const NO_QUIRKS: Quirks = {
  ascendingSetsOnly: undefined,
  dropLongLines: undefined,
  refuseLongLines: undefined,
  searchIgnoresTexts: false,
  searchIgnoresGroups: false,
  searchBad: undefined,
  searchAsciiOnly: false,
  searchWholeWords: false,
  labelStore: undefined,
  keepsKeywords: true,
  keptKeywords: [],
  examineOmitsPermanentFlags: false,
  bareSelectCodes: [],
  unseenIsCount: false,
  statusTrailingSpace: false,
  fetchOrderReversed: false,
  listAttributes: true,
  listUnquoted: false,
  inboxName: 'INBOX',
  noselect: '\\Noselect',
  reservedNames: undefined,
  savesSent: 'no',
  foreignFrom: { is: 'allowed' },
  sizeLies: 0,
};
