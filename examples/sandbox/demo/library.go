package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// file is a file of the library.
type file struct {
	path string // below the mount
	size int64
}

// library is where the files are seen: a folder of the system, or WebDAV.
type library interface {
	title() string
	files(ctx context.Context) ([]file, error)                            // by path
	listing(ctx context.Context) (string, error)                          // for people
	read(ctx context.Context, f file, offset, size int64) ([]byte, error) // a part of a file
	open(ctx context.Context, f file) (io.ReadCloser, error)              // the whole of it
	probe(ctx context.Context, f file) string                             // what ffprobe says of it; "" without ffprobe
}

func (st *stage) library() library {
	if st.mounted {
		return &folder{st.mount()}
	}
	return &dav{base: "http://" + st.address + "/dav", password: st.password}
}

// folder is the mount. Other programs look at it where they can, as they will later.
type folder struct{ dir string }

func (d *folder) title() string { return "ls -l in " + d.dir }

func (d *folder) files(context.Context) ([]file, error) {
	var out []file
	err := filepath.WalkDir(d.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(d.dir, path)
		out = append(out, file{rel, info.Size()})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look through the mount: %w", err)
	}
	return out, nil
}

func (d *folder) listing(ctx context.Context) (string, error) {
	files, err := d.files(ctx)
	if err != nil {
		return "", err
	}
	args := []string{"-l", "--"}
	for _, f := range files {
		args = append(args, f.path)
	}
	return d.command(ctx, "ls", args...)
}

func (d *folder) command(ctx context.Context, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.WaitDelay = d.dir, time.Second
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("run %s in the mount: %w", name, err)
	}
	return string(out), nil
}

// read has another program read, so that nothing of it can come from this one's memory.
func (d *folder) read(ctx context.Context, f file, offset, size int64) ([]byte, error) {
	out, err := d.command(ctx, "dd", "if="+f.path, "status=none", fmt.Sprintf("bs=%d", size), fmt.Sprintf("skip=%d", offset/size), "count=1", "iflag=fullblock")
	return []byte(out), err
}

func (d *folder) open(_ context.Context, f file) (io.ReadCloser, error) {
	return os.Open(filepath.Join(d.dir, f.path))
}

func (d *folder) probe(ctx context.Context, f file) string {
	if _, err := exec.LookPath("ffprobe"); err != nil {
		return ""
	}
	out, err := d.command(ctx, "ffprobe", "-v", "error", "-show_entries", "format=format_long_name,duration:stream=codec_type,codec_name,width,height", "-of", "compact", f.path)
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(out)
}
