// How an upstream differs from a plain, correct IMAP4rev1 server: one documented field a difference (providers.md §12).
// A new switch costs its field here, its default below, its line in quirks-schema.ts, and the one place that obeys it;
// test/unit/demo/each-quirk.test.ts asks for what it changes.

export interface Quirks {
  /** The words CAPABILITY and the greeting's code tell before the login; undefined: the personality's. */
  readonly greetingCaps: string | undefined;
  /** The words after the login; undefined: the personality's. */
  readonly postLoginCaps: string | undefined;
  /** The greeting is `* BYE` with this text, and the connection ends. */
  readonly byeAtOnce: string | undefined;
  /** So many answers of a connection are NO or BAD, then it is ended with BYE and the text. */
  readonly byeAfterErrors: { readonly errors: number; readonly text: string } | undefined;
  /** Passwords are refused with this text, and the connection ends with BYE. */
  readonly passwordsRefused: string | undefined;
  /**
   * Tokens are taken for XOAUTH2 and OAUTHBEARER, where they are advertised, and are good for so many seconds. The account's
   * token endpoint gives them for its refresh token. Undefined: there is no endpoint, and every token is refused.
   */
  readonly tokenExpiresIn: number | undefined;
  /** Each use of a refresh token gives another one, and the one used is no longer good. */
  readonly rotateRefreshToken: boolean;
  /** A token that is refused is answered with a challenge (JSON in base64) before the NO (RFC 7628 §3.2.2). */
  readonly authFailChallenge: boolean;
  /** After the login all commands are BAD with this text, and the first of them ends the connection with BYE. */
  readonly notConnected: { readonly text: string; readonly bye: string } | undefined;
  /** SELECT and EXAMINE are refused with this text until the client has sent ID. */
  readonly requireId: string | undefined;
  /** IDLE is neither advertised nor known. */
  readonly noIdle: boolean;
  /** IDLE tells nothing; the command after it does. */
  readonly silentIdle: boolean;
  /** IDLE tells no EXPUNGE; the command after it does. */
  readonly noExpungeInIdle: boolean;
  /** IDLE tells no flags of messages it has told of; the command after it does. */
  readonly noFlagsInIdle: boolean;
  /** A connection without a command for so long is ended with BYE. IDLE is such a command once, when it begins. */
  readonly idleTimeoutMs: number | undefined;
  /** NOOP does not start that time anew. */
  readonly noopDoesNotKeepAlive: boolean;
  /** ENABLE does what it is asked, and says no more than OK. */
  readonly enableWithoutEnabledReply: boolean;
  /** ENABLE takes IMAP4rev2, advertised or not; from then on SEARCH finds nothing and LSUB is BAD. */
  readonly brokenRev2: boolean;
  /** STATUS leaves out these items. */
  readonly statusOmits: readonly string[];
  /** SELECT shows only so many messages, the newest; STATUS counts all. */
  readonly selectCap: number | undefined;
  /** SEARCH, FETCH, STORE, COPY and MOVE take the last so many of the messages they are asked about (RFC 9738); COPY says OK. */
  readonly messageLimit: number | undefined;
  /** FETCH of more than `messageLimit` messages is BAD with this text. */
  readonly messageLimitBad: string | undefined;
  /** COPYUID has empty sets. */
  readonly emptyCopyuid: boolean;
  /** COPYUID of several messages has the right uids in the wrong order. */
  readonly permutedCopyuid: boolean;
  /** VANISHED gives one range, over what is still there too. */
  readonly malformedVanished: boolean;
  /** The answer to a search with RETURN is a COUNT, whatever was asked for. */
  readonly esearchCountsOnly: boolean;
  /** For these uids BODY.PEEK[] is answered OK without a FETCH, and BODY[] gives a stand-in. */
  readonly peekReturnsNothing: readonly number[];
  /** APPEND of a message that does not end with CRLF is BAD with this text. */
  readonly appendNeedsLineEnd: string | undefined;
  /** APPEND keeps another message than it is given: no `X-` fields, one of the server's own. */
  readonly rewritesAppend: boolean;
  /** MOVE to the Trash is carried out, and the connection ends without an answer. */
  readonly autoTrashDisconnect: boolean;
  /** Mail older than so many days leaves the view as if it were expunged, and is not deleted. */
  readonly visibleDays: number | undefined;
  /** Mailboxes get new uids now and then. */
  readonly renumberUids: RenumberQuirk | undefined;
  /** So many commands of all connections together, then each is answered NO with the text, for so long. */
  readonly throttleAfter: { readonly commands: number; readonly text: string; readonly forMs: number } | undefined;
  /** So many bytes to clients, or from them in APPEND, then commands are answered NO with the text until somebody lifts it. */
  readonly bandwidth: { readonly downBytes: number; readonly upBytes: number; readonly text: string } | undefined;
  /** More logins within that time, right or wrong, are refused with the text. */
  readonly loginFrequencyLimit:
    | { readonly logins: number; readonly withinMs: number; readonly text: string }
    | undefined;
  /** A login beyond so many connections at a time is refused with the text. */
  readonly maxConnections: { readonly count: number; readonly text: string } | undefined;
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
  /** Search keys that are answered BAD, or NO, with the text. */
  readonly searchBad: { readonly keys: readonly string[]; readonly text: string; readonly status?: 'NO' } | undefined;
  /** SEARCH takes no charset but US-ASCII. */
  readonly searchAsciiOnly: boolean;
  /** Texts of SEARCH match whole words only. */
  readonly searchWholeWords: boolean;
  /** One mail, many mailboxes (Gmail): undefined is a plain store. */
  readonly labelStore: LabelStoreQuirks | undefined;
  /** False: PERMANENTFLAGS has no `\*`, and keywords other than `keptKeywords` are dropped. */
  readonly keepsKeywords: boolean;
  /** PERMANENTFLAGS has `\*` all the same where `keepsKeywords` is false. */
  readonly claimsKeywords: boolean;
  /** System flags that PERMANENTFLAGS does not list, and that are dropped. */
  readonly unkeptFlags: readonly string[];
  /** Every message is \Recent to every session. */
  readonly allRecent: boolean;
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
  /** Mailboxes that are there and that no IMAP command sees. */
  readonly hiddenMailboxes: readonly string[];
  /** Mailbox names that CREATE refuses, with the text of the NO. */
  readonly reservedNames: { readonly names: readonly string[]; readonly text: string } | undefined;
  /** What the submission server does with a copy of what it sends: nothing, or files it, with a Message-ID of its own. */
  readonly savesSent: 'no' | 'asItIs' | 'newMessageId';
  /** How long after the 250 that copy is there. */
  readonly savesSentAfterMs: number;
  /** A sender other than the login is refused at MAIL FROM, refused after DATA, or rewritten. */
  readonly foreignFrom: ForeignFrom;
  /** So many messages are taken for delivery, then each is refused after DATA. */
  readonly sendingLimit: { readonly messages: number; readonly code: number; readonly text: string } | undefined;
  /** RFC822.SIZE differs from the message's length by so many bytes. */
  readonly sizeLies: number;
}

