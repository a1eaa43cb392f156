package dbtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/millrace-media/millrace/core/db"
)

// server is one for all tests of a binary: starting it takes seconds.
var server postgres

type postgres struct {
	once sync.Once
	err  error
	dir  string
	cmd  *exec.Cmd

	mu   sync.Mutex
	made int // guarded by mu: how many databases there are
}

var errNoPostgres = errors.New("no PostgreSQL found")

const (
	startTimeout = 60 * time.Second
	template     = "millrace_template"
)

func (p *postgres) url(name string) string {
	return fmt.Sprintf("postgres:///%s?host=%s&user=postgres", name, p.dir)
}

// database makes a database, with or without the library's tables.
func (p *postgres) database(t testing.TB, tables bool) string {
	t.Helper()
	p.once.Do(func() { p.err = p.start() })
	if errors.Is(p.err, errNoPostgres) && os.Getenv("MILLRACE_REQUIRE_POSTGRES") != "1" {
		t.Skip(p.err)
	}
	if p.err != nil {
		t.Fatal(p.err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.made++
	name := "test_" + strconv.Itoa(p.made)
	from := "template0"
	if tables {
		from = template
	}
	if err := p.exec(t.Context(), "CREATE DATABASE "+name+" TEMPLATE "+from); err != nil {
		t.Fatal(err)
	}
	return p.url(name) + "&pool_max_conns=10"
}

func (p *postgres) exec(ctx context.Context, query string) error {
	conn, err := pgx.Connect(ctx, p.url("postgres"))
	if err != nil {
		return fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	_, err = conn.Exec(ctx, query)
	return errors.Join(err, conn.Close(ctx))
}

func (p *postgres) start() error {
	initdb, err := program("initdb")
	if err != nil {
		return err
	}
	daemon, err := program("postgres")
	if err != nil {
		return err
	}
	if p.dir, err = os.MkdirTemp("", "millrace-pg-"); err != nil {
		return fmt.Errorf("make a folder for PostgreSQL: %w", err)
	}
	who, err := p.owner()
	if err != nil {
		return err
	}
	data := filepath.Join(p.dir, "data")
	if out, err := p.command(who, initdb, "-D", data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C").
		CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	p.cmd = p.command(who, daemon, "-D", data, "-k", p.dir, "-c", "listen_addresses=", "-c", "fsync=off",
		"-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_connections=300", "-c", "log_min_messages=fatal")
	if err := p.cmd.Start(); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	p.dieWithUs()
	return p.prepare()
}

// prepare waits until the server answers and makes the database that the others are copied from.
func (p *postgres) prepare() error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for err := p.exec(ctx, "SELECT 1"); err != nil; err = p.exec(ctx, "SELECT 1") {
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for PostgreSQL: %w", err)
		case <-tick.C:
		}
	}
	if err := p.exec(ctx, "CREATE DATABASE "+template+" TEMPLATE template0"); err != nil {
		return fmt.Errorf("make the template: %w", err)
	}
	d, err := db.Open(ctx, db.Options{URL: p.url(template), Version: "1.2.3"})
	if err != nil {
		return err
	}
	return d.Close()
}

// command runs a program as the folder's owner: PostgreSQL refuses to run as root. It ends with the test binary.
func (p *postgres) command(who *syscall.Credential, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = p.dir
	cmd.SysProcAttr = childAttributes(who)
	return cmd
}

// owner hands the folder to whoever PostgreSQL will run as, where we are root; otherwise that is ourselves.
func (p *postgres) owner() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(uidErr, gidErr, os.Chown(p.dir, int(uid), int(gid))); err != nil {
			return nil, fmt.Errorf("hand the folder to %s: %w", name, err)
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, fmt.Errorf("%w that may run: root has no user to run it as", errNoPostgres)
}

// dieWithUs ends the server when the tests are interrupted.
func (p *postgres) dieWithUs() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-c
		p.stop()
		os.Exit(130)
	}()
}

func (p *postgres) stop() {
	if p.cmd != nil {
		// An immediate shutdown: nothing of it is kept. What goes wrong with it the folder's removal does not depend on.
		_ = p.cmd.Process.Signal(syscall.SIGQUIT)
		_ = p.cmd.Wait()
	}
	if p.dir != "" {
		_ = os.RemoveAll(p.dir) // left to the system's own cleaning of temporary files
	}
}

func program(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	all, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err != nil || len(all) == 0 {
		return "", fmt.Errorf("%w: %s is neither on the PATH nor in /usr/lib/postgresql", errNoPostgres, name)
	}
	return all[len(all)-1], nil
}
