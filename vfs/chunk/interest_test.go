package chunk_test

import (
	"context"
	"io"
	"sync"
	"testing"

	"github.com/millrace-media/millrace/vfs/chunk"
	"github.com/millrace-media/millrace/vfs/vfstest"
)

// witness is a source that remembers its contexts and names whoever sends.
type witness struct {
	*vfstest.Origin
	mu   sync.Mutex // guards ctxs
	ctxs []context.Context
}

type named struct{ io.ReadCloser }

func (named) From() string { return "somebody" }

func (w *witness) ReadRange(ctx context.Context, id string, off, n int64) (io.ReadCloser, error) {
	w.mu.Lock()
	w.ctxs = append(w.ctxs, ctx)
	w.mu.Unlock()
	body, err := w.Origin.ReadRange(ctx, id, off, n)
	if err != nil {
		return nil, err
	}
	return named{body}, nil
}

// urgent says whether the newest request is.
func (w *witness) urgent() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.ctxs) > 0 && chunk.Urgent(w.ctxs[len(w.ctxs)-1])
}

func TestUrgent(t *testing.T) {
	t.Parallel()
	if chunk.Urgent(t.Context()) {
		t.Error("a stranger's context is urgent")
	}
	w := &witness{Origin: vfstest.NewOrigin()}
	w.Script(func(vfstest.Request) vfstest.Fault { return vfstest.Fault{Hang: true} })
	c, _ := open(t, w, options(""))
	f := c.Open("a", 100*size)
	defer f.Close()
	p := f.Prefetch()
	defer p.Drop()
	p.Want(0, 10*size)
	vfstest.Eventually(t, "the source is asked", func() bool { return w.Open() == 1 })
	if w.urgent() {
		t.Error("what nobody waits for is urgent")
	}
	r := start(f, 0, size)
	vfstest.Eventually(t, "it is urgent when a reader waits", w.urgent)
	r.cancel()
	<-r.err
	if w.urgent() {
		t.Error("it is urgent after the reader has left")
	}
}

func TestFromNamesTheSender(t *testing.T) {
	t.Parallel()
	c, _ := open(t, &witness{Origin: vfstest.NewOrigin()}, options(""))
	f := c.Open("a", 10*size)
	defer f.Close()
	if got := f.From(); got != "" {
		t.Errorf("got %q before anything was sent", got)
	}
	read(t, c, "a", 10*size, 0, size)
	if got := f.From(); got != "somebody" {
		t.Errorf("got %q, want the source's name", got)
	}
}

func TestAhead(t *testing.T) {
	t.Parallel()
	const total = 100*size + 10
	c, _ := open(t, vfstest.NewOrigin(), options(""))
	f := c.Open("a", total)
	defer f.Close()
	read(t, c, "a", total, 0, 10*size)
	read(t, c, "a", total, 12*size, size)
	read(t, c, "a", total, 99*size, size+10)
	tests := []struct {
		name      string
		off, want int64
	}{
		{"up to the first gap", 0, 10 * size},
		{"from within a chunk", 9*size + 1, size - 1},
		{"nothing in a gap", 10 * size, 0},
		{"up to the end", 99*size + 5, size + 5},
		{"nothing past the end", total, 0},
		{"nothing before the start", -1, 0},
	}
	for _, tt := range tests {
		if got := f.Ahead(tt.off); got != tt.want {
			t.Errorf("%s: got %d, want %d", tt.name, got, tt.want)
		}
	}
}
