package core

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/millrace-media/millrace/core/web"
	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/vfs"
)

// storage shows files in the words of the web.
type storage struct{ files Files }

var _ web.Storage = storage{}

// Streams implements [web.Storage].
func (s storage) Streams(ctx context.Context) (page web.StreamPage, err error) {
	list, err := s.files.Streams(ctx)
	if err != nil {
		return page, err
	}
	t, err := s.files.Traffic(ctx)
	if err != nil {
		return page, err
	}
	c, err := s.files.CacheStats(ctx)
	page.Streams = []web.Stream{}
	for _, st := range list {
		page.Streams = append(page.Streams, shownStream(st))
	}
	page.Traffic = web.Traffic{Memory: web.Flow(t.Memory), Disk: web.Flow(t.Disk), Network: web.Flow(t.Network), Fetched: []web.Flow{}}
	for _, f := range t.Fetched {
		page.Traffic.Fetched = append(page.Traffic.Fetched, web.Flow(f))
	}
	page.Cache = web.CacheUse{
		Memory: c.Memory, MaxMemory: c.MaxMemory, Disk: c.Disk, MaxDisk: c.MaxDisk, Contents: c.Contents, Fetching: c.Fetching, Queued: c.Queued,
	}
	return page, err
}

func shownStream(s vfs.Stream) web.Stream {
	return web.Stream{
		ID: s.ID, Path: s.Path, Reader: web.Reader(s.Reader), Size: s.Size, Opened: s.Opened, Last: s.Last, Offset: s.Offset,
		Ahead: s.Ahead, Rate: s.Rate, Memory: s.FromMemory, Disk: s.FromDisk, Network: s.FromNetwork, Provider: s.From, Mode: s.Mode,
	}
}

// Contents implements [web.Storage].
func (s storage) Contents(ctx context.Context) ([]web.Content, error) {
	list, err := s.files.Contents(ctx)
	out := []web.Content{}
	for _, c := range list {
		out = append(out, web.Content{
			ID: c.ID, Paths: append([]string{}, c.Paths...), Size: c.Size, Cached: c.Cached, Used: c.Used, Pinned: c.Pinned, Whole: c.Whole, Open: c.Open,
		})
	}
	return out, err
}

// Pin implements [web.Storage].
func (s storage) Pin(ctx context.Context, path string) error {
	return storageError(path, s.files.Pin(ctx, path))
}

// Unpin implements [web.Storage].
func (s storage) Unpin(ctx context.Context, path string) error {
	return storageError(path, s.files.Unpin(ctx, path))
}

// Drop implements [web.Storage].
func (s storage) Drop(ctx context.Context, path string) (int64, error) {
	freed, err := s.files.Drop(ctx, path)
	return freed, storageError(path, err)
}

// storageError is an error of the cache in words for people. What is none of theirs goes to the log.
func storageError(path string, err error) error {
	var room *vfs.RoomError
	var said *sdk.Error
	switch {
	case errors.As(err, &said): // by the process that keeps the files
		return err
	case errors.As(err, &room):
		return &sdk.Error{Kind: sdk.Invalid, Attribute: "path", Err: err, Message: "it needs " + sdk.Size(room.Need).String() + ", and of the cache " +
			sdk.Size(room.Max).String() + " may be pinned, of which " + sdk.Size(room.Pinned).String() + " are: unpin something, or raise mount.cache.size"}
	case errors.Is(err, vfs.ErrNotExist):
		return &sdk.Error{Kind: sdk.NotFound, Attribute: "path", Err: err, Message: fmt.Sprintf("neither the library nor the cache has %q", path)}
	case errors.Is(err, vfs.ErrInvalid):
		return &sdk.Error{Kind: sdk.Invalid, Attribute: "path", Err: err, Message: "it cannot be done: " + strings.TrimPrefix(err.Error(), vfs.ErrInvalid.Error()+": ")}
	}
	return err
}
