//go:build linux

package main

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
)

const (
	blockSize = 8 << 20
	segment   = 1 << 20
)

// content is the bytes of all files. They are cut from one random block: each segment of each file starts somewhere else in
// it. So they cost neither time to make nor room, and yet bytes of another place or file are seen to be wrong.
type content []byte

func newContent() content {
	block := make([]byte, blockSize+segment)
	rand.NewChaCha8([32]byte{1}).Read(block) //nolint:errcheck // never fails
	return block
}

// at returns bytes of a file from off on: at most so many, and none past the end of the segment.
func (c content) at(path string, off, most int64) []byte {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s/%d", path, off/segment)
	start := int64(h.Sum64() % blockSize)
	in := off % segment
	return c[start+in : start+min(in+most, segment)]
}

// differs returns the first offset at which p is not what a file has from off on; -1 where all is right.
func (c content) differs(path string, off int64, p []byte) int64 {
	for len(p) > 0 {
		want := c.at(path, off, int64(len(p)))
		if !bytes.Equal(p[:len(want)], want) {
			for i := range want {
				if p[i] != want[i] {
					return off + int64(i)
				}
			}
		}
		p, off = p[len(want):], off+int64(len(want))
	}
	return -1
}

// kind is how the origin serves a file.
type kind string

const (
	well kind = ""
	dead kind = "dead" // no answer ever comes
	slow kind = "slow" // bytes come at a hundredth of what a film needs
)

// file is a file of the origin, at the same path in both mounts.
type file struct {
	path string
	size int64
	kind kind
}

// sizes are what differs between a quick run and a whole one.
type sizes struct {
	cold    int64 // of a file that is read through
	long    int64 // of one that is much longer
	scanned int   // files that a scanner looks at
	handles int
	random  int // reads at random places
	first   int // opens
	repeat  int
	play    float64 // seconds
}

func sizesOf(quick bool) sizes {
	if quick {
		return sizes{cold: 256 << 20, long: 1 << 30, scanned: 40, handles: 100, random: 12, first: 4, repeat: 1, play: 6}
	}
	return sizes{cold: 1 << 30, long: 4 << 30, scanned: 200, handles: 500, random: 40, first: 8, repeat: 3, play: 20}
}

// far is the size of films of which only pieces are read. It is no multiple of a chunk, as real ones are not.
const far = 4<<30 + 123_457

const (
	folders = 100 // of the listing
	inEach  = 100
)

// catalogue lists every file that there is.
func catalogue(s sizes) []file {
	var list []file
	add := func(folder string, n int, size int64) {
		for i := range n {
			list = append(list, file{path: name(folder, i), size: size})
		}
	}
	add("cold", 24, s.cold)
	add("long", 2, s.long)
	add("far", 64, far)
	add("scan", s.scanned, far)
	add("play", 16, far)
	add("many", s.handles, far)
	for i := range folders {
		add(fmt.Sprintf("shows/show-%02d", i), inEach, far)
	}
	return append(list, file{"bad/dead.mkv", far, dead}, file{"bad/slow.mkv", far, slow})
}

func name(folder string, i int) string { return fmt.Sprintf("%s/film-%03d.mkv", folder, i) }

// names lists files of a folder, n of them from first on.
func names(folder string, first, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = name(folder, first+i)
	}
	return list
}
