package core

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/millrace-media/millrace/core/plugin"
	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/vfs/chunk"
)

// metrics counts what the daemon does. Names follow Prometheus: base units, _total for what only grows.
type metrics struct {
	registry *prometheus.Registry
	calls    *prometheus.HistogramVec
	fetches  *prometheus.HistogramVec
	bytes    prometheus.Counter
	lost     *prometheus.CounterVec
	links    *prometheus.CounterVec
	conns    *prometheus.CounterVec
}

var _ chunk.Observer = (*metrics)(nil)

func newMetrics() *metrics {
	seconds := []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}
	m := &metrics{
		registry: prometheus.NewRegistry(),
		calls: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "millrace_plugin_call_seconds", Help: "Calls to plugins by outcome.", Buckets: seconds,
		}, []string{"capability", "instance", "call", "outcome"}),
		fetches: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "millrace_chunk_fetch_seconds", Help: "Requests for bytes of files, by outcome.", Buckets: seconds,
		}, []string{"outcome"}),
		bytes: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "millrace_fetched_bytes_total", Help: "Bytes fetched from providers.",
		}),
		lost: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "millrace_cache_lost_bytes_total", Help: "Bytes that left the disk cache, by reason.",
		}, []string{"reason"}),
		links: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "millrace_range_requests_total", Help: "Ranges asked of providers, by instance and outcome.",
		}, []string{"instance", "outcome"}),
		conns: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "millrace_range_connections_total", Help: "Connections taken for ranges, by instance and by whether they were open already (reused) or not (opened).",
		}, []string{"instance", "state"}),
	}
	m.registry.MustRegister(m.calls, m.fetches, m.bytes, m.lost, m.links, m.conns,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func outcome(k sdk.Kind) string {
	if k == "" {
		return "ok"
	}
	return string(k)
}

func (m *metrics) pluginCall(in *plugin.Instance, call string, k sdk.Kind, took time.Duration) {
	m.calls.WithLabelValues(in.Capability, in.Name, call, outcome(k)).Observe(took.Seconds())
}

func (m *metrics) fetched(instance string, _ int64, _ time.Duration, err error) {
	result := outcome(sdk.KindOf(err))
	if errors.Is(err, context.Canceled) {
		result = "cancelled"
	}
	m.links.WithLabelValues(instance, result).Inc()
}

func (m *metrics) connected(instance string, reused bool) {
	state := "opened"
	if reused {
		state = "reused"
	}
	m.conns.WithLabelValues(instance, state).Inc()
}

// Served implements [chunk.Observer]. What readers are given is taken from [Files], which may be another process's.
func (m *metrics) Served(chunk.Origin, int) {}

// Fetched implements [chunk.Observer].
func (m *metrics) Fetched(took time.Duration, n int64, err error) {
	result := "ok"
	switch {
	case errors.Is(err, context.Canceled):
		result = "cancelled"
	case err != nil:
		result = "failed"
	}
	m.fetches.WithLabelValues(result).Observe(took.Seconds())
	m.bytes.Add(float64(n))
}

// Lost implements [chunk.Observer].
func (m *metrics) Lost(why chunk.Loss, n int64) {
	m.lost.WithLabelValues(why.String()).Add(float64(n))
}

// watch adds what is read from the daemon when somebody asks.
func (m *metrics) watch(d *Daemon) {
	m.registry.MustRegister(&gauges{d: d}, readings{d.files})
}

// gauges reads the daemon's state at each scrape.
type gauges struct{ d *Daemon }

var (
	itemsDesc   = prometheus.NewDesc("millrace_items", "Items by kind and state.", []string{"kind", "state"}, nil)
	runningDesc = prometheus.NewDesc("millrace_steps_running", "Steps under way in this daemon.", []string{"step"}, nil)
	upDesc      = prometheus.NewDesc("millrace_instance_up", "1 where nothing keeps calls from the instance.", []string{"capability", "instance"}, nil)
	restartDesc = prometheus.NewDesc("millrace_plugin_restarts_total", "Restarts of plugin processes.", []string{"plugin"}, nil)
)

// Describe implements [prometheus.Collector].
func (g *gauges) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{itemsDesc, runningDesc, upDesc, restartDesc} {
		ch <- d
	}
}

// Collect implements [prometheus.Collector].
func (g *gauges) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second) // the interface hands none
	defer cancel()
	if counts, err := g.d.db.CountStates(ctx); err == nil {
		for kind, states := range counts {
			for state, n := range states {
				gauge(itemsDesc, float64(n), string(kind), string(state))
			}
		}
	}
	steps := map[string]int{}
	for _, r := range g.d.line.Running() {
		steps[string(r.Step.Kind)]++
	}
	for s, n := range steps {
		gauge(runningDesc, float64(n), s)
	}
	for _, in := range g.d.pool.All() {
		up := 1.0
		if in.Unwell() != nil {
			up = 0
		}
		gauge(upDesc, up, in.Capability, in.Name)
	}
	for name, st := range g.d.pool.Status() {
		ch <- prometheus.MustNewConstMetric(restartDesc, prometheus.CounterValue, float64(st.Restarts), name)
	}
}
