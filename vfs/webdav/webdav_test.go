package webdav_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/millrace-media/millrace/vfs"
	"github.com/millrace-media/millrace/vfs/vfstest"
	"github.com/millrace-media/millrace/vfs/webdav"
)

func TestMain(m *testing.M) { vfstest.Main(m) }

func TestWebDAV(t *testing.T) {
	t.Parallel()
	vfstest.Run(t, func(t *testing.T, fsys *vfs.FS) vfstest.Reader {
		return dav{serve(t, webdav.Handler(fsys, "/dav", nil), "/dav")}
	})
}

func TestFiles(t *testing.T) {
	t.Parallel()
	vfstest.Run(t, func(t *testing.T, fsys *vfs.FS) vfstest.Reader {
		return files{serve(t, webdav.Files(fsys, "/library", nil), "/library")}
	})
}

// client asks one handler, as both kinds of reader do.
type client struct {
	http *http.Client
	base string
}

func serve(t *testing.T, h http.Handler, prefix string) client {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle(prefix+"/", h)
	srv := httptest.NewServer(mux)
	c := srv.Client()
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	t.Cleanup(srv.Close)
	return client{http: c, base: srv.URL + prefix}
}

func (c client) do(method, path string, header map[string]string) (*http.Response, []byte, error) {
	u := c.base + (&url.URL{Path: "/" + path}).EscapedPath()
	req, err := http.NewRequest(method, u, nil)
	if err != nil {
		return nil, nil, err
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", vfs.ErrBroken, err)
	}
	return resp, body, statusError(resp.StatusCode)
}

func statusError(status int) error {
	switch {
	case status < 400 || status == http.StatusRequestedRangeNotSatisfiable:
		return nil
	case status == http.StatusNotFound:
		return vfs.ErrNotExist
	case status == http.StatusForbidden:
		return vfs.ErrPermission
	case status == http.StatusServiceUnavailable:
		return vfs.ErrBusy
	case status == http.StatusBadGateway:
		return vfs.ErrBroken
	default:
		return fmt.Errorf("status %d", status)
	}
}

func (c client) ReadAt(path string, off int64, n int) ([]byte, error) {
	if n == 0 {
		_, _, err := c.do("HEAD", path, nil)
		return nil, err
	}
	resp, body, err := c.do("GET", path, map[string]string{"Range": fmt.Sprintf("bytes=%d-%d", off, off+int64(n)-1)})
	if err != nil || resp.StatusCode == http.StatusRequestedRangeNotSatisfiable {
		return nil, err
	}
	return body, nil
}

// dav lists with PROPFIND.
type dav struct{ client }

type multistatus struct {
	Responses []struct {
		Href string `xml:"href"`
		Prop struct {
			Name     string    `xml:"displayname"`
			Dir      *struct{} `xml:"resourcetype>collection"`
			Size     int64     `xml:"getcontentlength"`
			Modified string    `xml:"getlastmodified"`
		} `xml:"propstat>prop"`
	} `xml:"response"`
}

func (d dav) propfind(path, depth string) ([]vfstest.Entry, error) {
	_, body, err := d.do("PROPFIND", path, map[string]string{"Depth": depth})
	if err != nil {
		return nil, err
	}
	var m multistatus
	if err := xml.Unmarshal(body, &m); err != nil {
		return nil, err
	}
	var entries []vfstest.Entry
	for _, r := range m.Responses {
		e := vfstest.Entry{Name: r.Prop.Name, Dir: r.Prop.Dir != nil}
		if !e.Dir {
			modified, err := http.ParseTime(r.Prop.Modified)
			if err != nil {
				return nil, err
			}
			e.Size, e.Mtime = r.Prop.Size, modified.Unix()
		}
		entries = append(entries, e)
	}
	return entries, nil
}

func (d dav) List(path string) ([]vfstest.Entry, error) {
	entries, err := d.propfind(path, "1")
	if err != nil {
		return nil, err
	}
	return entries[1:], nil // the first is the directory
}

func (d dav) Stat(path string) (vfstest.Entry, error) {
	entries, err := d.propfind(path, "0")
	if err != nil {
		return vfstest.Entry{}, err
	}
	return entries[0], nil
}

// files lists by following the links of a page.
type files struct{ client }

var link = regexp.MustCompile(`<a href="\./([^"]+)">`)

