-- A film may be in several files, each of which is a part of it. 0 is a file that is no part.
ALTER TABLE file ADD COLUMN part INTEGER NOT NULL DEFAULT 0;
