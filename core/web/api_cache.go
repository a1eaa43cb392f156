package web

import (
	"context"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/millrace-media/millrace/sdk"
)

// CachePage is what the disk cache holds.
type CachePage struct {
	Use      CacheUse  `json:"use"`
	Pinned   int64     `json:"pinned" doc:"Size of all that is pinned, in bytes, whether it is here or still to be fetched"`
	Contents []Content `json:"contents" doc:"The most recently used first"`
}

// Content is a file of which something is on disk.
type Content struct {
	ID     string    `json:"id"`
	Paths  []string  `json:"paths" doc:"Where the library has it; none: it has left the library"`
	Size   int64     `json:"size" doc:"In bytes"`
	Cached int64     `json:"cached" doc:"Bytes that are on disk"`
	Used   time.Time `json:"used,omitzero" doc:"When it was read or written last; absent: nothing is on disk"`
	Pinned bool      `json:"pinned" doc:"It stays, and what is missing is fetched"`
	Whole  bool      `json:"whole" doc:"All of it is on disk"`
	Open   bool      `json:"open" doc:"Somebody has it open"`
}

// PathOrder names files of the library.
type PathOrder struct {
	Path string `json:"path" minLength:"1" maxLength:"4096" doc:"A file, or a folder with all that is below it, from the root of the library or of the machine, where it is mounted; / is everything. To unpin, also the id of a content"`
}

// DropOrder says what the cache is to forget.
type DropOrder struct {
	Path string `json:"path,omitempty" maxLength:"4096" doc:"A file, a folder, or the id of a content"`
	All  bool   `json:"all,omitempty" doc:"Everything, also what is pinned; instead of a path"`
}

// Dropped tells what was forgotten.
type Dropped struct {
	Freed int64 `json:"freed" doc:"Bytes that were on disk"`
}

type (
	cacheInput struct {
		Path string `query:"path" doc:"Only this file, or what is below this folder, or the content with this id"`
	}
	pathInput struct{ Body PathOrder }
	dropInput struct{ Body DropOrder }
)

func (s *Server) cacheRoutes(a huma.API) {
	post := func(path, id, summary string) call {
		return call{method: http.MethodPost, path: path, id: id, summary: summary, tag: "cache"}
	}
	register(s, a, call{method: http.MethodGet, path: "/cache", id: "show-cache", summary: "Tell what the disk cache holds", tag: "cache"},
		func(ctx context.Context, in *cacheInput) (CachePage, error) { return s.cache(ctx, in.Path) })
	register(s, a, post("/cache/pin", "pin-files", "Fetch files and keep them"), func(ctx context.Context, in *pathInput) (CachePage, error) {
		if err := s.o.Storage.Pin(ctx, s.inLibrary(in.Body.Path)); err != nil {
			return CachePage{}, err
		}
		return s.cache(ctx, in.Body.Path)
	})
	register(s, a, post("/cache/unpin", "unpin-files", "Keep files no longer than others"), func(ctx context.Context, in *pathInput) (CachePage, error) {
		if err := s.o.Storage.Unpin(ctx, s.inLibrary(in.Body.Path)); err != nil {
			return CachePage{}, err
		}
		return s.cache(ctx, in.Body.Path)
	})
	register(s, a, post("/cache/drop", "drop-files", "Forget what is cached"), s.drop)
}

func (s *Server) drop(ctx context.Context, in *dropInput) (out Dropped, err error) {
	at := s.inLibrary(in.Body.Path)
	if in.Body.All == (at != "") {
		return out, &sdk.Error{Kind: sdk.Invalid, Attribute: "path", Message: "say a path below the root, or all, and not both"}
	}
	out.Freed, err = s.o.Storage.Drop(ctx, at)
	return out, err
}

// cache is what the cache holds at a path and below it.
func (s *Server) cache(ctx context.Context, at string) (page CachePage, err error) {
	streams, err := s.o.Storage.Streams(ctx)
	if err != nil {
		return page, err
	}
	all, err := s.o.Storage.Contents(ctx)
	page.Use, page.Contents = streams.Cache, []Content{}
	at = s.inLibrary(at)
	for _, c := range all {
		if c.Pinned {
			page.Pinned += c.Size
		}
		if c.at(at) {
			page.Contents = append(page.Contents, c)
		}
	}
	return page, err
}

// at says whether a content is meant by a path.
func (c Content) at(path string) bool {
	return path == "" || c.ID == path || slices.ContainsFunc(c.Paths, func(p string) bool { return p == path || strings.HasPrefix(p, path+"/") })
}

// inLibrary is a path from the library's root, without slashes around it. One that begins where the library is mounted is
// taken from there.
func (s *Server) inLibrary(name string) string {
	name = path.Clean("/" + name)
	if mount := s.o.Config().Mount; mount.Enabled {
		if rest, ok := strings.CutPrefix(name, path.Clean("/"+mount.Path)); ok && (rest == "" || rest[0] == '/') {
			name = rest
		}
	}
	return strings.Trim(name, "/")
}