/** When, and how. Connections that have the mailbox selected are ended with BYE. */
export interface RenumberQuirk {
  /** At every so many SELECTs or EXAMINEs of a mailbox. */
  readonly everySelects: number;
  readonly uidValidity: 'new' | 'same';
  /** `compact`: from 1, so that a uid may come to mean another mail; `above`: all of them new. */
  readonly uids: 'compact' | 'above';
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
  greetingCaps: undefined,
  postLoginCaps: undefined,
  byeAtOnce: undefined,
  byeAfterErrors: undefined,
  passwordsRefused: undefined,
  tokenExpiresIn: undefined,
  rotateRefreshToken: false,
  authFailChallenge: false,
  notConnected: undefined,
  requireId: undefined,
  noIdle: false,
  silentIdle: false,
  noExpungeInIdle: false,
  noFlagsInIdle: false,
  idleTimeoutMs: undefined,
  noopDoesNotKeepAlive: false,
  enableWithoutEnabledReply: false,
  brokenRev2: false,
  statusOmits: [],
  selectCap: undefined,
  messageLimit: undefined,
  messageLimitBad: undefined,
  emptyCopyuid: false,
  permutedCopyuid: false,
  malformedVanished: false,
  esearchCountsOnly: false,
  peekReturnsNothing: [],
  appendNeedsLineEnd: undefined,
  rewritesAppend: false,
  autoTrashDisconnect: false,
  visibleDays: undefined,
  renumberUids: undefined,
  throttleAfter: undefined,
  bandwidth: undefined,
  loginFrequencyLimit: undefined,
  maxConnections: undefined,
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
  claimsKeywords: false,
  unkeptFlags: [],
  allRecent: false,
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
  hiddenMailboxes: [],
  reservedNames: undefined,
  savesSent: 'no',
  savesSentAfterMs: 0,
  foreignFrom: { is: 'allowed' },
  sendingLimit: undefined,
  sizeLies: 0,
};
