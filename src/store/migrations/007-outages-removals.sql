-- What is kept here alone and never goes upstream: 'recovered' (bytes that no upstream would take, and what was brought back)
-- or 'notice' (the gateway's own word on an account that is down). NULL: an upstream mailbox.
ALTER TABLE sources ADD COLUMN local TEXT;
UPDATE sources SET local = 'recovered' WHERE path = '["Recovered (local)"]' AND present = 0;

-- What the user has been told of an account that cannot be reached: one row, one message.
CREATE TABLE outages (
  accountId INTEGER PRIMARY KEY REFERENCES accounts(id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('needsSignIn', 'offline')),
  -- the notice; no such copy any more when the user has deleted it
  copyId INTEGER NOT NULL
);

-- What clients have removed, for `gateway undo`. Texts are copied: the rows they came from may be gone by then.
CREATE TABLE removals (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  accountId INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  -- Unix milliseconds
  at INTEGER NOT NULL,
  device TEXT NOT NULL,
  -- where it was: the source, and its path (JSON) in case that is made anew
  sourceId INTEGER NOT NULL,
  sourcePath TEXT NOT NULL,
  -- the mailbox as the client called it
  mailboxPath TEXT NOT NULL,
  messageId INTEGER NOT NULL,
  messageIdHeader TEXT NOT NULL,
  subject TEXT NOT NULL,
  sizeBytes INTEGER NOT NULL,
  internalDate INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  keywords TEXT NOT NULL,
  -- the copy it has become by a move to Trash; NULL: expunged
  trashCopyId INTEGER,
  -- its bytes, kept (pinned) until the row goes; NULL: they were not here
  bodyRef TEXT,
  -- Unix milliseconds; NULL: not brought back
  undoneAt INTEGER
);
CREATE INDEX removalsByTime ON removals (at);
