package main

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/anacrolix/torrent"
	"github.com/anacrolix/torrent/metainfo"
)

// fileServer serves ranges of files on a loopback port, under a path that cannot be guessed and that changes at each start.
type fileServer struct {
	e      *engine
	l      net.Listener
	token  string
	server *http.Server
	busy   sync.WaitGroup // requests for bytes
}

func listenFiles(e *engine) (*fileServer, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen on loopback: %w", err)
	}
	var b [24]byte
	rand.Read(b[:]) // never fails
	f := &fileServer{e: e, l: l, token: base64.RawURLEncoding.EncodeToString(b[:])}
	f.server = &http.Server{Handler: http.HandlerFunc(f.serveHTTP), ReadHeaderTimeout: 10 * time.Second}
	return f, nil
}

func (f *fileServer) serve() error {
	if err := f.server.Serve(f.l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve files: %w", err)
	}
	return nil
}

// close cuts readers off, as they are when the process ends, and waits for them.
func (f *fileServer) close() error {
	err := f.server.Close()
	f.busy.Wait()
	return err
}

// url is the address of a file. Its name is for people and players only.
func (f *fileServer) url(hash metainfo.Hash, index int, file string) string {
	return fmt.Sprintf("http://%s/%s/%s/%d/%s", f.l.Addr(), f.token, hash.HexString(), index, url.PathEscape(path.Base(file)))
}

func etag(hash metainfo.Hash, index int) string {
	return fmt.Sprintf(`"%s-%d"`, hash.HexString(), index)
}

// serveHTTP answers /<token>/<hash>/<index>/<name>.
func (f *fileServer) serveHTTP(w http.ResponseWriter, r *http.Request) {
	parts := strings.SplitN(strings.TrimPrefix(r.URL.Path, "/"), "/", 4)
	var hash metainfo.Hash
	if len(parts) < 3 || subtle.ConstantTimeCompare([]byte(parts[0]), []byte(f.token)) != 1 || len(parts[1]) != 40 || hash.FromHexString(parts[1]) != nil {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, "read only", http.StatusMethodNotAllowed)
		return
	}
	index, err := strconv.Atoi(parts[2])
	if err != nil {
		http.NotFound(w, r)
		return
	}
	b, err := f.e.open(r.Context(), hash, index, aheadOf(r.Header.Get("Range")))
	if err != nil {
		f.e.log.Error("a file cannot be served", "hash", hash.HexString(), "err", err)
		http.Error(w, "it cannot be read", http.StatusInternalServerError)
		return
	}
	if b == nil {
		http.NotFound(w, r)
		return
	}
	defer f.busy.Done()
	defer b.close()
	w.Header().Set("ETag", etag(hash, index))
	w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeContent(prompt{w}, r, "", time.Time{}, b)
	if b.err != nil {
		f.e.log.Debug("a read ended early", "hash", hash.HexString(), "file", index, "err", b.err)
		panic(http.ErrAbortHandler) // the length was promised: the connection is cut, so that the host sees a short body
	}
}

// prompt sends what it has at once. The header tells that the file is here long before a slow swarm brings the first byte,
// and no byte waits here for those that follow it.
type prompt struct{ http.ResponseWriter }

func (p prompt) WriteHeader(code int) {
	p.ResponseWriter.WriteHeader(code)
	p.flush()
}

func (p prompt) Write(b []byte) (int, error) {
	n, err := p.ResponseWriter.Write(b)
	p.flush()
	return n, err
}

func (p prompt) flush() {
	_ = http.NewResponseController(p.ResponseWriter).Flush() // a client that has left is noticed by the next write
}

// aheadOf is how much to download ahead for a range: no more than is asked for, so that a look at a file's end is not
// delayed by what nobody wants. What is no single range of known length is a whole file.
func aheadOf(header string) int64 {
	var first, last int64
	if n, err := fmt.Sscanf(header, "bytes=%d-%d", &first, &last); n != 2 || err != nil || first < 0 || last < first || strings.Contains(header, ",") {
		return readahead
	}
	return min(readahead, last-first+1)
}

