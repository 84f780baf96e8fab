-- What the account signs in as, as it is configured: with the address it tells one account from another of the same name.
ALTER TABLE accounts ADD COLUMN loginUser TEXT;

-- Where else the message stood, as labels that a move to Trash takes away (Gmail): JSON, [[source, path], …].
ALTER TABLE removals ADD COLUMN labels TEXT NOT NULL DEFAULT '[]';

-- Flags kept here alone, of messages that have left an upstream's view and may come back; they were rows of meta.
CREATE TABLE keptFlags (
  accountId INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  -- tells the message from every other of the account
  message TEXT NOT NULL,
  -- system flags (bit mask) and keywords, lower case, a space between two, whose value here wins; and which of them are set
  ownFlags INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  ownKeywords TEXT NOT NULL,
  keywords TEXT NOT NULL,
  -- Unix milliseconds
  keptAt INTEGER NOT NULL,
  PRIMARY KEY (accountId, message)
) WITHOUT ROWID;
CREATE INDEX keptFlagsByTime ON keptFlags (keptAt);

INSERT OR IGNORE INTO keptFlags (accountId, message, ownFlags, flags, ownKeywords, keywords, keptAt)
  SELECT accountId, message, kept ->> '$.ownFlags', kept ->> '$.flags',
    (SELECT ifnull(group_concat(value, ' '), '') FROM json_each(kept, '$.ownKeywords')),
    (SELECT ifnull(group_concat(value, ' '), '') FROM json_each(kept, '$.keywords')), kept ->> '$.at'
  FROM (
    SELECT CAST(substr(name, 1, instr(name, ' ') - 1) AS INTEGER) AS accountId, substr(name, instr(name, ' ') + 1) AS message, kept
    FROM (SELECT substr(key, 6) AS name, value AS kept FROM meta WHERE key >= 'kept ' AND key < 'kept!' AND json_valid(value))
  ) WHERE accountId IN (SELECT id FROM accounts);
DELETE FROM meta WHERE key >= 'kept ' AND key < 'kept!';

-- Whether another removal of the same message has been undone is asked for each that is.
CREATE INDEX removalsByMessage ON removals (messageId);
CREATE INDEX removalsByHeader ON removals (messageIdHeader);
