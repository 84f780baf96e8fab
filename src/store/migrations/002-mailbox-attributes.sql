-- A SPECIAL-USE attribute that a client asked for (RFC 6154 §3); those of the roles are not kept here.
ALTER TABLE mailboxes ADD COLUMN specialUse TEXT;
CREATE UNIQUE INDEX mailboxesBySpecialUse ON mailboxes (specialUse) WHERE specialUse IS NOT NULL;

-- What the provider lets the account hold: JSON { usedBytes, limitBytes }, NULL where it tells none.
ALTER TABLE accounts ADD COLUMN quota TEXT;
ALTER TABLE accounts ADD COLUMN quotaCheckedAt INTEGER NOT NULL DEFAULT 0;

-- Annotations of mailboxes (RFC 5464), of the server where mailboxId is 0. Entry names in lower case.
CREATE TABLE annotations (
  mailboxId INTEGER NOT NULL,
  entry TEXT NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (mailboxId, entry)
) WITHOUT ROWID;
