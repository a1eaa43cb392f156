package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/millrace-media/millrace/sdk"
)

// Storage is the library's file system as one looks at it: who reads, and what its cache keeps.
type Storage interface {
	// Streams returns what is being read now.
	Streams(ctx context.Context) (StreamPage, error)
	// Contents returns what is in the disk cache, the most recently used first.
	Contents(ctx context.Context) ([]Content, error)
	// Pin has the files at a path and below it fetched and kept.
	Pin(ctx context.Context, path string) error
	// Unpin takes Pin back, of a path or of a content's id.
	Unpin(ctx context.Context, path string) error
	// Drop forgets what is cached of a path or a content's id, and all where that is empty.
	Drop(ctx context.Context, path string) (freed int64, err error)
}

// StreamPage is what is read now.
type StreamPage struct {
	Streams []Stream `json:"streams"`
	Traffic Traffic  `json:"traffic"`
	Cache   CacheUse `json:"cache"`
}

// Stream is a file that somebody reads now.
type Stream struct {
	ID       uint64    `json:"id"`
	Path     string    `json:"path" doc:"From the root of the library"`
	Reader   Reader    `json:"reader"`
	Size     int64     `json:"size" doc:"In bytes"`
	Opened   time.Time `json:"opened"`
	Last     time.Time `json:"last,omitzero" doc:"When it was read last; absent: never"`
	Offset   int64     `json:"offset" doc:"Where the last read ended"`
	Ahead    int64     `json:"ahead" doc:"Bytes behind the offset that are in memory or on disk, up to 64 MiB"`
	Rate     int64     `json:"rate" doc:"Bytes a second, over the last few seconds"`
	Memory   int64     `json:"from_memory" doc:"Bytes that were in memory when they were read"`
	Disk     int64     `json:"from_disk" doc:"Bytes that were on disk"`
	Network  int64     `json:"from_network" doc:"Bytes that the reader waited for"`
	Provider string    `json:"provider,omitempty" doc:"Instance that sent bytes of the file last; absent: none has since the start"`
	Mode     string    `json:"mode" enum:"probe,sequential,seek,passthrough" doc:"passthrough: the kernel reads the cache's file by itself; offset and rate are seen of the reader then, where they can be, and where bytes were is not"`
}

// Reader is who reads a file.
type Reader struct {
	Kind    string `json:"kind,omitempty" doc:"The way in: fuse, webdav or http"`
	Program string `json:"program,omitempty" doc:"Name of the process, or what the client calls itself"`
	Address string `json:"address,omitempty" doc:"Of a client over the network"`
	PID     int    `json:"pid,omitempty" doc:"Of a process of this machine"`
}

// Traffic is what readers were given since the start, and at which rate now.
type Traffic struct {
	Memory  Flow   `json:"memory"`
	Disk    Flow   `json:"disk"`
	Network Flow   `json:"network" doc:"What readers waited for"`
	Fetched []Flow `json:"fetched" doc:"What providers sent, also ahead of readers"`
}

// Flow is how much came from somewhere.
type Flow struct {
	Name  string `json:"name,omitempty" doc:"Instance of the provider"`
	Bytes int64  `json:"bytes" doc:"Since the start"`
	Rate  int64  `json:"rate" doc:"Bytes a second, over the last few seconds"`
}

// CacheUse is how full the cache is and what it does.
type CacheUse struct {
	Memory    int64 `json:"memory" doc:"Bytes of buffers in use"`
	MaxMemory int64 `json:"max_memory"`
	Disk      int64 `json:"disk" doc:"Bytes on disk"`
	MaxDisk   int64 `json:"max_disk" doc:"0: there is no disk cache"`
	Contents  int   `json:"contents" doc:"Files of which something is on disk"`
	Fetching  int   `json:"fetching" doc:"Ranges that are being fetched"`
	Queued    int   `json:"queued" doc:"Ranges that wait for their turn"`
}

func (s *Server) streamRoutes(a huma.API) {
	register(s, a, call{
		method: http.MethodGet, path: "/streams", id: "list-streams", summary: "List files being read, and what the cache does", tag: "streams",
	}, func(ctx context.Context, _ *none) (StreamPage, error) { return s.o.Storage.Streams(ctx) })
}

// streamsView is what the pages show of the files being read.
type streamsView struct {
	StreamPage
	Err     string // why it cannot be told
	Session bool
	Version string
}

// lookWithin is how long files of another process have to tell what is being read, where more than that is waited for.
const lookWithin = 3 * time.Second

// look is what is being read, or why that cannot be told soon.
func (s *Server) look(ctx context.Context) (StreamPage, error) {
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	return s.o.Storage.Streams(ctx)
}

func (s *Server) streamsView(ctx context.Context) streamsView {
	page, err := s.look(ctx)
	v := streamsView{StreamPage: page}
	if err != nil {
		v.Err = s.problem(ctx, err).Detail
	}
	return v
}

// streamsPage shows what is being read. It asks the database for nothing, so that it may be fetched each second.
func (s *Server) streamsPage(w http.ResponseWriter, r *http.Request) {
	v := s.streamsView(r.Context())
	v.Version, v.Session = s.o.Version, r.Context().Value(keyWho) == bySession
	s.page(w, r, http.StatusOK, "streams.html", v)
}

// rate is bytes a second for people.
func rate(n int64) string { return sdk.Size(n).String() + "/s" }

// percent is a part of a whole, for an attribute of a picture.
func percent(part, whole int64) string {
	if whole <= 0 {
		return "0%"
	}
	return strconv.FormatFloat(100*float64(min(max(part, 0), whole))/float64(whole), 'f', 1, 64) + "%"
}

// readerShown is who reads, for people.
func readerShown(r Reader) string {
	who := cmp.Or(r.Program, "somebody")
	switch {
	case r.PID != 0:
		return fmt.Sprintf("%s (process %d)", who, r.PID)
	case r.Address != "":
		return who + " at " + r.Address + " over " + r.Kind
	}
	return who
}
