package chunk

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestDiskIsWrittenAgainAfterAFailure(t *testing.T) {
	t.Parallel()
	const total = 4 * minChunk
	c, err := New(source(make([]byte, total)), Options{Dir: t.TempDir(), ChunkSize: minChunk, KeepFree: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	readThen := func(id string) int64 {
		f := c.Open(id, total)
		if _, _, err := f.ReadAt(context.Background(), make([]byte, total), 0); err != nil {
			t.Fatal(err)
		}
		f.Close()
		c.fetches.Wait()
		return c.Stats().Disk
	}
	c.disk.failed(errors.New("the disk is full"))
	if got := readThen("a"); got != 0 {
		t.Errorf("%d bytes were written to a disk that had just failed", got)
	}
	c.disk.mu.Lock()
	c.disk.fullUntil = time.Now() // as if the pause were over
	c.disk.mu.Unlock()
	if got := readThen("b"); got != total {
		t.Errorf("%d bytes were written after the pause, want %d", got, total)
	}
}
