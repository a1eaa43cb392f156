package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/internal/wire"
)

// DescribeCached is what a plugin says of itself, as it was kept in a folder for a binary of the same checksum; the process
// runs only where nothing is kept. The checksum itself is kept for as long as the file's device, inode, size and times stay
// the same. A cache that cannot be read or written costs time and nothing else; with
// an empty name there is none.
func DescribeCached(ctx context.Context, o Options, cacheDir string) (sdk.Description, error) {
	o = o.withDefaults()
	sum, err := Checksum(o.Path, cacheDir)
	if err != nil {
		return sdk.Description{}, unavailable(errors.Join(ErrStart, err), "plugin %q cannot be run: %v", o.Name, err)
	}
	var d sdk.Description
	file := filepath.Join(cacheDir, fmt.Sprintf("schema-%s-%s-v%d-%s.json", o.Name, sum, wire.Protocol, sdk.Version))
	if cacheDir != "" && load(file, &d) == nil && d.Name == o.Name {
		return d, nil
	}
	p, err := Start(ctx, o)
	if err != nil {
		return sdk.Description{}, err
	}
	defer p.Kill()
	d = p.Describe()
	if cacheDir == "" {
		return d, nil
	}
	if err := store(file, d); err != nil {
		o.Log.Warn("the plugin's description cannot be kept", "error", err)
	}
	return d, nil
}

// identity tells whether a file is still the one that was hashed.
type identity struct {
	Device, Inode, Size, Modified, Changed int64
}

type kept struct {
	identity
	SHA256 string
}

// Checksum is the SHA-256, in hex, of a file, kept in a folder while the file stays the same; "" keeps nothing.
func Checksum(path, cacheDir string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	id, ok := identityOf(info)
	if !ok || cacheDir == "" {
		return hashOf(f)
	}
	file := filepath.Join(cacheDir, fmt.Sprintf("checksum-%x-%x.json", id.Device, id.Inode))
	var k kept
	if load(file, &k) == nil && k.identity == id {
		return k.SHA256, nil
	}
	sum, err := hashOf(f)
	if err != nil {
		return "", err
	}
	// What is not kept is computed again.
	_ = store(file, kept{id, sum})
	return sum, nil
}

func identityOf(info os.FileInfo) (identity, bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return identity{}, false
	}
	return identity{
		Device: int64(st.Dev), Inode: int64(st.Ino), Size: info.Size(), Modified: info.ModTime().UnixNano(), Changed: changeTime(st),
	}, true
}

func load(file string, to any) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, to)
}

// store writes a file whole or not at all.
func store(file string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), ".tmp-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(b)
	err = errors.Join(err, tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), file)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(tmp.Name()))
	}
	return err
}
