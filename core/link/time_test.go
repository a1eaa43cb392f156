package link

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace-media/millrace/core/db"
)

// network is one in memory, where time is the test's. Each instance's links lead to a host of its own, as a.test:80.
type network struct {
	t *testing.T

	mu    sync.Mutex
	dial  map[string]func(context.Context) error // guarded by mu; what becomes of a connection, by host; nil: it is made
	dials map[string]int                         // guarded by mu
	l     *pipes
}

// pipes is a listener whose connections are in memory.
type pipes struct {
	c    chan net.Conn
	over chan struct{}
	once sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.c:
		return c, nil
	case <-p.over:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.over) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

// connect dials.
func (n *network) connect(ctx context.Context, _, address string) (net.Conn, error) {
	n.mu.Lock()
	n.dials[address]++
	do := n.dial[address]
	n.mu.Unlock()
	if do != nil {
		if err := do(ctx); err != nil {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: err}
		}
	}
	ours, theirs := net.Pipe()
	select {
	case n.l.c <- theirs:
		return ours, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (n *network) host(name string, do func(context.Context) error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.dial[name+".test:80"] = do
}

func (n *network) dialled(name string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.dials[name+".test:80"]
}

func refuse(context.Context) error { return errors.New("connection refused") }

func vanish(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

// inTime runs a test in a world whose time passes when all wait.
func inTime(t *testing.T, places []db.Placement, test func(t *testing.T, w *world, n *network)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := &cdn{odd: map[string]http.HandlerFunc{}, hits: map[string]int{}}
		c.address = func(instance string) string { return "http://" + instance + ".test" }
		n := &network{t: t, dial: map[string]func(context.Context) error{}, dials: map[string]int{}, l: &pipes{c: make(chan net.Conn), over: make(chan struct{})}}
		w := populate(t, c, places)
		w.http.Transport.(*http.Transport).DialContext = n.connect
		s := &http.Server{Handler: c}
		served := make(chan error, 1)
		go func() { served <- s.Serve(n.l) }()
		t.Cleanup(func() {
			w.Close()
			s.Close()
			<-served
		})
		test(t, w, n)
	})
}

var onlyA = []db.Placement{{Instance: "a"}}

// hang answers nothing until the client leaves.
func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// part serves the beginning of what is asked for, in the header all of it, and does then as it is told.
func part(n int, then func(r *http.Request)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		first := &firstOf{ResponseWriter: w, left: n}
		http.ServeContent(first, r, "", time.Time{}, strings.NewReader(string(content)))
		_ = http.NewResponseController(w).Flush() // the client may have left
		then(r)
		panic(http.ErrAbortHandler)
	}
}

// firstOf passes the first bytes on only.
type firstOf struct {
	http.ResponseWriter
	left int
}

func (f *firstOf) Write(p []byte) (int, error) {
	if f.left <= 0 {
		return 0, io.ErrShortWrite
	}
	n, err := f.ResponseWriter.Write(p[:min(len(p), f.left)])
	f.left -= n
	return n, err
}

// after is how long something takes.
func after(do func()) time.Duration {
	began := time.Now()
	do()
	return time.Since(began)
}
