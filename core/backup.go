package core

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/db"
)

// A backup is a zip file of the library, the secret that its addresses and cookies are derived from, and a manifest. It does
// not hold the configuration file, which is yours, nor what can be fetched again.
const (
	manifestName = "manifest.json"
	secretName   = "secret"
	sqliteName   = "millrace.db"
	postgresName = "millrace.dump"
)

type manifest struct {
	Version  string    `json:"version"`  // of the program that made it
	Made     time.Time `json:"made"`     // UTC
	Database string    `json:"database"` // sqlite or postgres
}

// Backup writes a backup and returns its path: to names a file, or is empty for one in the data folder's backup folder. It
// holds the secret, so it is readable by its owner alone. Work goes on meanwhile.
func (d *Daemon) Backup(ctx context.Context, to string) (string, error) {
	c := d.cfg.Load()
	now := time.Now().UTC()
	if to == "" {
		to = filepath.Join(c.Data, "backup", "millrace-"+now.Format("20060102-150405")+".zip")
	}
	if _, err := os.Lstat(to); err == nil {
		return "", fmt.Errorf("back up to %s: there is a file of that name", to)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return "", fmt.Errorf("back up: %w", err)
	}
	work, err := os.MkdirTemp(filepath.Dir(to), ".backup-*")
	if err != nil {
		return "", fmt.Errorf("back up: %w", err)
	}
	defer os.RemoveAll(work)
	m := manifest{Version: d.o.Version, Made: now, Database: "sqlite"}
	name := sqliteName
	if d.db.Shared() {
		m.Database, name = "postgres", postgresName
	}
	copied := filepath.Join(work, name)
	if err := d.db.Copy(ctx, copied); err != nil {
		return "", fmt.Errorf("back up: %w", err)
	}
	files := map[string]string{name: copied}
	if c.Server.Secret.IsZero() {
		files[secretName] = filepath.Join(c.Data, secretName)
	}
	whole := filepath.Join(work, "whole.zip")
	if err := writeBackup(whole, m, files); err != nil {
		return "", fmt.Errorf("back up: %w", err)
	}
	if err := os.Rename(whole, to); err != nil {
		return "", fmt.Errorf("back up: %w", err)
	}
	return to, nil
}

func writeBackup(path string, m manifest, files map[string]string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close() // the error that counts is Sync's
	z := zip.NewWriter(f)
	w, err := z.Create(manifestName)
	if err == nil {
		err = json.NewEncoder(w).Encode(m)
	}
	for name, from := range files {
		if err == nil {
			err = addFile(z, name, from)
		}
	}
	if err == nil {
		err = z.Close()
	}
	if err == nil {
		err = f.Sync()
	}
	return err
}

func addFile(z *zip.Writer, name, from string) error {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer src.Close()
	w, err := z.Create(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, src)
	return err
}

// Restore puts a backup in place of the library of a configuration. Neither a daemon nor "millrace mount" may run on it. A SQLite library that was
// there, and the secret, are kept beside it under names that end in ".before-restore"; what a PostgreSQL database held is
// replaced.
func Restore(ctx context.Context, c *config.Config, from string) error {
	if answers(SocketPath(c.Data)) {
		return fmt.Errorf("%w: stop it first", errRunning)
	}
	if answers(MountSocketPath(c.Data)) {
		return fmt.Errorf("%w: stop it first", errMountRuns)
	}
	z, err := zip.OpenReader(from)
	if err != nil {
		return fmt.Errorf("read backup %s: %w", from, err)
	}
	defer z.Close()
	var m manifest
	if err := readManifest(&z.Reader, &m); err != nil {
		return fmt.Errorf("read backup %s: %w", from, err)
	}
	want := "sqlite"
	if !c.Database.URL.IsZero() {
		want = "postgres"
	}
	if m.Database != want {
		return fmt.Errorf("the backup is of a %s library, the configuration names a %s one", m.Database, want)
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if want == "postgres" {
		err = restorePostgres(ctx, c, &z.Reader)
	} else {
		err = restoreSQLite(ctx, c, &z.Reader)
	}
	if err == nil {
		err = restoreSecret(c, &z.Reader)
	}
	if err != nil {
		return fmt.Errorf("restore %s: %w", from, err)
	}
	return nil
}

func readManifest(z *zip.Reader, m *manifest) error {
	f, err := z.Open(manifestName)
	if err != nil {
		return errors.New("it is not a backup of Millrace: it holds no manifest")
	}
	defer f.Close()
	return json.NewDecoder(f).Decode(m)
}

// restoreSQLite checks the copy by opening it before it takes the library's place.
func restoreSQLite(ctx context.Context, c *config.Config, z *zip.Reader) error {
	target := filepath.Join(c.Data, sqliteName)
	fresh := target + ".restoring"
	defer os.Remove(fresh) // gone already where the rename succeeded
	if err := restoreFile(z, sqliteName, fresh); err != nil {
		return err
	}
	d, err := db.Open(ctx, db.Options{Path: fresh})
	if err != nil {
		return err
	}
	if err := d.Close(); err != nil {
		return err
	}
	// What is there may be damaged, which is why it is restored: it is put aside as it is.
	if err := putAside(target, "", "-wal", "-shm"); err != nil {
		return err
	}
	return os.Rename(fresh, target)
}

// kept ends the names of what was there before a restore.
const kept = ".before-restore"

// putAside renames a file with those that belong to it, in place of what an earlier restore kept. Without the file itself
// there is nothing to keep: the others are of no use alone, and would be taken for those of the file that comes.
func putAside(path string, suffixes ...string) error {
	_, err := os.Lstat(path)
	had := err == nil
	for _, suffix := range suffixes {
		stale := path + suffix
		if had {
			stale = path + kept + suffix
		}
		if err := os.Remove(stale); err != nil && !os.IsNotExist(err) {
			return err
		}
		if err := os.Rename(path+suffix, path+kept+suffix); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	return nil
}

// restoreSecret replaces the secret where the backup holds one.
func restoreSecret(c *config.Config, z *zip.Reader) error {
	path := filepath.Join(c.Data, secretName)
	if _, err := z.Open(secretName); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err := putAside(path, ""); err != nil {
		return err
	}
	return restoreFile(z, secretName, path)
}

func restorePostgres(ctx context.Context, c *config.Config, z *zip.Reader) error {
	dump := filepath.Join(c.Data, postgresName+".restoring")
	defer os.Remove(dump)
	if err := restoreFile(z, postgresName, dump); err != nil {
		return err
	}
	return db.RestorePostgres(ctx, c.Database.URL.Reveal(), dump)
}

// restoreFile writes one file of a backup.
func restoreFile(z *zip.Reader, name, to string) error {
	f, err := z.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	tmp := to + ".part"
	out, err := os.OpenFile(tmp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, f)
	if err == nil {
		err = out.Sync()
	}
	if cerr := out.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		os.Remove(tmp)
		return err
	}
	return os.Rename(tmp, to)
}
