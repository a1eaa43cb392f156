package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// mark is what is known of a piece; it is one byte of a file.
type mark byte

const (
	absent mark = 0 // not here
	sure   mark = 1 // verified, and known to have reached the disk
	fresh  mark = 2 // verified and written; absent once the machine went down, as it may not have reached the disk
	taken  mark = 3 // was here and was given up for space; never in the file, where it is absent
)

func (m mark) here() bool { return m == sure || m == fresh }

// bootLength is how much of the file of marks tells under which boot of the machine it was written.
const bootLength = 40

// marks is the file of marks of one torrent. It holds no lock: its blob does.
type marks struct {
	f   *os.File
	all []mark
}

// openMarks reads the marks of a torrent of n pieces. What was fresh under another boot is absent.
func openMarks(path, boot string, n int) (*marks, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open marks of pieces: %w", err)
	}
	m := &marks{f: f, all: make([]mark, n)}
	if err := m.load(boot); err != nil {
		return nil, errors.Join(fmt.Errorf("read marks of pieces: %w", err), f.Close())
	}
	return m, nil
}

func (m *marks) load(boot string) error {
	raw := make([]byte, bootLength+len(m.all))
	n, err := m.f.ReadAt(raw, 0)
	if err != nil && err != io.EOF {
		return err
	}
	clear(raw[n:])
	same := boot != "" && string(bytes.TrimRight(raw[:bootLength], "\x00")) == boot
	for i, b := range raw[bootLength:] {
		if k := mark(b); k == sure || k == fresh && same {
			m.all[i] = k
		}
	}
	if same {
		return nil
	}
	return m.rewrite(boot)
}

// rewrite puts everything down under this boot. Marks come before the boot that makes them believed.
func (m *marks) rewrite(boot string) error {
	raw := make([]byte, len(m.all))
	for i, k := range m.all {
		raw[i] = byte(k)
	}
	if _, err := m.f.WriteAt(raw, bootLength); err != nil {
		return err
	}
	if err := m.f.Sync(); err != nil {
		return err
	}
	head := make([]byte, bootLength)
	copy(head, boot)
	_, err := m.f.WriteAt(head, 0)
	return err
}

func (m *marks) set(i int, k mark) error {
	m.all[i] = k
	if k == taken {
		k = absent
	}
	if _, err := m.f.WriteAt([]byte{byte(k)}, bootLength+int64(i)); err != nil {
		return fmt.Errorf("write mark of piece %d: %w", i, err)
	}
	return nil
}

// bootID names this run of the machine's kernel, or is "" where that cannot be known.
func bootID() string {
	b, err := os.ReadFile("/proc/sys/kernel/random/boot_id") // Linux; elsewhere nothing fresh is believed
	if err != nil || len(b) > bootLength {
		return ""
	}
	return strings.TrimSpace(string(b))
}
