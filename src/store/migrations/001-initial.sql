-- AUTOINCREMENT: an id is never given out again, since journal rows, sessions and payloads may outlive what it named.
-- Times are Unix milliseconds unless said otherwise. Texts named WireText hold one character per byte (U+0000–U+00FF).

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE accounts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  address TEXT NOT NULL,
  provider TEXT NOT NULL,
  -- what the server said of itself, JSON
  probe TEXT,
  -- whether the provider files submitted mail in Sent by itself; NULL: not known yet
  savesSent INTEGER,
  -- 1 once its first listing is part of the unified mailboxes (DESIGN §5)
  merged INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE sources (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  accountId INTEGER NOT NULL REFERENCES accounts(id),
  -- JSON array of the path parts, Unicode NFC
  path TEXT NOT NULL,
  role TEXT,
  selectable INTEGER NOT NULL DEFAULT 1,
  -- 0 while its CREATE has not been confirmed upstream
  present INTEGER NOT NULL DEFAULT 1,
  -- 1 once every message it had at first sight has a copy row
  listed INTEGER NOT NULL DEFAULT 0,
  uidValidity INTEGER,
  uidNext INTEGER,
  -- decimal text: upstream modseqs may exceed 2^53
  highestModseq TEXT,
  keepsNewKeywords INTEGER NOT NULL DEFAULT 1,
  keepsKeywords TEXT NOT NULL DEFAULT '',
  lastFullCheck INTEGER NOT NULL DEFAULT 0,
  UNIQUE (accountId, path)
);

CREATE TABLE messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  accountId INTEGER NOT NULL REFERENCES accounts(id),
  emailId TEXT,
  threadId TEXT,
  -- Message-ID header without angle brackets, '' when there is none, NULL until the header fields are here
  messageIdHeader TEXT,
  -- Unix time, seconds
  internalDate INTEGER NOT NULL,
  sizeBytes INTEGER NOT NULL,
  bodyRef TEXT,
  -- the message this one is a transfer of (between accounts), until its own body is here
  originId INTEGER,
  -- 1: a client of ours made it by APPEND
  ours INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX messagesByEmailId ON messages (accountId, emailId) WHERE emailId IS NOT NULL;
CREATE INDEX messagesByMessageId ON messages (messageIdHeader) WHERE messageIdHeader IS NOT NULL AND messageIdHeader <> '';
-- What backfill and prefetch have yet to bring: small once they are done, so that asking costs nothing.
CREATE INDEX messagesWithoutListing ON messages (accountId) WHERE messageIdHeader IS NULL;
CREATE INDEX messagesWithoutBody ON messages (accountId, internalDate) WHERE bodyRef IS NULL;
CREATE INDEX messagesByBody ON messages (bodyRef) WHERE bodyRef IS NOT NULL;

-- Wire-ready listings, apart from messages so that scans for dates and sizes stay narrow. No row: not fetched yet.
CREATE TABLE listings (
  messageId INTEGER PRIMARY KEY REFERENCES messages(id) ON DELETE CASCADE,
  envelope TEXT NOT NULL,
  bodyStructure TEXT NOT NULL
);
CREATE TABLE headers (
  messageId INTEGER PRIMARY KEY REFERENCES messages(id) ON DELETE CASCADE,
  block TEXT NOT NULL
);

CREATE TABLE copies (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sourceId INTEGER NOT NULL REFERENCES sources(id),
  messageId INTEGER NOT NULL REFERENCES messages(id),
  -- NULL while a journalled action has not been confirmed
  upstreamUid INTEGER,
  upstreamFlags INTEGER NOT NULL DEFAULT 0,
  upstreamKeywords TEXT NOT NULL DEFAULT '',
  -- what clients see
  flags INTEGER NOT NULL DEFAULT 0,
  keywords TEXT NOT NULL DEFAULT '',
  -- the system flags and (lower-case) keywords whose value here wins over the upstream's: pending, or kept only here
  ownFlags INTEGER NOT NULL DEFAULT 0,
  ownKeywords TEXT NOT NULL DEFAULT '',
  -- 1: a journalled action takes it away; no entry shows it any more
  leaving INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX copiesByUid ON copies (sourceId, upstreamUid) WHERE upstreamUid IS NOT NULL;
CREATE INDEX copiesUnbound ON copies (sourceId, id) WHERE upstreamUid IS NULL;
CREATE INDEX copiesByMessage ON copies (messageId);

CREATE TABLE mailboxes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  path TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('unified', 'account', 'view')),
  role TEXT,
  -- the account whose tree it stands in
  accountId INTEGER REFERENCES accounts(id),
  selectable INTEGER NOT NULL DEFAULT 1,
  uidValidity INTEGER NOT NULL,
  uidNext INTEGER NOT NULL DEFAULT 1,
  highestModseq INTEGER NOT NULL DEFAULT 1
);

