package core

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"net/http/httputil"
	"slices"
	"strconv"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// newProxy passes requests for files on to the mount process.
func (p *mountProcess) newProxy(transport http.RoundTripper) http.Handler {
	proxy := &httputil.ReverseProxy{
		Transport:     transport,
		FlushInterval: -1, // a reader gets what there is
		BufferPool:    &buffers{},
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = "http", "mount", r.In.Host
			r.Out.Header.Set(protocolHeader, strconv.Itoa(mountProtocol))
			r.Out.Header.Set(clientHeader, r.In.RemoteAddr)
			r.Out.Header.Del("Authorization") // the daemon has seen to it
			r.Out.Header.Del("Cookie")
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if !errors.Is(err, context.Canceled) {
				away(w, reach(r.Context(), err))
			}
		},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := p.ready(); err != nil {
			away(w, err)
			return
		}
		proxy.ServeHTTP(w, r)
	})
}

// away tells a reader that the files are not there now.
func away(w http.ResponseWriter, err error) {
	w.Header().Set("Retry-After", "5")
	http.Error(w, err.Error(), http.StatusServiceUnavailable)
}

// buffers are what bodies are passed on with: larger than the standard ones, for films.
type buffers struct{ pool sync.Pool }

func (b *buffers) Get() []byte {
	if v, ok := b.pool.Get().(*[]byte); ok {
		return *v
	}
	return make([]byte, 256<<10)
}

func (b *buffers) Put(v []byte) { b.pool.Put(&v) }

// joined are the metrics of this process and of the one that keeps the files, which have a label to tell them apart.
type joined struct {
	here  prometheus.Gatherer
	mount *mountProcess
}

// Gather implements [prometheus.Gatherer]. A mount process that is not there has no metrics, which millrace_mount_up tells.
func (j joined) Gather() ([]*dto.MetricFamily, error) {
	families, err := j.here.Gather()
	if err != nil {
		return families, err
	}
	byName := map[string]*dto.MetricFamily{}
	for _, f := range families {
		byName[f.GetName()] = f
	}
	up := 0.0
	if theirs, err := j.mount.metrics(); err == nil {
		up = 1
		for name, f := range theirs {
			join(byName, name, f)
		}
	}
	byName["millrace_mount_up"] = gaugeFamily("millrace_mount_up", "1 where millrace mount answers.", up)
	return slices.SortedFunc(maps.Values(byName), func(a, b *dto.MetricFamily) int { return cmp.Compare(a.GetName(), b.GetName()) }), nil
}

// join adds what the mount process measured. What both versions call by one name and mean otherwise is left out.
func join(byName map[string]*dto.MetricFamily, name string, f *dto.MetricFamily) {
	label, value := "process", "mount"
	for _, m := range f.Metric {
		m.Label = append(m.Label, &dto.LabelPair{Name: &label, Value: &value})
		slices.SortFunc(m.Label, func(a, b *dto.LabelPair) int { return cmp.Compare(a.GetName(), b.GetName()) })
	}
	have, ok := byName[name]
	switch {
	case !ok:
		byName[name] = f
	case have.GetType() == f.GetType():
		have.Metric = append(have.Metric, f.Metric...)
	}
}

func gaugeFamily(name, help string, v float64) *dto.MetricFamily {
	kind := dto.MetricType_GAUGE
	return &dto.MetricFamily{Name: &name, Help: &help, Type: &kind, Metric: []*dto.Metric{{Gauge: &dto.Gauge{Value: &v}}}}
}

// metrics reads what the mount process measured.
func (p *mountProcess) metrics() (map[string]*dto.MetricFamily, error) {
	if err := p.ready(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), statusWithin) // the interface hands none
	defer cancel()
	resp, err := p.send(ctx, http.MethodGet, "/metrics", nil)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	return parser.TextToMetricFamilies(resp.Body)
}
