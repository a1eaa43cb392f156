package host

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Bounds of what a plugin prints: bytes of a line that are kept, and lines that are kept to be shown.
const (
	maxLine   = 16 << 10
	keptLines = 20
)

// eachLine gives the lines of a stream without their ends, each at most maxLine long; what is beyond is dropped. A plugin
// must be able to print what it likes without stopping its host or itself.
func eachLine(r io.Reader, do func(line []byte)) {
	br := bufio.NewReaderSize(r, maxLine)
	for {
		line, err := br.ReadSlice('\n')
		if len(line) > 0 {
			do(bytes.TrimRight(line, "\r\n"))
		}
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = br.ReadSlice('\n')
		}
		if err != nil {
			return
		}
	}
}

// handshake is go-plugin's line: core protocol, our protocol, network, address, transport.
var handshake = regexp.MustCompile(`^\d+\|(\d+)\|(unix|tcp)\|[^|]+\|(grpc|netrpc)(\||$)`)

// output takes what a process prints: it logs it, and keeps the last lines.
type output struct {
	log *slog.Logger

	mu    sync.Mutex // guards what follows
	last  []string
	panic bool // a panic's stack is being printed
}

// line takes one line of standard error: hclog's JSON, or anything.
func (o *output) line(b []byte) {
	text := strings.ToValidUTF8(string(b), "\uFFFD")
	if strings.TrimSpace(text) == "" {
		return
	}
	e, ok := parseEntry(b)
	if !ok {
		e = entry{level: o.plainLevel(text), message: text}
	}
	o.keep(e)
	o.log.LogAttrs(context.Background(), e.level, e.message, e.attrs...)
}

// plain takes one line of anything that is no log.
func (o *output) plain(b []byte) {
	if text := strings.ToValidUTF8(string(b), "\uFFFD"); strings.TrimSpace(text) != "" {
		o.log.Debug(text)
	}
}

// keep remembers a line for the status. A log line is told by its level and message, with no attribute that might be long.
func (o *output) keep(e entry) {
	o.mu.Lock()
	defer o.mu.Unlock()
	text := e.message
	if e.json {
		text = e.level.String() + " " + text
		for _, a := range e.attrs {
			if a.Key == "error" || a.Key == "panic" {
				text += " " + a.Key + "=" + a.Value.String()
			}
		}
	}
	if len(text) > 500 {
		text = strings.ToValidUTF8(text[:500], "") + "…"
	}
	if len(o.last) == keptLines {
		o.last = slices.Delete(o.last, 0, 1)
	}
	o.last = append(o.last, text)
}

// lines are the last lines printed.
func (o *output) lines() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.last)
}

// plainLevel guesses a level: what follows a panic is its stack.
func (o *output) plainLevel(text string) slog.Level {
	o.mu.Lock()
	defer o.mu.Unlock()
	for prefix, l := range map[string]slog.Level{
		"[TRACE]": levelTrace, "[DEBUG]": slog.LevelDebug, "[INFO]": slog.LevelInfo, "[WARN]": slog.LevelWarn, "[ERROR]": slog.LevelError,
	} {
		if strings.HasPrefix(text, prefix) {
			return l
		}
	}
	if strings.HasPrefix(text, "panic: ") || strings.HasPrefix(text, "fatal error: ") {
		o.panic = true
	}
	if o.panic {
		return slog.LevelError
	}
	return slog.LevelDebug
}

// writer is plain for a stream that comes in pieces.
func (o *output) writer() io.Writer { return &lineWriter{do: o.plain} }

// lineWriter cuts what is written into lines; what is longer than maxLine is cut there too.
type lineWriter struct {
	do func([]byte)

	mu  sync.Mutex // guards buf
	buf []byte
}

func (w *lineWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.buf = append(w.buf, p...)
	for {
		i := bytes.IndexByte(w.buf, '\n')
		if i < 0 && len(w.buf) > maxLine {
			i = maxLine
		}
		if i < 0 {
			return len(p), nil
		}
		w.do(w.buf[:i])
		w.buf = append([]byte(nil), w.buf[min(i+1, len(w.buf)):]...)
	}
}

// levelTrace is hclog's lowest level, which slog has no name for.
const levelTrace = slog.LevelDebug - 4

type entry struct {
	level   slog.Level
	message string
	attrs   []slog.Attr
	json    bool
}

// parseEntry reads a line of hclog's JSON. A line whose keys are of other types than they should be is no such line.
func parseEntry(b []byte) (entry, bool) {
	if len(b) == 0 || b[0] != '{' {
		return entry{}, false
	}
	var raw map[string]any
	if json.Unmarshal(b, &raw) != nil {
		return entry{}, false
	}
	message, ok := raw["@message"].(string)
	level, leveled := raw["@level"].(string)
	if !ok || !leveled {
		return entry{}, false
	}
	e := entry{message: message, level: parseLevel(level), json: true}
	for _, k := range slices.Sorted(maps.Keys(raw)) {
		if !strings.HasPrefix(k, "@") {
			e.attrs = append(e.attrs, slog.Any(k, raw[k]))
		}
	}
	return e, true
}

func parseLevel(name string) slog.Level {
	switch strings.ToLower(name) {
	case "trace":
		return levelTrace
	case "info":
		return slog.LevelInfo
	case "warn":
		return slog.LevelWarn
	case "error":
		return slog.LevelError
	}
	return slog.LevelDebug
}

// pipeGrace is how long the pipes of a process that has ended may stay open in the hands of something it started.
const pipeGrace = 500 * time.Millisecond
