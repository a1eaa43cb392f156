-- A candidate keeps the code that decided in place of every reason: the reasons are told anew when somebody asks. What an
-- item's candidates were judged by is kept with it, so that those judged by another profile are found.

ALTER TABLE candidate DROP COLUMN reasons;
ALTER TABLE candidate ADD COLUMN code TEXT NOT NULL DEFAULT '';

CREATE TABLE judgement (
    item BIGINT NOT NULL REFERENCES item (id) ON DELETE CASCADE,
    fingerprint TEXT NOT NULL,
    PRIMARY KEY (item)
) WITHOUT ROWID; -- sqlite
); -- postgres

INSERT INTO judgement (item, fingerprint) SELECT DISTINCT item, '' FROM candidate;

-- The names of titles and their aliases, folded as the reader of release names folds them: what is called the same has a
-- key in common. It is filled by the program, which alone knows how names are folded.
CREATE TABLE title_key (
    folded TEXT NOT NULL,
    title BIGINT NOT NULL REFERENCES title (id) ON DELETE CASCADE,
    PRIMARY KEY (folded, title)
) WITHOUT ROWID; -- sqlite
); -- postgres
CREATE INDEX title_key_title ON title_key (title);
