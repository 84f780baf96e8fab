-- A SPECIAL-USE attribute that a client asked for (RFC 6154 §3); those of the roles are not kept here.
ALTER TABLE mailboxes ADD COLUMN specialUse TEXT;
CREATE UNIQUE INDEX mailboxesBySpecialUse ON mailboxes (specialUse) WHERE specialUse IS NOT NULL;
