package core

import (
	"context"
	"fmt"
	"net/http"

	"golang.org/x/sync/errgroup"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/link"
	"github.com/millrace-media/millrace/core/mount"
	"github.com/millrace-media/millrace/vfs"
	"github.com/millrace-media/millrace/vfs/fuse"
	"github.com/millrace-media/millrace/vfs/webdav"
)

// shelf has the library's files in this process: their tree, their bytes, and the kernel's mount.
type shelf struct {
	links  *link.Resolver
	mount  *mount.Mount
	fs     *vfs.FS
	kernel *kernel
}

// newShelf opens the cache. evidence hears what providers answered about files.
func (b *base) newShelf(c *config.Config, evidence func(context.Context, db.File, link.Evidence)) (*shelf, error) {
	s := &shelf{links: link.New(b.db, b.pool, link.Options{
		Node: nodeName(b.secret, c), Log: b.log, Evidence: evidence, Fetched: b.metrics.fetched, Conn: b.metrics.connected,
	})}
	s.mount = mount.New(b.db, s.links, b.log)
	var err error
	if s.fs, err = vfs.New(s.mount.Tree(), s.mount, vfs.Options{Cache: b.chunkOptions(c)}); err != nil {
		s.links.Close()
		return nil, fmt.Errorf("open the chunk cache: %w", err)
	}
	s.kernel = &kernel{fs: s.fs, log: b.log, o: fuse.Options{NoPassthrough: !c.Mount.Passthrough, Logger: b.log}}
	return s, nil
}

// fill loads the tree, and follows the library from then on until back ends.
func (s *shelf) fill(ctx, back context.Context, behind *errgroup.Group) error {
	if err := s.mount.Load(ctx); err != nil {
		return err
	}
	behind.Go(func() error { return s.mount.Run(back) })
	return nil
}

// mountOn shows the files to the kernel, where the configuration has a path. Without, and where that fails, they are still
// served over HTTP.
func (s *shelf) mountOn(c *config.Config) {
	if !c.Mount.Enabled {
		return
	}
	if err := s.kernel.mount(c.Mount.Path); err != nil {
		s.kernel.log.Error("the library is not mounted; it is served by WebDAV at /dav/", "err", err)
	}
}

// handlers serve the files at /dav/ and /library/.
func (s *shelf) handlers() (dav, files http.Handler) {
	return webdav.Handler(s.fs, "/dav", s.kernel.log), webdav.Files(s.fs, "/library", s.kernel.log)
}

func (s *shelf) close() {
	s.links.Close()
	s.fs.Close()
}
