// The capability words a device may be kept from (README, `withoutCapabilities`). What the IMAP server offers is declared
// beside the code that offers it; a test holds this list against that.

/** Words in use that are older than any device, or told before it is known which device it is. */
export const UNMASKABLE_WORDS: Readonly<Record<string, string>> = {
  IMAP4rev1: 'is what everything else stands on',
  STARTTLS: 'is told before it is known which device it is',
  LOGINDISABLED: 'is told before it is known which device it is',
  'SASL-IR': 'is told before it is known which device it is',
  'AUTH=PLAIN': 'is told before it is known which device it is',
  'AUTH=LOGIN': 'is told before it is known which device it is',
  'AUTH=SCRAM-SHA-256': 'is told before it is known which device it is',
  'AUTH=SCRAM-SHA-256-PLUS': 'is told before it is known which device it is',
};

/** IANA's spelling; a word with `=value` behind it is masked by itself, all of a kind by the part before `=`. */
export const MASKABLE_WORDS: readonly string[] = [
  ...['APPENDLIMIT', 'BINARY', 'CATENATE', 'CHILDREN', 'COMPRESS=DEFLATE', 'CONDSTORE', 'CONTEXT=SEARCH'],
  ...['CONTEXT=SORT', 'CREATE-SPECIAL-USE', 'ENABLE', 'ESEARCH', 'ESORT', 'I18NLEVEL=1', 'ID', 'IDLE', 'IMAP4rev2'],
  ...['INPROGRESS', 'LANGUAGE', 'LIST-EXTENDED', 'LIST-METADATA', 'LIST-MYRIGHTS', 'LIST-STATUS', 'LITERAL+'],
  ...['LITERAL-', 'METADATA', 'METADATA-SERVER', 'MOVE', 'MULTIAPPEND', 'MULTISEARCH', 'NAMESPACE', 'NOTIFY'],
  ...['OBJECTID', 'PARTIAL', 'PREVIEW', 'QRESYNC', 'QUOTA', 'QUOTA=RES-MESSAGE', 'QUOTA=RES-STORAGE', 'QUOTASET'],
  ...['REPLACE', 'SAVEDATE', 'SEARCH=FUZZY', 'SEARCHRES', 'SORT', 'SORT=DISPLAY', 'SPECIAL-USE', 'STATUS=SIZE'],
  ...['THREAD=ORDEREDSUBJECT', 'THREAD=REFERENCES', 'THREAD=REFS', 'UIDPLUS', 'UNAUTHENTICATE', 'UNSELECT'],
  ...['URL-PARTIAL', 'URLAUTH', 'UTF8=ACCEPT', 'WITHIN', 'XLIST'],
];
