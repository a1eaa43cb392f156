package httpclient

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"github.com/millrace-media/millrace/sdk"
)

// Request is one call. At most one of Form, Body and Raw is sent; Files go with Form.
type Request struct {
	Method string      // default GET, or POST where something is sent
	Path   string      // below the service's URL, escaped by the caller (url.PathEscape); or a whole URL
	Query  url.Values  // added to the URL's own
	Header http.Header // over the client's
	Form   url.Values  // sent as a form
	Files  []FormFile  // makes the form a multipart one
	Body   any         // sent as JSON
	Raw    []byte      // sent as it is
	Type   string      // content type of Raw; default application/octet-stream
	Out    any         // where JSON and XML decode the answer to; nil: it is not decoded
	Class  string      // of the rate limit; empty: the default one
	Allow  []int       // statuses that are no error
	// Idempotent says that the call may be sent twice though its method is POST or PATCH.
	Idempotent bool
	// MaxBody bounds this answer, in bytes, where the client's bound does not fit.
	MaxBody int64

	accept string
}

// FormFile is a file of a multipart form.
type FormFile struct {
	Field string
	Name  string
	Data  []byte
}

// Answer is what a service replied.
type Answer struct {
	Status   int
	Header   http.Header
	Body     []byte
	Location string // of a redirect that HTTP cannot follow, as one to a magnet
	URL      string // where the answer came from, after redirects; it may hold a secret

	what    string   // the call as it may be shown
	secrets []string // what may not
}

func (r Request) method() string {
	switch {
	case r.Method != "":
		return r.Method
	case r.Form != nil || r.Files != nil || r.Body != nil || r.Raw != nil:
		return http.MethodPost
	}
	return http.MethodGet
}

func (r Request) repeatable() bool {
	switch r.method() {
	case http.MethodPost, http.MethodPatch:
		return r.Idempotent
	}
	return true
}

// payload encodes what is sent, once for all attempts.
func (r Request) payload() (data []byte, contentType string, err error) {
	switch {
	case r.Files != nil:
		return r.multipart()
	case r.Form != nil:
		return []byte(r.Form.Encode()), "application/x-www-form-urlencoded", nil
	case r.Body != nil:
		data, err := json.Marshal(r.Body)
		return data, "application/json", err
	case r.Raw != nil:
		return r.Raw, cmpOr(r.Type, "application/octet-stream"), nil
	}
	return nil, "", nil
}

func (r Request) multipart() ([]byte, string, error) {
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	for name, values := range r.Form {
		for _, v := range values {
			if err := w.WriteField(name, v); err != nil {
				return nil, "", err
			}
		}
	}
	for _, f := range r.Files {
		part, err := w.CreateFormFile(f.Field, f.Name)
		if err != nil {
			return nil, "", err
		}
		if _, err := part.Write(f.Data); err != nil {
			return nil, "", err
		}
	}
	err := w.Close()
	return buf.Bytes(), w.FormDataContentType(), err
}

// target is the URL of a request, credentials aside.
func (c *Client) target(r Request) (*url.URL, error) {
	u := c.URL()
	if strings.HasPrefix(r.Path, "http://") || strings.HasPrefix(r.Path, "https://") {
		parsed, err := url.Parse(r.Path)
		if err != nil || parsed.Host == "" {
			return nil, sdk.Errorf(sdk.Invalid, "the URL cannot be read")
		}
		u = parsed
	} else if r.Path != "" {
		u = u.JoinPath(r.Path)
	}
	if len(r.Query) == 0 {
		return u, nil
	}
	q := u.Query()
	maps.Copy(q, r.Query)
	u.RawQuery = q.Encode()
	return u, nil
}

// build makes the HTTP request of one attempt and tells which secrets it holds.
func (c *Client) build(ctx context.Context, r Request, data []byte, contentType string) (*http.Request, []string, error) {
	u, err := c.target(r)
	if err != nil {
		return nil, nil, err
	}
	var body io.Reader
	if data != nil {
		body = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, r.method(), u.String(), body)
	if err != nil {
		return nil, nil, sdk.Errorf(sdk.Invalid, "the request to %s cannot be made", u.Host)
	}
	req.Header.Set("User-Agent", c.options.UserAgent)
	if r.accept != "" {
		req.Header.Set("Accept", r.accept)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	var secrets []string
	if c.own(u) {
		maps.Copy(req.Header, c.options.Header)
		if secrets, err = c.options.Auth.apply(ctx, req); err != nil {
			return nil, nil, fmt.Errorf("get the credentials for %s: %w", u.Host, err)
		}
	}
	maps.Copy(req.Header, r.Header)
	return req, secrets, nil
}
