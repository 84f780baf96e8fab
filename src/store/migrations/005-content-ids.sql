-- Of a content that another account had first, its ids go along (RFC 8474 §5.1): the id of that message, and its THREADID,
-- '' for none. NULL: the content came to this account from outside.
ALTER TABLE messages ADD COLUMN contentId INTEGER;
ALTER TABLE messages ADD COLUMN contentThread TEXT;