// open finds the file and counts its reader, so that what it reads is not dropped meanwhile. It is nil if there is none.
func (e *engine) open(ctx context.Context, hash metainfo.Hash, index int, ahead int64) (*body, error) {
	h, err := e.known(hash)
	if err != nil || h == nil || h.t.Info() == nil {
		return nil, err
	}
	files := h.t.Files()
	if index < 0 || index >= len(files) {
		return nil, nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed || e.holds[hash] != h {
		return nil, nil // forgotten in between
	}
	b := &body{ctx: ctx, e: e, h: h, file: files[index], data: e.data.of(hash), r: files[index].NewReader(), ahead: ahead}
	b.r.SetReadahead(ahead)
	h.bodies[b] = struct{}{}
	h.used = time.Now()
	e.files.busy.Add(1)
	return b, nil
}

// readahead is how much of what follows a read is downloaded with it at most, bytes.
const readahead = 8 << 20

// body reads a file of a torrent. It waits for what has to come, but not for ever, and gives verified bytes only.
type body struct {
	ctx  context.Context // of the request that it serves, no longer
	e    *engine
	h    *hold
	file *torrent.File
	data *blob
	r    torrent.Reader
	// ahead is how much of what follows is downloaded with it, bytes.
	ahead int64
	err   error // why a read failed

	mu  sync.Mutex // guards what follows
	pos int64
}

// Read implements io.Reader. A read of which nothing comes in time ends with an error.
func (b *body) Read(p []byte) (int, error) {
	ctx, cancel := context.WithTimeout(b.ctx, b.e.wait)
	defer cancel()
	p = p[:min(int64(len(p)), b.file.Length()-b.at())] // the library's reader would go on into the next file
	for try := int64(0); ; try++ {
		before := b.data.generation()
		n, err := b.attempt(ctx, p)
		switch {
		case n > 0 && b.data.generation() != before:
			// Pieces were given up meanwhile, perhaps these.
			if _, err := b.r.Seek(b.at(), io.SeekStart); err != nil {
				return 0, b.failed(err)
			}
		case n > 0:
			b.data.touch(b.file.Offset()+b.at(), int64(n))
			b.move(b.at() + int64(n))
			return n, nil
		case ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded):
			b.r.SetReadahead(b.ahead + (try%2+1)*b.data.pieceLength) // another window makes the library look again
		default:
			return 0, b.failed(err)
		}
	}
}

// nudgeAfter is how long a read waits before the library is made to look what it should ask peers for; see wakeEvery.
const nudgeAfter = time.Second

func (b *body) attempt(ctx context.Context, p []byte) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, nudgeAfter)
	defer cancel()
	return b.r.ReadContext(ctx, p)
}

func (b *body) failed(err error) error {
	if b.at() < b.file.Length() {
		b.err = err
	}
	return err
}

// Seek implements io.Seeker.
func (b *body) Seek(off int64, whence int) (int64, error) {
	n, err := b.r.Seek(off, whence)
	if err == nil {
		b.move(n)
	}
	return n, err
}

func (b *body) at() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.pos
}

func (b *body) move(pos int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pos = pos
}

// window is the pieces that it reads and will read next: the first, and the one after the last.
func (b *body) window(pieceLength int64) [2]int {
	from := b.file.Offset() + b.at()
	to := min(from+readahead, b.file.Offset()+b.file.Length())
	return [2]int{int(from / pieceLength), int((to-1)/pieceLength) + 1}
}

func (b *body) close() {
	now := time.Now()
	b.e.data.touch(b.h.hash, now)
	b.e.mu.Lock()
	defer b.e.mu.Unlock()
	if b.err != nil {
		b.e.finish(b.h, int((b.file.Offset()+b.at())/b.data.pieceLength))
	}
	b.r.Close() // nothing is written
	delete(b.h.bodies, b)
	b.h.used = now
}

// linger is how long a piece is still asked for that a reader has waited for in vain.
const linger = 30 * time.Second

// finish goes on with a piece whose reader has left, for a while and after those that others read: in a slow swarm a reader
// that gives up mostly comes again, and peers would send anew what they are about to send. The caller holds the mutex.
func (e *engine) finish(h *hold, piece int) {
	if e.closed || e.holds[h.hash] != h {
		return
	}
	if t, ok := h.lingers[piece]; ok {
		t.Reset(linger)
		return
	}
	h.t.Piece(piece).SetPriority(torrent.PiecePriorityNormal)
	h.lingers[piece] = time.AfterFunc(linger, func() { e.finished(h, piece) })
}

// finished ends what finish began.
func (e *engine) finished(h *hold, piece int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(h.lingers, piece)
	if !e.closed && e.holds[h.hash] == h {
		h.t.Piece(piece).SetPriority(torrent.PiecePriorityNone)
	}
}
