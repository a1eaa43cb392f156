package core

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/millrace-media/millrace/core/web"
)

// front is where requests come in: a TCP port, and a socket for the command line.
type front struct {
	tcp    net.Listener
	unix   net.Listener
	socket string
}

func (d *Daemon) listen() (*front, error) {
	c := d.cfg.Load()
	tcp, err := net.Listen("tcp", c.Server.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen on %s (server.listen): %w", c.Server.Listen, err)
	}
	f := &front{tcp: tcp, socket: SocketPath(c.Data)}
	if f.unix, err = listenUnix(f.socket, "the command line"); err != nil {
		tcp.Close()
		return nil, err
	}
	return f, nil
}

// listenUnix makes a socket that its owner alone can open, for whoever is named. One that nobody answers on, as a process
// that was killed leaves it behind, is replaced.
func listenUnix(path, who string) (net.Listener, error) {
	if len(path) > maxSocketPath {
		return nil, fmt.Errorf("the data folder's path is too long for the socket of %s, %s: at most %d bytes in all", who, path, maxSocketPath)
	}
	if answers(path) {
		return nil, fmt.Errorf("%w: somebody answers on %s", errRunning, path)
	}
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return nil, fmt.Errorf("remove the old socket: %w", err)
	}
	lis, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("listen for %s on %s: %w", who, path, err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		lis.Close()
		return nil, fmt.Errorf("listen for %s on %s: %w", who, path, err)
	}
	return lis, nil
}

// maxSocketPath is the longest path of a socket on Linux, in bytes (unix(7), sun_path).
const maxSocketPath = 107

// errRunning says that a daemon runs on the same data folder.
var errRunning = errors.New("another daemon uses the data folder")

// answers reports whether somebody listens on a socket: one that a killed daemon left behind does not answer.
func answers(socket string) bool {
	conn, err := net.DialTimeout("unix", socket, time.Second)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// SocketPath is where a daemon listens for the command line.
func SocketPath(data string) string { return filepath.Join(data, "run", "api.sock") }

func (f *front) address() string { return f.tcp.Addr().String() }

func (f *front) close() {
	f.tcp.Close()
	if f.unix != nil {
		f.unix.Close()
	}
}

// serve answers until ctx ends; then nothing new is taken, and what is being answered has a moment to finish.
func (f *front) serve(ctx context.Context, w *web.Server) error {
	g, inner := errgroup.WithContext(ctx)
	outer := &http.Server{Handler: w.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	local := &http.Server{Handler: w.Local(), ReadHeaderTimeout: 10 * time.Second}
	g.Go(func() error { return serveUntil(inner, outer, f.tcp) })
	g.Go(func() error { return serveUntil(inner, local, f.unix) })
	return g.Wait()
}

// serveUntil answers until ctx ends, or it cannot any more; then what is being answered has a second to finish.
func serveUntil(ctx context.Context, s *http.Server, l net.Listener) error {
	g, inner := errgroup.WithContext(ctx)
	g.Go(func() error {
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve %s: %w", l.Addr(), err)
		}
		return nil
	})
	g.Go(func() error {
		<-inner.Done()
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if s.Shutdown(stop) != nil {
			s.Close() // streams that go on: their readers ask again
		}
		return nil
	})
	return g.Wait()
}
