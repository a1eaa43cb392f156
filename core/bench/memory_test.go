package bench

import (
	"bufio"
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver of the database that is filled

	"github.com/millrace-media/millrace/core/db"
)

// rest is how long a daemon is left alone before its memory is read.
const rest = 10 * time.Second

// BenchmarkIdleMemory is the proportional memory of a daemon and of ten plugin instances in nine processes, which have
// nothing to do. Pages that processes share, as of the one binary of the light plugins, count once in all.
func BenchmarkIdleMemory(b *testing.B) {
	for range b.N {
		d := serve(b, folder(b), everyPlugin)
		d.restFor(rest)
		list := d.processes()
		if len(list) != 10 {
			b.Fatalf("%d processes, want the daemon and nine plugins", len(list))
		}
		var total int64
		for _, pid := range list {
			total += kilobytes(b, pid, "smaps_rollup", "Pss")
		}
		b.ReportMetric(megabytes(total), "pss-MB")
		b.ReportMetric(megabytes(kilobytes(b, list[0], "smaps_rollup", "Pss")), "daemon-MB")
		d.stop()
	}
	b.ReportMetric(0, "ns/op")
}

// restFor lets a daemon be, which must not end meanwhile.
func (d *daemon) restFor(t time.Duration) {
	d.b.Helper()
	timer := time.NewTimer(t)
	defer timer.Stop()
	select {
	case <-timer.C:
	case err := <-d.exited:
		d.exited <- err
		d.b.Fatalf("the daemon ended: %v\n%s", err, d.log.String())
	}
}

// megabytes are of a million bytes, what the system calls kB are 1024.
func megabytes(kilobytes int64) float64 { return float64(kilobytes) * 1024 / 1e6 }

// kilobytes reads a line such as "Pss:   1234 kB" of a process's file in /proc.
func kilobytes(b *testing.B, pid int, file, key string) int64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, file))
	if err != nil {
		b.Fatal(err)
	}
	for in := bufio.NewScanner(bytes.NewReader(text)); in.Scan(); {
		if rest, ok := strings.CutPrefix(in.Text(), key+":"); ok {
			n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			if err != nil {
				b.Fatal(err)
			}
			return n
		}
	}
	b.Fatalf("%s of process %d has no %s", file, pid, key)
	return 0
}

// librarySize is how many films the large library has, each with a file in a folder of its own.
const librarySize = 100_000

// BenchmarkLargeLibrary starts a daemon on a library of 100,000 films. It tells how long the start takes, the most memory that
// it took, what is held after a rest, and what is held when a media server has looked at every file through the mount.
func BenchmarkLargeLibrary(b *testing.B) {
	for range b.N {
		dir := folder(b)
		fill(b, filepath.Join(dir, "data", "millrace.db"))
		begun := time.Now()
		d := serve(b, dir, "")
		b.ReportMetric(float64(time.Since(begun).Milliseconds()), "start-ms")
		d.restFor(rest)
		pid := d.cmd.Process.Pid
		b.ReportMetric(megabytes(kilobytes(b, pid, "status", "VmHWM")), "peak-MB")
		b.ReportMetric(megabytes(kilobytes(b, pid, "status", "VmRSS")), "rss-MB")
		if hasFUSE() {
			begun = time.Now()
			d.walk(librarySize)
			b.ReportMetric(time.Since(begun).Seconds(), "walk-s")
			d.restFor(rest)
			b.ReportMetric(megabytes(kilobytes(b, pid, "status", "VmRSS")), "walked-MB")
		}
		d.stop()
	}
	b.ReportMetric(0, "ns/op")
}

// walk looks at every file of the mount, of which there must be so many.
func (d *daemon) walk(want int) {
	d.b.Helper()
	files := 0
	err := filepath.WalkDir(filepath.Join(d.mount(), "movies"), func(_ string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		files++
		_, err = e.Info()
		return err
	})
	if err != nil || files != want {
		d.b.Fatalf("%d files in the mount, want %d: %v", files, want, err)
	}
}

