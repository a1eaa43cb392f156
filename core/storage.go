package core

import (
	"context"

	"github.com/millrace-media/millrace/core/web"
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