func (f files) List(path string) ([]vfstest.Entry, error) {
	_, body, err := f.do("GET", strings.TrimPrefix(path+"/", "/"), nil)
	if err != nil {
		return nil, err
	}
	var entries []vfstest.Entry
	for _, m := range link.FindAllStringSubmatch(string(body), -1) {
		name, err := url.PathUnescape(html.UnescapeString(m[1]))
		if err != nil {
			return nil, err
		}
		e, err := f.Stat(path + "/" + strings.TrimSuffix(name, "/"))
		if errors.Is(err, vfs.ErrNotExist) {
			continue // it went meanwhile
		}
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

func (f files) Stat(path string) (vfstest.Entry, error) {
	path = strings.TrimPrefix(path, "/")
	resp, _, err := f.do("HEAD", path, nil)
	if err != nil {
		return vfstest.Entry{}, err
	}
	e := vfstest.Entry{Name: path[strings.LastIndexByte(path, '/')+1:]}
	if resp.StatusCode == http.StatusMovedPermanently {
		e.Dir = true
		return e, nil
	}
	modified, err := http.ParseTime(resp.Header.Get("Last-Modified"))
	if err != nil {
		return e, err
	}
	e.Size, e.Mtime = resp.ContentLength, modified.Unix()
	return e, nil
}

func TestHandlers(t *testing.T) {
	t.Parallel()
	w := vfstest.NewWorld(t, vfs.Options{})
	davs := serve(t, webdav.Handler(w.FS, "/dav", nil), "/dav")
	plain := serve(t, webdav.Files(w.FS, "/library/", nil), "/library")
	big := vfstest.Files()[0].Path
	first, _, err := plain.do("HEAD", big, nil)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name       string
		c          client
		method     string
		path       string
		header     map[string]string
		wantStatus int
		wantHeader map[string]string
	}{
		{"refuses to write", davs, "PUT", big, nil, 405, nil},
		{"refuses to delete", davs, "DELETE", big, nil, 405, nil},
		{"refuses to lock", davs, "LOCK", big, nil, 405, nil},
		{"says what it can", davs, "OPTIONS", "", nil, 200, map[string]string{"Dav": "1", "Allow": "OPTIONS, GET, HEAD, PROPFIND"}},
		{"does not list everything at once", davs, "PROPFIND", "", map[string]string{"Depth": "infinity"}, 403, nil},
		{"does not list everything when no depth is given", davs, "PROPFIND", "", nil, 403, nil},
		{"refuses to post to a plain file", plain, "POST", big, nil, 405, map[string]string{"Allow": "GET, HEAD"}},
		{"redirects to a directory's page", plain, "GET", "movies", nil, 301, map[string]string{"Location": "/library/movies/"}},
		{"does not find a file with a slash", plain, "GET", big + "/", nil, 404, nil},
		{"says that nothing changed", plain, "GET", big, map[string]string{"If-None-Match": first.Header.Get("ETag")}, 304, nil},
		{"gives a range when the file is still the same", plain, "GET", big, map[string]string{"Range": "bytes=5-9", "If-Range": first.Header.Get("ETag")}, 206, map[string]string{"Content-Length": "5", "Content-Type": "video/x-matroska"}},
		{"gives the end", plain, "GET", big, map[string]string{"Range": "bytes=-7"}, 206, map[string]string{"Content-Length": "7"}},
		{"refuses a range past the end", plain, "GET", big, map[string]string{"Range": "bytes=99999999-"}, 416, nil},
		{"knows a subtitle's type", plain, "HEAD", vfstest.Files()[1].Path, nil, 200, map[string]string{"Content-Type": "application/x-subrip"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			resp, _, _ := tt.c.do(tt.method, tt.path, tt.header) // the status is looked at here
			if resp == nil || resp.StatusCode != tt.wantStatus {
				t.Fatalf("got %+v, want status %d", resp, tt.wantStatus)
			}
			got := map[string]string{}
			for k := range tt.wantHeader {
				got[k] = resp.Header.Get(k)
			}
			if diff := cmp.Diff(tt.wantHeader, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
		})
	}
}

func TestListingReadsNoByte(t *testing.T) {
	t.Parallel()
	w := vfstest.NewWorld(t, vfs.Options{})
	if err := w.Tree.Apply(vfs.Put("other/file.unknown", vfs.File{Inode: vfs.FileInode(77), ContentID: "x", Size: 1000})); err != nil {
		t.Fatal(err)
	}
	r := dav{serve(t, webdav.Handler(w.FS, "/dav", nil), "/dav")}
	if _, err := r.List("other"); err != nil {
		t.Fatal(err)
	}
	if got := w.Origin.Requests(); len(got) != 0 {
		t.Errorf("the origin was asked: %+v", got)
	}
}

func TestFailureIsTold(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		err  error
		want int
	}{
		{"busy", vfs.ErrBusy, 503},
		{"refused", vfs.ErrPermission, 403},
		{"gone", vfs.ErrNotExist, 404},
		{"anything else", errors.New("fire"), 502},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := vfstest.NewWorld(t, vfs.Options{})
			c := serve(t, webdav.Files(w.FS, "/library", nil), "/library")
			w.Origin.Script(func(vfstest.Request) vfstest.Fault { return vfstest.Fault{Err: tt.err} })
			resp, body, _ := c.do("GET", vfstest.Files()[0].Path, nil) // the status is looked at here
			if resp == nil || resp.StatusCode != tt.want || resp.Header.Get("ETag") != "" {
				t.Errorf("got %+v %q, want status %d and no ETag", resp, body, tt.want)
			}
		})
	}
}
