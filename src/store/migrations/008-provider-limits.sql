-- What an account has used of its provider, a minute a row: kept for a day, for budgets that count over a day or less.
CREATE TABLE accountUsage (
  accountId INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  -- Unix time in minutes
  minute INTEGER NOT NULL,
  bytesDown INTEGER NOT NULL,
  bytesUp INTEGER NOT NULL,
  -- by IMAP and by SMTP
  logins INTEGER NOT NULL,
  -- handed to the submission server, and how many addresses they were for
  messages INTEGER NOT NULL,
  recipients INTEGER NOT NULL,
  PRIMARY KEY (accountId, minute)
) WITHOUT ROWID;

-- A pause that the provider has asked for, or a refused sign-in: neither is over because the gateway was restarted.
CREATE TABLE accountPauses (
  accountId INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  side TEXT NOT NULL CHECK (side IN ('imap', 'smtp')),
  -- kind, message and details of the UpstreamError, JSON
  error TEXT NOT NULL,
  -- in a row
  failures INTEGER NOT NULL,
  -- Unix milliseconds
  until INTEGER NOT NULL,
  -- salt and salted hash of the login that was refused: another one is tried at once. NULL: not known
  loginKey TEXT,
  PRIMARY KEY (accountId, side)
) WITHOUT ROWID;

-- What was found out about an account's server by trying, so that it is not tried anew at every start.
CREATE TABLE accountProbes (
  accountId INTEGER PRIMARY KEY REFERENCES accounts(id) ON DELETE CASCADE,
  -- Unix milliseconds
  probedAt INTEGER NOT NULL,
  -- what the server said of itself then: it is probed again when it says otherwise
  greeting TEXT NOT NULL,
  -- JSON
  facts TEXT NOT NULL
);

-- Not before this (Unix milliseconds), because the provider said so: the rest of nextAttemptAt is our own caution.
ALTER TABLE submissions ADD COLUMN askedUntil INTEGER NOT NULL DEFAULT 0;
