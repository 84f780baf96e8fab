-- [uid, internal date, size] of a few messages as the source listed them last, JSON: a server that gives its messages other
-- uids without a new UIDVALIDITY (QQ) is found out by them.
ALTER TABLE sources ADD COLUMN uidSamples TEXT NOT NULL DEFAULT '[]';
