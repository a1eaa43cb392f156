-- Rows of every table, as the schema of version 1 has them.
INSERT INTO title (kind, name, folded, year, poster, ids, details, fetched)
    VALUES ('show', 'Pioneer One', 'pioneer one', 2010, 'p', '{"tvdb":"7"}', '{"overview":"o"}', 1700000000000000);
INSERT INTO title_id (kind, namespace, value, title) VALUES ('show', 'tvdb', '7', 1);
INSERT INTO title_fetch (title, instance, fetched) VALUES (1, 'tvdb', 1700000000000000);
INSERT INTO alias (title, position, name, language, country) VALUES (1, 0, 'P1', 'en', '');
INSERT INTO episode (title, season, number, absolute, name, air_time, ids, details)
    VALUES (1, 1, 1, 1, 'Earthfall', 1276720200000000, '', '');
INSERT INTO item (root, parent, title, kind, season, episode, profile, state, back, pack, packed, seasons, more, released,
    wake_at, attempts, error, error_kind, counts, by_instance, by_ref, by_person, version, created, changed)
    VALUES (1, 0, 1, 'show', 0, 0, 'any', 'completed', '', '', FALSE, '[-1]', FALSE, 0, 0, 0, '', '', '{"completed":1}',
    'wishes', 's1', 'bob', 3, 1700000000000000, 1700000000000000);
INSERT INTO item (root, parent, title, kind, season, episode, profile, state, back, pack, packed, seasons, more, released,
    wake_at, attempts, error, error_kind, counts, by_instance, by_ref, by_person, version, created, changed)
    VALUES (1, 1, 1, 'season', 1, 0, 'any', 'completed', '', '', FALSE, '', FALSE, 0, 0, 0, '', '', '{"completed":1}',
    '', '', '', 3, 1700000000000000, 1700000000000000);
INSERT INTO item (root, parent, title, kind, season, episode, profile, state, back, pack, packed, seasons, more, released,
    wake_at, attempts, error, error_kind, counts, by_instance, by_ref, by_person, version, created, changed)
    VALUES (1, 2, 1, 'episode', 1, 1, 'any', 'completed', '', '', FALSE, '', FALSE, 1276720200000000, 0, 0, '', '', '',
    '', '', '', 5, 1700000000000000, 1700000000000000);
INSERT INTO request (instance, ref, item, person, seasons, created) VALUES ('wishes', 's1', 1, 'bob', '', 1700000000000000);
INSERT INTO release (hash, name, size, private, first_seen, parsed, parser, magnet, web_seeds, files)
    VALUES (CAST('aaaaaaaaaaaaaaaaaaaa' AS BYTEA), 'Pioneer.One.S01', 9, FALSE, 1700000000000000, CAST('x' AS BYTEA), 1, '', '', '');
INSERT INTO sighting (release, instance, seeders, tracker, languages, page, torrent, published, seen)
    VALUES (1, 'indexer', 5, '', '', '', '', 0, 1700000000000000);
INSERT INTO release_title (title, season, first_episode, last_episode, release, verdict) VALUES (1, 1, 0, 1000000, 1, 'match');
INSERT INTO candidate (item, release, position, verdict, tier, score, reasons, state, evidence, again, changed)
    VALUES (2, 1, 0, 'good', 1, 2.5, '[]', 'used', '', 0, 1700000000000000);
INSERT INTO placement (instance, release, provider, state, files, node, added, checked, evidence, gone)
    VALUES ('box', 1, '77', 'ready', '[{"index":0,"path":"a.mkv","size":9}]', '', TRUE, 1700000000000000, '', 0);
INSERT INTO file (content, release, path, size, media, created) VALUES ('c1', 1, 'a.mkv', 9, '', 1700000000000000);
INSERT INTO file_item (file, item) VALUES (1, 3);
INSERT INTO path (library, path, file) VALUES ('shows', 'Pioneer One/S01E01.mkv', 1);
INSERT INTO event (at, item, root, name, from_state, to_state, text, file, library, path)
    VALUES (1700000000000000, 3, 1, 'registered', 'downloaded', 'completed', '', 0, '', '');
INSERT INTO setting (name, value) VALUES ('theme', CAST('dark' AS BYTEA));
INSERT INTO plugin_state (instance, name, value, version) VALUES ('trakt', 'token', CAST('t' AS BYTEA), 2);
INSERT INTO step (kind, item, name, job, again, queue) VALUES ('collect', 0, 'wishes', 1, 0, 'default');
INSERT INTO daemon (id, version, schema_version, seen) VALUES ('d1', '1.0.0', 1, 1700000000000000);
