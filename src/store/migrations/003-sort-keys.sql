-- What SORT and THREAD compare by (mail/sort-keys.ts), taken from the header when the listing comes; for listings of older
-- versions, when somebody sorts. Texts are folded Unicode. threadIds: 8-byte floats, the message's own id first.
CREATE TABLE sortKeys (
  messageId INTEGER PRIMARY KEY REFERENCES messages(id) ON DELETE CASCADE,
  sentDate INTEGER,
  isReply INTEGER NOT NULL,
  subject TEXT NOT NULL,
  fromMailbox TEXT NOT NULL,
  toMailbox TEXT NOT NULL,
  ccMailbox TEXT NOT NULL,
  displayFrom TEXT NOT NULL,
  displayTo TEXT NOT NULL,
  threadIds BLOB NOT NULL
);
