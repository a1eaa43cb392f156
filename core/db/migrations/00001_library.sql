-- The library: titles, items, releases, candidates, placements, files, paths, events.
-- A line that ends with "-- sqlite" or "-- postgres" is for that database only. Times are microseconds since 1970, 0 none.

CREATE TABLE title (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- sqlite
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- postgres
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    year INTEGER NOT NULL,
    poster TEXT NOT NULL,
    ids TEXT NOT NULL,
    details TEXT NOT NULL,
    fetched BIGINT NOT NULL
);
CREATE INDEX title_folded ON title (folded);

CREATE TABLE title_id (
    kind TEXT NOT NULL,
    namespace TEXT NOT NULL,
    value TEXT NOT NULL,
    title BIGINT NOT NULL REFERENCES title (id) ON DELETE CASCADE,
    PRIMARY KEY (kind, namespace, value)
);
CREATE INDEX title_id_title ON title_id (title);

CREATE TABLE title_fetch (
    title BIGINT NOT NULL REFERENCES title (id) ON DELETE CASCADE,
    instance TEXT NOT NULL,
    fetched BIGINT NOT NULL,
    PRIMARY KEY (title, instance)
);

CREATE TABLE alias (
    title BIGINT NOT NULL REFERENCES title (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    country TEXT NOT NULL,
    PRIMARY KEY (title, position)
);

CREATE TABLE episode (
    title BIGINT NOT NULL REFERENCES title (id) ON DELETE CASCADE,
    season INTEGER NOT NULL,
    number INTEGER NOT NULL,
    absolute INTEGER NOT NULL,
    name TEXT NOT NULL,
    air_time BIGINT NOT NULL,
    ids TEXT NOT NULL,
    details TEXT NOT NULL,
    PRIMARY KEY (title, season, number)
);

CREATE TABLE item (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- sqlite
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- postgres
    root BIGINT NOT NULL,
    parent BIGINT NOT NULL,
    title BIGINT NOT NULL REFERENCES title (id),
    kind TEXT NOT NULL,
    season INTEGER NOT NULL,
    episode INTEGER NOT NULL,
    profile TEXT NOT NULL,
    state TEXT NOT NULL,
    back TEXT NOT NULL,
    pack TEXT NOT NULL,
    packed BOOLEAN NOT NULL,
    seasons TEXT NOT NULL,
    more BOOLEAN NOT NULL,
    released BIGINT NOT NULL,
    wake_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    error TEXT NOT NULL,
    error_kind TEXT NOT NULL,
    counts TEXT NOT NULL,
    by_instance TEXT NOT NULL,
    by_ref TEXT NOT NULL,
    by_person TEXT NOT NULL,
    version BIGINT NOT NULL,
    created BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    UNIQUE (title, profile, kind, season, episode)
);
CREATE INDEX item_parent ON item (parent, season, episode);
CREATE INDEX item_root ON item (root);
CREATE INDEX item_state ON item (state, id);

CREATE TABLE request (
    instance TEXT NOT NULL,
    ref TEXT NOT NULL,
    item BIGINT NOT NULL REFERENCES item (id) ON DELETE CASCADE,
    person TEXT NOT NULL,
    seasons TEXT NOT NULL,
    created BIGINT NOT NULL,
    PRIMARY KEY (instance, ref, item)
);
CREATE INDEX request_item ON request (item);

CREATE TABLE release (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- sqlite
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- postgres
    hash BYTEA NOT NULL UNIQUE,
    name TEXT NOT NULL,
    size BIGINT NOT NULL,
    private BOOLEAN NOT NULL,
    first_seen BIGINT NOT NULL,
    parsed BYTEA NOT NULL,
    parser INTEGER NOT NULL,
    magnet TEXT NOT NULL,
    web_seeds TEXT NOT NULL,
    files TEXT NOT NULL
);

CREATE TABLE sighting (
    release BIGINT NOT NULL REFERENCES release (id) ON DELETE CASCADE,
    instance TEXT NOT NULL,
    seeders INTEGER NOT NULL,
    tracker TEXT NOT NULL,
    languages TEXT NOT NULL,
    page TEXT NOT NULL,
    torrent TEXT NOT NULL, -- URL of the .torrent; may hold a passkey: never shown
    published BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    PRIMARY KEY (release, instance)
);

-- What a release covers of a title. Season -1 is a film or a whole show; a whole season is its episodes 0 to 1000000. The
-- key alone answers "which releases hold this episode".
CREATE TABLE release_title (
    title BIGINT NOT NULL REFERENCES title (id) ON DELETE CASCADE,
    season INTEGER NOT NULL,
    first_episode INTEGER NOT NULL,
    last_episode INTEGER NOT NULL,
    release BIGINT NOT NULL REFERENCES release (id) ON DELETE CASCADE,
    verdict TEXT NOT NULL,
    PRIMARY KEY (title, season, first_episode, last_episode, release)
) WITHOUT ROWID; -- sqlite
); -- postgres
CREATE INDEX release_title_release ON release_title (release);

