package core

import (
	"context"
	"errors"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/web"
)

// newWeb gives the web server what it asks for through its interfaces.
func (d *Daemon) newWeb(c *config.Config) (*web.Server, error) {
	secret, err := derive(d.secret, "web")
	if err != nil {
		return nil, err
	}
	dav, files := d.trees()
	return web.New(web.Options{
		DB: d.db, Pool: d.pool, Library: d.line, Explain: d.line, Ranking: ranking{d.line}, Config: d.cfg.Load, Reload: d.Reload, Doctor: d.Doctor,
		Storage: storage{d.files}, Running: d.running, Backup: d.Backup, Ready: d.ready,
		DAV: dav, Files: files, Metrics: d.gatherer(),
		Password: c.Server.Password.Reveal(), Secret: secret, Version: d.o.Version, Log: d.log,
	})
}

// trees serve the files, from here or from the process that keeps them.
func (d *Daemon) trees() (dav, files http.Handler) {
	if d.away != nil {
		return d.away.proxy, d.away.proxy
	}
	return d.handlers()
}

// gatherer gives the metrics of this process, with those of the one that keeps the files.
func (d *Daemon) gatherer() prometheus.Gatherer {
	if d.away != nil {
		return joined{d.metrics.registry, d.away}
	}
	return d.metrics.registry
}

// errStarting is why a daemon is not ready yet.
var errStarting = errors.New("the daemon is starting")

func (d *Daemon) ready() error {
	if !d.begun.Load() {
		return errStarting
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin) // the probe hands none
	defer cancel()
	_, err := d.db.Cursor(ctx)
	return err
}

func (d *Daemon) running() []web.Running {
	var out []web.Running
	for _, r := range d.line.Running() {
		out = append(out, web.Running{Job: r.Job, Step: r.Step.Kind, Item: r.Step.Item, Attempt: r.Attempt, Since: r.Since})
	}
	return out
}
