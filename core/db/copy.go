package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Clock is the time of the database's machine, to a millisecond.
func (d *DB) Clock(ctx context.Context) (time.Time, error) {
	if !d.Shared() {
		return time.Now(), nil // the same machine
	}
	var ms int64
	err := d.c.row(ctx, "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint").Scan(&ms)
	if err != nil {
		return time.Time{}, fmt.Errorf("read the database's clock: %w", err)
	}
	return time.UnixMilli(ms), nil
}

// Copy writes the whole library, as it is at one moment, to a file that is not there yet: a SQLite database, or for
// PostgreSQL what its program pg_dump writes in its custom format. Work goes on meanwhile.
func (d *DB) Copy(ctx context.Context, to string) error {
	if _, err := os.Lstat(to); err == nil {
		return fmt.Errorf("copy library to %s: there is a file of that name", to)
	}
	if s, ok := d.store.(*sqliteStore); ok {
		if err := s.copy(ctx, to); err != nil {
			return fmt.Errorf("copy library to %s: %w", to, err)
		}
		return nil
	}
	s, ok := d.store.(*pgStore)
	if !ok {
		return fmt.Errorf("copy library: unknown kind of database")
	}
	return pgTool(ctx, s.pool.Config().ConnString(), "pg_dump", "--format=custom", "--no-owner", "--file="+to)
}

// copy has a connection of its own: those for reading refuse VACUUM, and the one for writing would be kept from work.
func (s *sqliteStore) copy(ctx context.Context, to string) error {
	own, err := sql.Open("sqlite", sqliteURL(s.path, ""))
	if err != nil {
		return err
	}
	_, err = own.ExecContext(ctx, "VACUUM INTO ?", to)
	return errors.Join(err, own.Close())
}

// RestorePostgres puts what Copy wrote of a PostgreSQL library into a database, in place of what is there.
func RestorePostgres(ctx context.Context, target, from string) error {
	return pgTool(ctx, target, "pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", "--dbname=", from)
}

// pgTool runs one of PostgreSQL's programs. The password goes by the environment: arguments can be seen by everybody.
func pgTool(ctx context.Context, target, program string, args ...string) error {
	path, err := exec.LookPath(program)
	if err != nil {
		return fmt.Errorf("%s is not installed: apt-get install postgresql-client", program)
	}
	u, err := url.Parse(target)
	if err != nil {
		return fmt.Errorf("run %s: the database's URL cannot be read", program) // the text of err holds the URL
	}
	u.RawQuery = libpq(u.Query()).Encode()
	env := os.Environ()
	if pw, ok := u.User.Password(); ok {
		env = append(env, "PGPASSWORD="+pw)
		u.User = url.User(u.User.Username())
	}
	for i, a := range args {
		if a == "--dbname=" {
			args[i] += u.String()
		}
	}
	if program == "pg_dump" {
		args = append(args, "--dbname="+u.String())
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = env
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("run %s: %w: %s", program, err, strings.TrimSpace(string(out)))
	}
	return nil
}

// libpq leaves out what only pgx understands of a URL's parameters: PostgreSQL's own programs refuse the others.
func libpq(q url.Values) url.Values {
	for name := range q {
		if strings.HasPrefix(name, "pool_") || strings.HasSuffix(name, "_cache_capacity") || name == "default_query_exec_mode" {
			q.Del(name)
		}
	}
	return q
}
