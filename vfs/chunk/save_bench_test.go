//go:build linux

package chunk

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// BenchmarkSave writes a film to disk in pieces of 1 MiB and makes it last every now and then, as it is when it is
// streamed. It tells the processor time for each GB and the longest wait for the disk.
func BenchmarkSave(b *testing.B) {
	o, err := Options{Dir: b.TempDir(), KeepFree: -1}.withDefaults()
	if err != nil {
		b.Fatal(err)
	}
	d, err := openDisk(o)
	if err != nil {
		b.Fatal(err)
	}
	defer d.close()
	const size, each = 512 << 20, 8
	bufs := make([][]byte, each)
	for i := range bufs {
		bufs[i] = make([]byte, o.ChunkSize)
		for j := range bufs[i] {
			bufs[i][j] = byte(i + j)
		}
	}
	b.SetBytes(size)
	var worst time.Duration
	before := processor(b)
	for i := 0; b.Loop(); i++ {
		s := d.acquire(key{string(rune('a' + i)), size})
		for n := int64(0); n < chunks(size, o.ChunkSize); n += each {
			s.save(n, bufs)
			if n%1024 == 0 {
				began := time.Now()
				d.flush()
				worst = max(worst, time.Since(began))
			}
		}
		d.release(s)
		if _, err := d.forget(s.key); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric((processor(b)-before).Seconds()/float64(b.N)/(size/1e9), "cpu-s/GB")
	b.ReportMetric(worst.Seconds()*1000, "ms-worst-flush")
}

func processor(b *testing.B) time.Duration {
	b.Helper()
	var r unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
