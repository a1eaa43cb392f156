//go:build unix && !race

package chunk

import "golang.org/x/sys/unix"

func newSlab(n int64) slab {
	b, err := unix.Mmap(-1, 0, int(n), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return heapSlab(n)
	}
	return slab{bytes: b, free: func(b []byte) {
		_ = unix.Munmap(b) // it was mapped here, as a whole
	}}
}
