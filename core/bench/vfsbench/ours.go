//go:build linux

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"runtime/pprof"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/link"
	"github.com/millrace-media/millrace/core/mount"
	"github.com/millrace-media/millrace/core/plugin"
	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/vfs"
	"github.com/millrace-media/millrace/vfs/chunk"
	"github.com/millrace-media/millrace/vfs/fuse"
)

// debrid is an account that holds every file and gives links to the origin.
type debrid struct{ base string }

var _ sdk.Debrid = debrid{}

func (d debrid) Add(context.Context, sdk.AddRequest) (sdk.Placement, error) {
	return sdk.Placement{}, sdk.Errorf(sdk.Invalid, "this account takes nothing new")
}

func (d debrid) Link(_ context.Context, r sdk.LinkRequest) (sdk.Link, error) {
	return sdk.Link{URL: d.base + "/" + r.File.Path, Size: r.File.Size}, nil
}

func (d debrid) Remove(context.Context, string) error { return nil }

// account is the name of the debrid instance.
const account = "bench"

// fill makes a library of the files, each of a release of its own.
func fill(ctx context.Context, path string, list []file) error {
	d, err := db.Open(ctx, db.Options{Path: path})
	if err != nil {
		return err
	}
	err = d.Tx(ctx, func(tx *db.Tx) error {
		for i, f := range list {
			if err := put(ctx, tx, i+1, f); err != nil {
				return err
			}
		}
		return nil
	})
	return errors.Join(err, d.Close())
}

func put(ctx context.Context, tx *db.Tx, i int, f file) error {
	hash := fmt.Sprintf("%040x", i)
	ids, err := tx.SaveReleases(ctx, account, []db.Found{{Release: sdk.Release{Hash: hash, Name: f.path}}})
	if err != nil {
		return err
	}
	p := db.Placement{Instance: account, Release: ids[0], Hash: hash, Provider: hash, State: sdk.PlacementReady}
	if _, err := tx.SavePlacement(ctx, p); err != nil {
		return err
	}
	id, err := tx.PutFile(ctx, db.File{Release: ids[0], Hash: hash, Path: f.path, Size: f.size})
	if err != nil {
		return err
	}
	_, err = tx.Place(ctx, account, f.path, id)
	return err
}

// mountOptions are those of ours's process.
type mountOptions struct {
	db, origin, cache, dir, profile string
	noPassthrough                   bool
}

func parseMount(args []string) (o mountOptions, err error) {
	fs := flag.NewFlagSet("ours", flag.ContinueOnError)
	fs.StringVar(&o.db, "db", "", "the library")
	fs.StringVar(&o.origin, "origin", "", "URL of the origin")
	fs.StringVar(&o.cache, "cache", "", "folder of the disk cache")
	fs.StringVar(&o.dir, "dir", "", "where to mount")
	fs.StringVar(&o.profile, "profile", "", "write profiles to FILE.cpu and FILE.heap")
	fs.BoolVar(&o.noPassthrough, "no-passthrough", false, "read cached files through the process too")
	return o, fs.Parse(args)
}

// serveOurs is the process of our mount: what the daemon puts together, with a debrid account that is no plugin.
func serveOurs(ctx context.Context, args []string) (err error) {
	o, err := parseMount(args)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	d, err := db.Open(ctx, db.Options{Path: o.db, Log: log})
	if err != nil {
		return err
	}
	defer d.Close()
	pool := plugin.Fixed(plugin.Options{}, plugin.Value{
		Instance: config.Instance{Capability: sdk.CapabilityDebrid, Name: account}, Client: debrid{o.origin},
	})
	links := link.New(d, pool, link.Options{Log: log})
	defer links.Close()
	tree := mount.New(d, links, log)
	if err := tree.Load(ctx); err != nil {
		return err
	}
	fsys, err := vfs.New(tree.Tree(), tree, vfs.Options{Cache: chunk.Options{Dir: o.cache, ChunkSize: 128 << 10, Logger: log}})
	if err != nil {
		return err
	}
	stop, err := profile(o.profile)
	if err != nil {
		return err
	}
	return errors.Join(serveFS(ctx, fsys, tree, o, log), stop())
}

// serveFS mounts, says so, and unmounts when ctx ends.
func serveFS(ctx context.Context, fsys *vfs.FS, tree *mount.Mount, o mountOptions, log *slog.Logger) error {
	back, stopBack := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBack()
	var behind errgroup.Group
	behind.Go(func() error { return fsys.Run(back) })
	behind.Go(func() error { return tree.Run(back) })
	m, err := fuse.New(fsys, o.dir, fuse.Options{NoPassthrough: o.noPassthrough, Logger: log})
	if err == nil {
		fmt.Println("mounted")
		<-ctx.Done()
		leave, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		err = m.Unmount(leave)
	}
	stopBack()
	return errors.Join(err, behind.Wait())
}

// profile writes how the processor and memory are used, until the function that it returns is called.
func profile(path string) (stop func() error, err error) {
	if path == "" {
		return func() error { return nil }, nil
	}
	cpu, err := os.Create(path + ".cpu")
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(cpu); err != nil {
		return nil, err
	}
	return func() error {
		pprof.StopCPUProfile()
		heap, err := os.Create(path + ".heap")
		if err != nil {
			return errors.Join(err, cpu.Close())
		}
		return errors.Join(pprof.WriteHeapProfile(heap), heap.Close(), cpu.Close())
	}, nil
}
