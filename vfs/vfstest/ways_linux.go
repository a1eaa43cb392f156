package vfstest

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

var ways = []Way{Pread, Readv, Mmap, Uncached, Sendfile, Splice}

const page = 4096

func openBy(path string, way Way) (*os.File, error) {
	flags := os.O_RDONLY
	if way == Uncached {
		flags |= unix.O_DIRECT
	}
	return os.OpenFile(path, flags, 0)
}

// readBy reads up to n bytes from off in one of the ways.
func readBy(f *os.File, way Way, off int64, n int) ([]byte, error) {
	switch way {
	case Readv:
		return readv(f, off, n)
	case Mmap:
		return readMapped(f, off, n)
	case Uncached:
		return readUncached(f, off, n)
	case Sendfile:
		return through(f, off, n, newSocket, sendfile)
	case Splice:
		return through(f, off, n, os.Pipe, splice)
	default:
		return pread(f, off, n)
	}
}

// again repeats a call that a signal interrupted.
func again(call func() (int, error)) (n int, err error) {
	for {
		if n, err = call(); !errors.Is(err, unix.EINTR) {
			return n, err
		}
	}
}

// readv fills buffers of odd sizes, until all are full or the file ends.
func readv(f *os.File, off int64, n int) ([]byte, error) {
	buf := make([]byte, n)
	got := 0
	for got < n {
		m, err := again(func() (int, error) { return unix.Preadv(int(f.Fd()), pieces(buf[got:]), off+int64(got)) })
		if err != nil {
			return nil, os.NewSyscallError("preadv", err)
		}
		if m == 0 {
			break
		}
		got += m
	}
	return buf[:got], nil
}

// pieces cuts a buffer into at most a thousand pieces of odd sizes.
func pieces(buf []byte) (cut [][]byte) {
	for size := 1; len(buf) > 0 && len(cut) < 1000; size = size*3 + 1 {
		n := min(size, len(buf))
		cut, buf = append(cut, buf[:n]), buf[n:]
	}
	return cut
}

// readMapped copies from memory that the file is mapped to. That its bytes cannot be had is a SIGBUS there; here, EIO.
func readMapped(f *os.File, off int64, n int) (data []byte, err error) {
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	n = int(max(0, min(int64(n), st.Size()-off)))
	if n == 0 {
		return nil, nil
	}
	skip := int(off % page)
	mapped, err := mapFile(int(f.Fd()), off-int64(skip), skip+n)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	defer func() { err = errors.Join(err, unix.Munmap(mapped)) }()
	return touch(mapped[skip:])
}

// mapFile maps a stretch of a file. What the kernel does not cache cannot be shared, as with FOPEN_DIRECT_IO.
func mapFile(fd int, off int64, n int) ([]byte, error) {
	mapped, err := unix.Mmap(fd, off, n, unix.PROT_READ, unix.MAP_SHARED)
	if errors.Is(err, unix.ENODEV) {
		return unix.Mmap(fd, off, n, unix.PROT_READ, unix.MAP_PRIVATE)
	}
	return mapped, err
}

func touch(mapped []byte) (data []byte, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if fault := recover(); fault != nil {
			data, err = nil, fmt.Errorf("touch mapped memory: %v: %w", fault, unix.EIO)
		}
	}()
	return append([]byte(nil), mapped...), nil
}

// readUncached reads whole pages, as O_DIRECT wants it, into memory that is aligned like them.
func readUncached(f *os.File, off int64, n int) ([]byte, error) {
	skip := int(off % page)
	want := (skip + n + page - 1) / page * page
	buf := make([]byte, want+page)
	buf = buf[page-int(uintptr(unsafe.Pointer(&buf[0]))%page):][:want]
	got := 0
	for got < want {
		m, err := again(func() (int, error) { return unix.Pread(int(f.Fd()), buf[got:], off-int64(skip)+int64(got)) })
		if err != nil {
			return nil, os.NewSyscallError("pread", err)
		}
		got += m
		if m == 0 || m%page != 0 {
			break // the file ends
		}
	}
	return buf[min(skip, got):min(skip+n, got)], nil
}

// newSocket returns two ends of a connection.
func newSocket() (out, in *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	return os.NewFile(uintptr(fds[0]), "out"), os.NewFile(uintptr(fds[1]), "in"), nil
}

// through has the kernel move bytes of a file into one end of something, and returns what comes out of the other.
func through(f *os.File, off int64, n int, open func() (out, in *os.File, err error), move func(to, from int, off *int64, n int) (int, error)) ([]byte, error) {
	out, in, err := open()
	if err != nil {
		return nil, err
	}
	defer out.Close()
	moved := make(chan error, 1)
	go func() {
		defer in.Close()
		moved <- moveAll(in, f, off, n, move)
	}()
	data, err := io.ReadAll(out)
	if moveErr := <-moved; moveErr != nil {
		return nil, moveErr
	}
	return data, err
}

func moveAll(to, from *os.File, off int64, n int, move func(to, from int, off *int64, n int) (int, error)) error {
	for n > 0 {
		m, err := again(func() (int, error) { return move(int(to.Fd()), int(from.Fd()), &off, n) })
		if err != nil {
			return err
		}
		if m == 0 {
			return nil // the file ends
		}
		n -= m
	}
	return nil
}

func sendfile(to, from int, off *int64, n int) (int, error) {
	m, err := unix.Sendfile(to, from, off, n)
	return m, os.NewSyscallError("sendfile", err)
}

func splice(to, from int, off *int64, n int) (int, error) {
	m, err := unix.Splice(from, off, to, nil, n, 0)
	return int(m), os.NewSyscallError("splice", err)
}

// xattr asks for an extended attribute.
func xattr(path string) (int, error) { return syscall.Getxattr(path, "user.test", nil) }