-- Which sources feed which mailbox; inactive until the source's first listing has been placed there.
CREATE TABLE feeds (
  mailboxId INTEGER NOT NULL REFERENCES mailboxes(id) ON DELETE CASCADE,
  sourceId INTEGER NOT NULL REFERENCES sources(id) ON DELETE CASCADE,
  active INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (mailboxId, sourceId)
) WITHOUT ROWID;
CREATE INDEX feedsBySource ON feeds (sourceId);

CREATE TABLE entries (
  mailboxId INTEGER NOT NULL,
  uid INTEGER NOT NULL,
  copyId INTEGER NOT NULL,
  modseq INTEGER NOT NULL,
  PRIMARY KEY (mailboxId, uid)
) WITHOUT ROWID;
CREATE UNIQUE INDEX entriesByCopy ON entries (copyId, mailboxId);
CREATE INDEX entriesByModseq ON entries (mailboxId, modseq);

CREATE TABLE tombstones (
  mailboxId INTEGER NOT NULL,
  modseq INTEGER NOT NULL,
  uid INTEGER NOT NULL,
  PRIMARY KEY (mailboxId, modseq, uid)
) WITHOUT ROWID;

CREATE TABLE subscriptions (path TEXT PRIMARY KEY) WITHOUT ROWID;

CREATE TABLE journal (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  accountId INTEGER NOT NULL REFERENCES accounts(id),
  kind TEXT NOT NULL,
  sourceId INTEGER,
  payload TEXT NOT NULL,
  -- 1 once a command that must not be repeated blindly may have been sent
  sent INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  nextAttemptAt INTEGER NOT NULL DEFAULT 0,
  lastError TEXT,
  createdAt INTEGER NOT NULL
);
CREATE INDEX journalByAccount ON journal (accountId, id);

CREATE TABLE journalTargets (
  journalId INTEGER NOT NULL REFERENCES journal(id) ON DELETE CASCADE,
  copyId INTEGER NOT NULL,
  newCopyId INTEGER,
  PRIMARY KEY (journalId, copyId)
) WITHOUT ROWID;
CREATE INDEX journalTargetsByCopy ON journalTargets (copyId);
CREATE INDEX journalTargetsByNewCopy ON journalTargets (newCopyId) WHERE newCopyId IS NOT NULL;

CREATE TABLE submissions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  accountId INTEGER NOT NULL,
  mailFrom TEXT NOT NULL,
  -- JSON array, those still to be delivered to
  rcptTo TEXT NOT NULL,
  messageId TEXT,
  bodyRef TEXT NOT NULL,
  sizeBytes INTEGER NOT NULL,
  eightBit INTEGER NOT NULL,
  smtpUtf8 INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'delivered', 'failed', 'unknown')),
  attempts INTEGER NOT NULL DEFAULT 0,
  createdAt INTEGER NOT NULL,
  nextAttemptAt INTEGER NOT NULL,
  lastError TEXT,
  verdict TEXT,
  sentCopy TEXT NOT NULL DEFAULT 'pending' CHECK (sentCopy IN ('pending', 'watching', 'done', 'absorbed', 'none'))
);
CREATE INDEX submissionsByState ON submissions (state, nextAttemptAt);
CREATE INDEX submissionsByMessageId ON submissions (messageId);

-- Files of bodies/: what the cache may drop, oldest use first. `pins` > 0: somebody needs it durable.
CREATE TABLE bodies (
  ref TEXT PRIMARY KEY,
  sizeBytes INTEGER NOT NULL,
  usedAt INTEGER NOT NULL,
  pins INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX bodiesByUse ON bodies (usedAt) WHERE pins = 0;

CREATE TABLE devices (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  secretHash TEXT NOT NULL,
  lastSeen INTEGER,
  revokedAt INTEGER
);

CREATE TABLE problems (
  id INTEGER PRIMARY KEY,
  accountId INTEGER,
  -- the same problem seen again updates its row
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  remedy TEXT NOT NULL,
  since INTEGER NOT NULL,
  resolvedAt INTEGER
);
CREATE UNIQUE INDEX problemsOpen ON problems (ifnull(accountId, 0), subject) WHERE resolvedAt IS NULL;
