package db

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed migrations/*.sql
var migrations embed.FS

// dialect names a database in the marked lines of the migrations.
type dialect string

const (
	dialectSQLite   dialect = "sqlite"
	dialectPostgres dialect = "postgres"
)

func (d dialect) goose() goose.Dialect {
	if d == dialectSQLite {
		return goose.DialectSQLite3
	}
	return goose.DialectPostgres
}

func (d dialect) other() dialect {
	if d == dialectSQLite {
		return dialectPostgres
	}
	return dialectSQLite
}

// statements reads a migration for one database: lines marked for the other are left out, and so are comments.
func (d dialect) statements(text string) []string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "--") || strings.HasSuffix(line, "-- "+string(d.other())) {
			continue
		}
		code, _, _ := strings.Cut(line, "--") // no literal of ours holds a comment's sign
		b.WriteString(code)
		b.WriteByte('\n')
	}
	var out []string
	for s := range strings.SplitSeq(b.String(), ";") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// gooseMigrations makes one migration of each file of a folder, named NNNNN_what.sql.
func gooseMigrations(d dialect, folder fs.FS) ([]*goose.Migration, error) {
	names, err := fs.Glob(folder, "*.sql")
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	out := make([]*goose.Migration, 0, len(names))
	for _, name := range names {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, fmt.Errorf("read migration: %w", err)
		}
		number, _, _ := strings.Cut(name, "_")
		version, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("migration %s has no number: %w", name, err)
		}
		run := func(ctx context.Context, tx *sql.Tx) error { return execAll(ctx, tx, d.statements(string(text))) }
		out = append(out, goose.NewGoMigration(version, &goose.GoFunc{RunTx: run}, nil))
	}
	return out, nil
}

func execAll(ctx context.Context, tx *sql.Tx, statements []string) error {
	for _, s := range statements {
		if _, err := tx.ExecContext(ctx, s); err != nil {
			head, _, _ := strings.Cut(s, "\n")
			return fmt.Errorf("%s: %w", head, err)
		}
	}
	return nil
}

// migrator brings a schema up to date.
type migrator struct {
	dialect dialect
	pool    *sql.DB
	folder  fs.FS
	river   func(ctx context.Context) error
	// exclude keeps everybody else from migrating, and other daemons from running, until release is called.
	exclude func(ctx context.Context) (release func() error, err error)
	version string // of this program
	log     *slog.Logger
	follow  bool // migrate nothing
}

const versionSetting = "schema.version"

// up migrates where there is need, River's tables first.
func (m migrator) up(ctx context.Context) (err error) {
	p, err := m.provider()
	if err != nil {
		return err
	}
	if pending, err := m.check(ctx, p); err != nil || !pending {
		return err
	}
	if m.follow {
		return ErrOlder
	}
	release, err := m.exclude(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	if err := m.daemons(ctx, p); err != nil {
		return err
	}
	if err := m.river(ctx); err != nil {
		return fmt.Errorf("migrate the job queue: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate the library: %w", err)
	}
	return m.sign(ctx)
}

func (m migrator) provider() (*goose.Provider, error) {
	list, err := gooseMigrations(m.dialect, m.folder)
	if err != nil {
		return nil, err
	}
	p, err := goose.NewProvider(m.dialect.goose(), m.pool, nil,
		goose.WithGoMigrations(list...), goose.WithDisableGlobalRegistry(true), goose.WithSlog(m.log))
	if err != nil {
		return nil, fmt.Errorf("prepare migrations: %w", err)
	}
	return p, nil
}

// check reports whether there is something to migrate; a schema that is newer than we are is ErrNewer.
func (m migrator) check(ctx context.Context, p *goose.Provider) (pending bool, err error) {
	known, _, err := m.tables(ctx)
	if err != nil || !known {
		return true, err
	}
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return false, fmt.Errorf("read the schema's version: %w", err)
	}
	if have > want {
		var by []byte
		if err := m.pool.QueryRowContext(ctx, "SELECT value FROM setting WHERE name = '"+versionSetting+"'").Scan(&by); err != nil {
			by = []byte("unknown")
		}
		return false, fmt.Errorf("%w: its schema is %d, this program knows %d: use Millrace %s or later", ErrNewer, have, want, by)
	}
	return have < want, nil
}

// tables reports whether the library was ever migrated, and whether daemons are listed in it.
func (m migrator) tables(ctx context.Context) (library, daemons bool, err error) {
	query := "SELECT count(*) FROM sqlite_master WHERE name = $1"
	if m.dialect == dialectPostgres {
		query = "SELECT count(*) FROM pg_catalog.pg_class WHERE oid = to_regclass($1)"
	}
	for name, there := range map[string]*bool{"goose_db_version": &library, "daemon": &daemons} {
		var n int
		if err := m.pool.QueryRowContext(ctx, query, name).Scan(&n); err != nil {
			return false, false, fmt.Errorf("look for table %s: %w", name, err)
		}
		*there = n > 0
	}
	return library, daemons, nil
}

// daemons refuses to migrate under a daemon that is at work with the schema as it was.
func (m migrator) daemons(ctx context.Context, p *goose.Provider) error {
	_, there, err := m.tables(ctx)
	if err != nil || !there {
		return err
	}
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the schema's version: %w", err)
	}
	if have >= want {
		return nil
	}
	var id, version string
	err = m.pool.QueryRowContext(ctx, "SELECT id, version FROM daemon WHERE seen > $1 LIMIT 1",
		micros(time.Now().Add(-deadAfter))).Scan(&id, &version)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("look for other daemons: %w", err)
	}
	return fmt.Errorf("%w: the schema has to be migrated, but daemon %s of version %s is at work: stop and upgrade it first",
		ErrInUse, id, version)
}

// sign leaves word of who migrated last, for those who come with an older program.
func (m migrator) sign(ctx context.Context) error {
	_, err := m.pool.ExecContext(ctx, `INSERT INTO setting (name, value) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, versionSetting, []byte(m.version))
	if err != nil {
		return fmt.Errorf("sign the schema: %w", err)
	}
	return nil
}

// riverUp brings the job queue's own tables up to date.
func riverUp[T any](driver riverdriver.Driver[T], log *slog.Logger) func(context.Context) error {
	return func(ctx context.Context) error {
		m, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: log})
		if err != nil {
			return err
		}
		_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
		return err
	}
}
