package core

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/millrace-media/millrace/vfs"
	"github.com/millrace-media/millrace/vfs/chunk"
)

// readings tells, at each scrape, what is read and what the cache holds. Neither files nor readers are labels: there is no
// end of them.
type readings struct{ files Files }

var _ prometheus.Collector = readings{}

var (
	readDesc      = prometheus.NewDesc("millrace_read_bytes_total", "Bytes given to readers of files, by where they were: memory and disk are cache hits.", []string{"from"}, nil)
	providerDesc  = prometheus.NewDesc("millrace_provider_bytes_total", "Bytes of files fetched, by the instance that sent them.", []string{"instance"}, nil)
	streamDesc    = prometheus.NewDesc("millrace_open_streams", "Files that are open, by the way in and how they are read.", []string{"reader", "mode"}, nil)
	diskDesc      = prometheus.NewDesc("millrace_cache_disk_bytes", "Bytes in the disk cache.", nil, nil)
	maxDiskDesc   = prometheus.NewDesc("millrace_cache_disk_max_bytes", "Bytes that the disk cache may hold.", nil, nil)
	contentsDesc  = prometheus.NewDesc("millrace_cache_contents", "Files of which the disk cache holds something.", nil, nil)
	memoryDesc    = prometheus.NewDesc("millrace_cache_memory_bytes", "Bytes of buffers in use.", nil, nil)
	maxMemoryDesc = prometheus.NewDesc("millrace_cache_memory_max_bytes", "Bytes of buffers that there may be.", nil, nil)
	fetchingDesc  = prometheus.NewDesc("millrace_fetches", "Ranges that are being fetched, or wait for their turn.", []string{"state"}, nil)
)

// Describe implements [prometheus.Collector].
func (readings) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		readDesc, providerDesc, streamDesc, diskDesc, maxDiskDesc, contentsDesc, memoryDesc, maxMemoryDesc, fetchingDesc,
	} {
		ch <- d
	}
}

// scrapeWithin bounds what a scrape waits for the files of another process.
const scrapeWithin = 5 * time.Second

// Collect implements [prometheus.Collector]. What cannot be had is left out.
func (r readings) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeWithin) // the interface hands none
	defer cancel()
	send := func(kind prometheus.ValueType, d *prometheus.Desc, v int64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, kind, float64(v), labels...)
	}
	if t, err := r.files.Traffic(ctx); err == nil {
		traffic(t, func(d *prometheus.Desc, v int64, label string) { send(prometheus.CounterValue, d, v, label) })
	}
	if list, err := r.files.Streams(ctx); err == nil {
		for of, n := range streamCounts(list) {
			send(prometheus.GaugeValue, streamDesc, n, of.reader, of.mode)
		}
	}
	if s, err := r.files.CacheStats(ctx); err == nil {
		cacheGauges(s, func(d *prometheus.Desc, v int64, labels ...string) { send(prometheus.GaugeValue, d, v, labels...) })
	}
}

func traffic(t vfs.Traffic, send func(d *prometheus.Desc, v int64, label string)) {
	send(readDesc, t.Memory.Bytes, chunk.Memory.String())
	send(readDesc, t.Disk.Bytes, chunk.Disk.String())
	send(readDesc, t.Network.Bytes, chunk.Network.String())
	for _, f := range t.Fetched {
		send(providerDesc, f.Bytes, f.Name)
	}
}

// streamKind is what open files are counted by.
type streamKind struct{ reader, mode string }

func streamCounts(list []vfs.Stream) map[streamKind]int64 {
	counts := map[streamKind]int64{}
	for _, s := range list {
		counts[streamKind{s.Reader.Kind, s.Mode}]++
	}
	return counts
}

func cacheGauges(s chunk.Stats, send func(d *prometheus.Desc, v int64, labels ...string)) {
	send(diskDesc, s.Disk)
	send(maxDiskDesc, s.MaxDisk)
	send(contentsDesc, int64(s.Contents))
	send(memoryDesc, s.Memory)
	send(maxMemoryDesc, s.MaxMemory)
	send(fetchingDesc, int64(s.Fetching), "running")
	send(fetchingDesc, int64(s.Queued), "waiting")
}
