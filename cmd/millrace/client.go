package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/millrace-media/millrace/core"
	"github.com/millrace-media/millrace/core/config"
)

// errNotRunning says that no daemon runs on a data folder.
var errNotRunning = errors.New("no daemon runs")

// errInterrupted is the answer to a command that was ended before the daemon's.
var errInterrupted = errors.New("interrupted")

// client talks to the daemon of a data folder.
type client struct {
	http  *http.Client
	data  string
	start string // the command that starts it
}

// daemon is the client of the daemon that the flags and the configuration lead to. It connects at the first call.
func (p *program) daemon(ctx context.Context) (*client, error) {
	data, err := p.dataFolder(ctx)
	if err != nil {
		return nil, err
	}
	socket := core.SocketPath(data)
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}
	start := "millrace serve"
	if p.config != "" {
		start += " --config " + p.config
	}
	return &client{http: &http.Client{Transport: &http.Transport{DialContext: dial}}, data: data, start: start}, nil
}

// dataFolder finds the data folder: as --data says, or else the configuration. A configuration that cannot be read, as when
// a variable that it asks for is set for the daemon alone, is no obstacle where the usual folder beside it has a daemon.
func (p *program) dataFolder(ctx context.Context) (string, error) {
	if p.data != "" {
		return filepath.Abs(p.data)
	}
	path := p.configPath()
	c, ds := config.Load(ctx, path, config.Options{Environ: p.environ})
	if c != nil {
		return c.Data, nil
	}
	dir := path
	if st, err := os.Stat(path); err == nil && !st.IsDir() {
		dir = filepath.Dir(path)
	}
	usual, err := filepath.Abs(filepath.Join(dir, "data"))
	if err == nil {
		_, err = os.Stat(core.SocketPath(usual))
	}
	if err == nil {
		return usual, nil
	}
	if err := ds.WriteText(p.err, p.live); err != nil {
		return "", err
	}
	return "", errors.New("the configuration does not say where the data folder is: mend it, or name the folder with --data")
}

// request is a call of the API.
type request struct {
	method string // GET where empty
	path   string // below /api/v1
	query  url.Values
	body   any    // sent as JSON; []byte as it is
	kind   string // content type of a body of bytes
}

// problem is an error as the API tells it (RFC 9457).
type problem struct {
	Status int    `json:"status"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Kind   string `json:"kind"`
	Errors []struct {
		Message  string `json:"message"`
		Location string `json:"location"`
	} `json:"errors"`
}

func (e *problem) Error() string {
	text := e.Detail
	if text == "" {
		text = e.Title
	}
	for _, more := range e.Errors {
		if more.Message == "" || strings.Contains(text, more.Message) {
			continue
		}
		text += "; " + strings.TrimPrefix(more.Location+": ", ": ") + more.Message
	}
	return text
}

// call sends a request and gives the answer as it came.
func (c *client) call(ctx context.Context, r request) (json.RawMessage, error) {
	req, err := c.encode(ctx, r)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.explain(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("the daemon broke off while it answered: %w", err)
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return nil, refusal(resp, body)
	}
	return body, nil
}

func (c *client) encode(ctx context.Context, r request) (*http.Request, error) {
	if r.method == "" {
		r.method = http.MethodGet
	}
	var body io.Reader
	switch b := r.body.(type) {
	case nil:
	case []byte:
		body = bytes.NewReader(b)
	default:
		text, err := json.Marshal(b)
		if err != nil {
			return nil, err
		}
		body, r.kind = bytes.NewReader(text), "application/json"
	}
	u := url.URL{Scheme: "http", Host: "millrace", Path: "/api/v1" + r.path, RawQuery: r.query.Encode()}
	req, err := http.NewRequestWithContext(ctx, r.method, u.String(), body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	if r.kind != "" {
		req.Header.Set("Content-Type", r.kind)
	}
	return req, nil
}

func refusal(resp *http.Response, body []byte) error {
	pr := &problem{}
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")) // another type, or none, is no problem document
	if !strings.HasSuffix(kind, "json") || json.Unmarshal(body, pr) != nil || pr.Title+pr.Detail == "" {
		return fmt.Errorf("the daemon answered %s", resp.Status)
	}
	return pr
}

// explain says what to do about a daemon that cannot be reached.
func (c *client) explain(err error) error {
	var op *net.OpError
	switch {
	case errors.Is(err, context.Canceled):
		return errInterrupted
	case !errors.As(err, &op) || op.Op != "dial":
		return fmt.Errorf("ask the daemon: %w", err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("the daemon on %s is another user's: run this as the user that it runs as", c.data)
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("%w on the data folder %s: start one with '%s', or name the folder of one that runs with --data", errNotRunning, c.data, c.start)
	}
	return fmt.Errorf("reach the daemon on %s: %w", c.data, err)
}

// reply is an answer of the daemon, read, and as it came.
type reply[T any] struct {
	value T
	raw   json.RawMessage
}

// ask sends a request and reads the answer.
func ask[T any](ctx context.Context, c *client, r request) (a reply[T], err error) {
	if a.raw, err = c.call(ctx, r); err != nil {
		return a, err
	}
	if err := json.Unmarshal(a.raw, &a.value); err != nil {
		return a, fmt.Errorf("the daemon's answer cannot be read; is it of another version than this program (%s)? %w", version, err)
	}
	return a, nil
}

// answer asks the daemon and writes what it says: as it came where JSON is wanted, else through text.
func answer[T any](ctx context.Context, p *program, r request, text func(T) error) error {
	c, err := p.daemon(ctx)
	if err != nil {
		return err
	}
	a, err := ask[T](ctx, c, r)
	if err != nil {
		return err
	}
	if p.json {
		return p.writeJSON(a.raw)
	}
	return text(a.value)
}
