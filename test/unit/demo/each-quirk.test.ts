// Every switch, on and off: one line of this table each, and what a server says with it on and not with it off.
import { expect, test } from 'vitest';
import { QUIRK_NAMES, type Quirks } from '../../../src/demo/index.js';
import { NO_QUIRKS } from '../../../src/demo/quirks.js';
import { letter, type RunningDemo, runDemo } from './demo-server.js';
import {
  ask,
  LABELS,
  longLine,
  onlyNoops,
  refresh,
  refusedToken,
  SIGN_IN_MS,
  selected,
  sent,
  sentByEve,
  sentCopies,
  signedIn,
  silent,
  toldWhileIdle,
  withField,
  withOldMail,
  withoutLineEnd,
  withToken,
  XOAUTH2,
} from './quirk-dialogues.js';

interface QuirkRow {
  readonly on: Partial<Quirks>;
  /** What both servers have besides. */
  readonly also?: Partial<Quirks>;
  /** IMAP commands behind the login, or what else is done; its answers. */
  readonly dialogue: readonly string[] | ((demo: RunningDemo) => Promise<string>);
  readonly says: RegExp;
  /** Cannot be turned while the server runs. */
  readonly isAtStart?: true;
}

const text = 'Not now.';
const ROWS: Readonly<Record<keyof Quirks, QuirkRow>> = {
  greetingCaps: {
    on: { greetingCaps: 'IMAP4rev1 ODD' },
    dialogue: ['CAPABILITY'],
    says: /^\* CAPABILITY IMAP4rev1 ODD$/m,
  },
  postLoginCaps: { on: { postLoginCaps: 'IMAP4 ODD' }, dialogue: signedIn('CAPABILITY'), says: /CAPABILITY IMAP4 ODD/ },
  byeAtOnce: { on: { byeAtOnce: text }, dialogue: [], says: /^\* BYE Not now\.\nGONE$/ },
  byeAfterErrors: {
    on: { byeAfterErrors: { errors: 2, text } },
    dialogue: signedIn('NONSENSE', 'NONSENSE'),
    says: /\nBAD .*\nBAD .*\n\* BYE Not now\.\nGONE$/,
  },
  passwordsRefused: { on: { passwordsRefused: text }, dialogue: signedIn(), says: /\nNO Not now\.\n\* BYE .*\nGONE$/ },
  tokenExpiresIn: {
    on: { tokenExpiresIn: 60 },
    also: XOAUTH2,
    isAtStart: true,
    dialogue: withToken,
    says: /\nOK User logged in/,
  },
  rotateRefreshToken: {
    on: { rotateRefreshToken: true },
    also: { tokenExpiresIn: 60 },
    isAtStart: true,
    dialogue: async (demo) => {
      const { refreshToken = '' } = demo.access.oauth ?? {};
      return (await refresh(demo, refreshToken)) + (await refresh(demo, refreshToken));
    },
    says: /"refresh_token":".*invalid_grant/,
  },
  authFailChallenge: {
    on: { authFailChallenge: true },
    also: XOAUTH2,
    dialogue: refusedToken,
    says: /^\+ eyJzdGF0dXMi\S+\nA1 NO /,
  },
  notConnected: {
    on: { notConnected: { text: 'User is authenticated but not connected.', bye: 'Connection closed. 14' } },
    dialogue: selected(),
    says: /\nOK .*\nBAD User is authenticated but not connected\.\n\* BYE Connection closed\. 14\nGONE$/,
  },
  requireId: {
    on: { requireId: text },
    dialogue: selected('ID NIL', 'SELECT INBOX'),
    says: /NO Not now\.[\s\S]*READ-WRITE/,
  },
  noIdle: { on: { noIdle: true }, dialogue: signedIn('CAPABILITY'), says: /^(?![\s\S]* IDLE)/ },
  silentIdle: { on: { silentIdle: true }, dialogue: (demo) => toldWhileIdle(demo, 150), says: /^\+ idling\nSILENCE$/ },
  noExpungeInIdle: {
    on: { noExpungeInIdle: true },
    dialogue: toldWhileIdle,
    says: /^(?![\s\S]*EXPUNGE|[\s\S]*VANISHED)/,
  },
  noFlagsInIdle: { on: { noFlagsInIdle: true }, dialogue: toldWhileIdle, says: /^(?![\s\S]*FETCH)/ },
  idleTimeoutMs: { on: { idleTimeoutMs: SIGN_IN_MS }, dialogue: silent, says: /^\* BYE Idle for too long$/ },
  noopDoesNotKeepAlive: {
    on: { noopDoesNotKeepAlive: true },
    also: { idleTimeoutMs: SIGN_IN_MS },
    dialogue: onlyNoops,
    says: /GONE/,
  },
  enableWithoutEnabledReply: {
    on: { enableWithoutEnabledReply: true },
    dialogue: signedIn('ENABLE CONDSTORE'),
    says: /^(?![\s\S]*\* ENABLED)/,
  },
  brokenRev2: {
    on: { brokenRev2: true },
    dialogue: selected('ENABLE IMAP4rev2', 'SEARCH ALL', 'LSUB "" "*"'),
    says: /ENABLED IMAP4REV2[\s\S]*ESEARCH \(TAG "P4"\)\n[\s\S]*BAD/,
  },
  statusOmits: {
    on: { statusOmits: ['UIDNEXT'] },
    dialogue: signedIn('STATUS INBOX (MESSAGES UIDNEXT)'),
    says: /\(MESSAGES 3\)/,
  },
  selectCap: { on: { selectCap: 2 }, dialogue: selected(), says: /\* 2 EXISTS/ },
  messageLimit: {
    on: { messageLimit: 2 },
    dialogue: selected('UID SEARCH ALL'),
    says: /SEARCH 2 3\nOK \[MESSAGELIMIT 2 2\]/,
  },
  messageLimitBad: {
    on: { messageLimitBad: text },
    also: { messageLimit: 2 },
    dialogue: selected('FETCH 1:3 (UID)', 'FETCH 2:3 (UID)'),
    says: /\nBAD Not now\.\n\* 2 FETCH/,
  },
  emptyCopyuid: { on: { emptyCopyuid: true }, dialogue: selected('COPY 1 Archive'), says: /OK \[COPYUID \d+ {2}\]/ },
  permutedCopyuid: {
    on: { permutedCopyuid: true },
    dialogue: selected('COPY 1:3 Archive'),
    says: /COPYUID \d+ 1:3 2:3,1\]/,
  },
  malformedVanished: {
    on: { malformedVanished: true },
    dialogue: selected('ENABLE QRESYNC', 'STORE 1,3 +FLAGS.SILENT (\\Deleted)', 'EXPUNGE'),
    says: /VANISHED 1:3/,
  },
  esearchCountsOnly: {
    on: { esearchCountsOnly: true },
    dialogue: selected('SEARCH RETURN (ALL) ALL'),
    says: /ESEARCH .* COUNT 3$/m,
  },
  peekReturnsNothing: {
    on: { peekReturnsNothing: [2] },
    dialogue: selected('FETCH 2 BODY.PEEK[]', 'FETCH 2 BODY[]'),
    says: /\nOK FETCH.*\n\* 2 FETCH [\s\S]*Retrieval using the IMAP4 protocol failed/,
  },
  appendNeedsLineEnd: { on: { appendNeedsLineEnd: text }, dialogue: withoutLineEnd, says: /^BAD Not now\.$/ },
  rewritesAppend: {
    on: { rewritesAppend: true },
    dialogue: withField,
    says: /^(?![\s\S]*X-Kept)[\s\S]*X-MS-Has-Attach/,
  },
  autoTrashDisconnect: { on: { autoTrashDisconnect: true }, dialogue: selected('MOVE 1 Trash'), says: /GONE$/ },
  visibleDays: { on: { visibleDays: 30 }, dialogue: withOldMail, says: /\* 3 EXISTS/ },
  renumberUids: {
    on: { renumberUids: { everySelects: 1, uidValidity: 'same', uids: 'above' } },
    dialogue: selected('UID SEARCH ALL'),
    says: /SEARCH 4 5 6/,
  },
  throttleAfter: {
    on: { throttleAfter: { commands: 1, text, forMs: 60_000 } },
    dialogue: signedIn('NOOP', 'NOOP'),
    says: /\nNO Not now\./,
  },
  bandwidth: {
    on: { bandwidth: { downBytes: 100, upBytes: 1_000, text } },
    dialogue: selected('FETCH 1:* (UID FLAGS)', 'NOOP'),
    says: /\nNO Not now\.$/,
  },
  loginFrequencyLimit: {
    on: { loginFrequencyLimit: { logins: 0, withinMs: 60_000, text } },
    dialogue: signedIn(),
    says: /\nNO Not now\./,
  },
  maxConnections: { on: { maxConnections: { count: 0, text } }, dialogue: signedIn(), says: /\nNO Not now\./ },
  ascendingSetsOnly: {
    on: { ascendingSetsOnly: text },
    dialogue: selected('UID FETCH 3:1 (UID)'),
    says: /\nBAD Not now\./,
  },
  dropLongLines: { on: { dropLongLines: 500 }, dialogue: longLine, says: /^L2/ },
  refuseLongLines: { on: { refuseLongLines: { bytes: 500, text } }, dialogue: longLine, says: /^L1 BAD Not now\./ },
  searchIgnoresTexts: {
    on: { searchIgnoresTexts: true },
    dialogue: selected('SEARCH SUBJECT zebra'),
    says: /SEARCH 1 2 3/,
  },
  searchIgnoresGroups: { on: { searchIgnoresGroups: true }, dialogue: selected('SEARCH (SEEN)'), says: /SEARCH 1 2 3/ },
  searchBad: {
    on: { searchBad: { keys: ['TEXT'], text } },
    dialogue: selected('SEARCH TEXT x'),
    says: /\nBAD Not now\./,
  },
  searchAsciiOnly: {
    on: { searchAsciiOnly: true },
    dialogue: selected('SEARCH CHARSET UTF-8 ALL'),
    says: /BADCHARSET/,
  },
  searchWholeWords: { on: { searchWholeWords: true }, dialogue: selected('SEARCH SUBJECT umber'), says: /SEARCH$/m },
  labelStore: {
    on: { labelStore: LABELS },
    isAtStart: true,
    dialogue: selected('STORE 1 +FLAGS (\\Deleted)', 'NOOP'),
    says: /\* 1 EXPUNGE/,
  },
  keepsKeywords: {
    on: { keepsKeywords: false },
    dialogue: selected('STORE 1 +FLAGS (Later)'),
    says: /^(?![\s\S]*\\\*)(?![\s\S]*Later)/,
  },
  claimsKeywords: {
    on: { claimsKeywords: true },
    also: { keepsKeywords: false },
    dialogue: selected('STORE 1 +FLAGS (Later)'),
    says: /^(?=[\s\S]*\\\*)(?![\s\S]*Later)/,
  },
  keptKeywords: {
    on: { keptKeywords: ['Later'] },
    also: { keepsKeywords: false },
    dialogue: selected('STORE 1 +FLAGS (Later)'),
    says: /PERMANENTFLAGS \(.* Later\)[\s\S]*FETCH \(FLAGS \(.*Later/,
  },
  unkeptFlags: {
    on: { unkeptFlags: ['\\Flagged'] },
    dialogue: selected('STORE 1 +FLAGS (\\Flagged \\Seen)'),
    says: /PERMANENTFLAGS \((?!.*Flagged)[\s\S]*FETCH \(FLAGS \(\\Seen( \\Recent)?\)/,
  },
  allRecent: {
    on: { allRecent: true },
    dialogue: selected('UNSELECT', 'SELECT INBOX'),
    says: /3 RECENT[\s\S]*3 RECENT/,
  },
  examineOmitsPermanentFlags: {
    on: { examineOmitsPermanentFlags: true },
    dialogue: signedIn('EXAMINE INBOX'),
    says: /^(?![\s\S]*PERMANENTFLAGS)/,
  },
  bareSelectCodes: { on: { bareSelectCodes: ['UNSEEN'] }, dialogue: selected(), says: /\* OK \[UNSEEN 1\]$/m },
  unseenIsCount: { on: { unseenIsCount: true }, dialogue: selected(), says: /\[UNSEEN 3\]/ },
  statusTrailingSpace: {
    on: { statusTrailingSpace: true },
    dialogue: signedIn('STATUS INBOX (MESSAGES)'),
    says: /\) $/m,
  },
  fetchOrderReversed: {
    on: { fetchOrderReversed: true },
    dialogue: selected('FETCH 1 (UID INTERNALDATE)'),
    says: /\(INTERNALDATE .* UID 1\)/,
  },
  listAttributes: { on: { listAttributes: false }, dialogue: signedIn('LIST "" "*"'), says: /^(?![\s\S]*\\Sent)/ },
  listUnquoted: { on: { listUnquoted: true }, dialogue: signedIn('LIST "" "*"'), says: /"\/" Archive$/m },
  inboxName: { on: { inboxName: 'Inbox' }, dialogue: signedIn('LIST "" "*"'), says: /"Inbox"/ },
  noselect: { on: { noselect: '\\NoSelect' }, dialogue: signedIn('LIST "" ""'), says: /\\NoSelect/ },
  hiddenMailboxes: {
    on: { hiddenMailboxes: ['Archive'] },
    dialogue: signedIn('LIST "" "*"', 'SELECT Archive'),
    says: /^(?![\s\S]*"Archive")[\s\S]*\nNO \[NONEXISTENT\]/,
  },
  reservedNames: {
    on: { reservedNames: { names: ['Files'], text } },
    dialogue: signedIn('CREATE Files'),
    says: /\nNO Not now\./,
  },
  savesSent: {
    on: { savesSent: 'newMessageId' },
    dialogue: sentCopies,
    says: /X-Microsoft-Original-Message-ID: <own@a\.test>/,
  },
  savesSentAfterMs: {
    on: { savesSentAfterMs: 60_000 },
    also: { savesSent: 'asItIs' },
    dialogue: sentCopies,
    says: /^(?![\s\S]*own@a\.test)/,
  },
  foreignFrom: {
    on: { foreignFrom: { is: 'refusedAtMail', code: 553, text } },
    dialogue: sentByEve,
    says: /^553 Not now\./,
  },
  sendingLimit: { on: { sendingLimit: { messages: 0, code: 550, text } }, dialogue: sent, says: /^550 Not now\./ },
  sizeLies: { on: { sizeLies: 7_000 }, dialogue: selected('FETCH 1 (RFC822.SIZE)'), says: /RFC822\.SIZE 7\d{3}/ },
};

async function saidBy(quirks: Partial<Quirks>, { also, dialogue, isAtStart }: QuirkRow): Promise<string> {
  const wanted = { ...also, ...quirks };
  const demo = await runDemo('fastmail', isAtStart ? { ...NO_QUIRKS, ...wanted } : NO_QUIRKS);
  const filling = await demo.login();
  for (let i = 1; i <= 3; i += 1) await filling.append('INBOX', letter(`number ${i}`));
  filling.close();
  const { labelStore: _, ...changeable } = wanted;
  demo.hand.change(changeable);
  return typeof dialogue === 'function' ? dialogue(demo) : ask(demo, dialogue);
}

test('each has its line here, its default and its place in the JSON', () => {
  expect(Object.keys(ROWS).sort()).toEqual(Object.keys(NO_QUIRKS).sort());
  expect([...QUIRK_NAMES].sort()).toEqual(Object.keys(NO_QUIRKS).sort());
});

test.each(Object.entries(ROWS))('%s', async (_, row) => {
  expect(await saidBy(row.on, row)).toMatch(row.says);
  expect(await saidBy({}, row)).not.toMatch(row.says);
});
