-- When the message came into the mailbox (RFC 8514), Unix time, seconds; NULL for what an older version has taken in.
ALTER TABLE entries ADD COLUMN saveDate INTEGER;

-- The beginning of a message's text (RFC 8970), wire-ready. No row: not known yet.
CREATE TABLE previews (
  messageId INTEGER PRIMARY KEY REFERENCES messages(id) ON DELETE CASCADE,
  text TEXT NOT NULL
);