CREATE TABLE candidate (
    item BIGINT NOT NULL REFERENCES item (id) ON DELETE CASCADE,
    release BIGINT NOT NULL REFERENCES release (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    tier INTEGER NOT NULL,
    score DOUBLE PRECISION NOT NULL,
    reasons TEXT NOT NULL,
    state TEXT NOT NULL,
    evidence TEXT NOT NULL,
    again BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    PRIMARY KEY (item, release)
);
CREATE INDEX candidate_release ON candidate (release);

CREATE TABLE placement (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- sqlite
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- postgres
    instance TEXT NOT NULL,
    release BIGINT NOT NULL REFERENCES release (id),
    provider TEXT NOT NULL,
    state TEXT NOT NULL,
    files TEXT NOT NULL,
    node TEXT NOT NULL,
    added BOOLEAN NOT NULL,
    checked BIGINT NOT NULL,
    evidence TEXT NOT NULL,
    gone INTEGER NOT NULL,
    UNIQUE (instance, release)
);
CREATE INDEX placement_release ON placement (release);

CREATE TABLE file (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- sqlite
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- postgres
    content TEXT NOT NULL UNIQUE,
    release BIGINT NOT NULL REFERENCES release (id),
    path TEXT NOT NULL,
    size BIGINT NOT NULL,
    media TEXT NOT NULL,
    created BIGINT NOT NULL
);
CREATE INDEX file_release ON file (release);

CREATE TABLE file_item (
    file BIGINT NOT NULL REFERENCES file (id) ON DELETE CASCADE,
    item BIGINT NOT NULL REFERENCES item (id) ON DELETE CASCADE,
    PRIMARY KEY (file, item)
);
CREATE INDEX file_item_item ON file_item (item);

CREATE TABLE path (
    library TEXT NOT NULL,
    path TEXT NOT NULL,
    file BIGINT NOT NULL REFERENCES file (id) ON DELETE CASCADE,
    PRIMARY KEY (library, path)
);
CREATE INDEX path_file ON path (file, library);

CREATE TABLE event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, -- sqlite
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- postgres
    tx BIGINT NOT NULL DEFAULT 0, -- sqlite
    tx BIGINT NOT NULL DEFAULT (pg_current_xact_id()::text::bigint), -- postgres
    at BIGINT NOT NULL,
    item BIGINT NOT NULL,
    root BIGINT NOT NULL,
    name TEXT NOT NULL,
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    text TEXT NOT NULL,
    file BIGINT NOT NULL,
    library TEXT NOT NULL,
    path TEXT NOT NULL
);
CREATE INDEX event_item ON event (item, seq);
CREATE INDEX event_root ON event (root, seq);
CREATE INDEX event_order ON event (tx, seq);
CREATE INDEX event_at ON event (at);

CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value BYTEA NOT NULL
);

CREATE TABLE plugin_state (
    instance TEXT NOT NULL,
    name TEXT NOT NULL,
    value BYTEA,
    version BIGINT NOT NULL,
    PRIMARY KEY (instance, name)
);

-- The step that is queued or running, for each item and kind: what keeps a step from being queued twice, and from being
-- lost when it is wanted again while it runs (again: when, 0 not).
CREATE TABLE step (
    kind TEXT NOT NULL,
    item BIGINT NOT NULL,
    name TEXT NOT NULL,
    job BIGINT NOT NULL,
    again BIGINT NOT NULL,
    queue TEXT NOT NULL,
    PRIMARY KEY (kind, item, name)
);
CREATE INDEX step_item ON step (item);
CREATE INDEX step_job ON step (job);

-- The daemons that work on this library, alive while seen not long ago.
CREATE TABLE daemon (
    id TEXT PRIMARY KEY,
    version TEXT NOT NULL,
    schema_version BIGINT NOT NULL,
    seen BIGINT NOT NULL
);