// fill makes a library of completed films, by SQL: each through the door would queue four jobs.
func fill(b *testing.B, path string) {
	b.Helper()
	d, err := db.Open(b.Context(), db.Options{Path: path})
	if err == nil {
		err = d.Close()
	}
	if err != nil {
		b.Fatal(err)
	}
	s, err := sql.Open("sqlite", path)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	s.SetMaxOpenConns(1)
	if _, err := s.Exec("PRAGMA synchronous = OFF"); err != nil {
		b.Fatal(err)
	}
	for _, statement := range library {
		query := "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) " + statement
		if _, err := s.Exec(query, librarySize); err != nil {
			b.Fatalf("%s: %v", statement, err)
		}
	}
}

// library are the rows of film i: its title, its item, its release with a candidate and a placement, its file and its path.
var library = []string{
	`INSERT INTO title (id, kind, name, folded, year, poster, ids, details, fetched)
		SELECT i, 'movie', 'The Film ' || i, 'the film ' || i, 1980 + i % 40, 'https://images.example/' || i || '.jpg',
		json_object('imdb', printf('tt%07d', i), 'tmdb', CAST(i AS TEXT)),
		json_object('overview', 'A film that is as long as its description is short.'), 1700000000000000 FROM n`,
	`INSERT INTO title_id (kind, namespace, value, title) SELECT 'movie', 'imdb', printf('tt%07d', i), i FROM n`,
	`INSERT INTO title_id (kind, namespace, value, title) SELECT 'movie', 'tmdb', CAST(i AS TEXT), i FROM n`,
	`INSERT INTO item (id, root, parent, title, kind, season, episode, profile, created, state, back, pack, packed, seasons, more,
		released, wake_at, attempts, error, error_kind, counts, by_instance, by_ref, by_person, version, changed)
		SELECT i, i, 0, i, 'movie', 0, 0, 'default', 1700000000000000, 'completed', '', '', 0, '', 0,
		1600000000000000, 0, 0, '', '', '', 'overseerr', CAST(i AS TEXT), 'Ada', 6, 1700000000000000 FROM n`,
	`INSERT INTO request (instance, ref, item, person, seasons, created)
		SELECT 'overseerr', CAST(i AS TEXT), i, 'Ada', '', 1700000000000000 FROM n`,
	`INSERT INTO release (id, hash, name, size, private, first_seen, parsed, parser, magnet, web_seeds, files)
		SELECT i, unhex(printf('%040x', i)), 'The.Film.' || i || '.1080p.BluRay.x264-BENCH', 8589934592, 0, 1700000000000000,
		'{"resolution":"1080p"}', 1, '', '', '' FROM n`,
	`INSERT INTO sighting (release, instance, seeders, tracker, languages, page, torrent, published, seen)
		SELECT i, 'indexer', 50, '', '', '', '', 0, 1700000000000000 FROM n`,
	`INSERT INTO release_title (title, season, first_episode, last_episode, release, verdict) SELECT i, -1, 0, 0, i, '' FROM n`,
	`INSERT INTO candidate (item, release, position, verdict, tier, score, code, state, evidence, again, changed)
		SELECT i, i, 0, 'take', 1, 100, '', 'used', '', 0, 1700000000000000 FROM n`,
	`INSERT INTO placement (id, instance, release, provider, state, files, node, added, checked, evidence, gone)
		SELECT i, 'realdebrid', i, CAST(i AS TEXT), 'ready', '', '', 1, 1700000000000000, '', 0 FROM n`,
	`INSERT INTO file (id, content, release, path, size, media, created)
		SELECT i, printf('%040x', i), i, 'The.Film.' || i || '.1080p.BluRay.x264-BENCH.mkv', 8589934592, '', 1700000000000000 FROM n`,
	`INSERT INTO file_item (file, item) SELECT i, i FROM n`,
	`INSERT INTO path (library, path, file)
		SELECT 'movies', printf('movies/The Film %d (%d) {tmdb-%d}/The Film %d (%d).mkv', i, 1980 + i % 40, i, i, 1980 + i % 40), i FROM n`,
	`INSERT INTO event (at, item, root, name, from_state, to_state, text, file, library, path)
		SELECT 1700000000000000, i, i, 'registered', 'downloaded', 'completed', '', 0, '', '' FROM n`,
}
