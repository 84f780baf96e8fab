-- The system flags that PERMANENTFLAGS of a source lists (bit mask of mail/flags.ts): the others are kept here.
ALTER TABLE sources ADD COLUMN keptSystemFlags INTEGER NOT NULL DEFAULT 31;
