//go:build linux

package soak

import (
	"fmt"
	"path"
	"time"

	"github.com/millrace-media/millrace/vfs/vfstest"
)

// What the library holds. All of it is some hundred times the cache.
const (
	films    = 400
	hotFilms = 4  // small, and read whole over and over: the cache has them whole, so that the kernel may read them by itself
	slots    = 40 // paths that come and go
)

// Bounds of what serves.
const (
	cacheBytes  = 256 << 20
	memoryBytes = 64 << 20
	chunkBytes  = 128 << 10
)

// roundTrip is how far away the origin is.
const roundTrip = 20 * time.Millisecond

func filmPath(i int) string { return fmt.Sprintf("movies/Film %03d (2001)/Film %03d.mkv", i, i) }

// filmSize is between 6 and 120 MB, and no multiple of anything.
func filmSize(i int) int64 {
	if i < hotFilms {
		return 6_000_000 + int64(i)*1_017
	}
	return 40_000_000 + int64(i)*7_919_003%80_000_000
}

func slotPath(i int) string { return fmt.Sprintf("new/Slot %02d.mkv", i) }

// slotSize is another each time that the path comes back, and so are its bytes.
func slotSize(i, time int) int64 { return 2_000_000 + int64(time)*100_003%3_000_000 + int64(i) }

// remotePath names a file at the origin. Its bytes follow from it, so that whoever knows where a file stands and how large it
// is knows what must be read.
func remotePath(path string, size int64) string { return fmt.Sprintf("%s.%d", path, size) }

// original fills p with what the file at a path, of a size, has from off on.
func original(at string, size, off int64, p []byte) {
	vfstest.Bytes(remotePath(path.Clean(at), size), off, p)
}
