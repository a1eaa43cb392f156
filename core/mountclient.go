package core

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/host"
)

// mountProcess is the process of "millrace mount" as the daemon sees it. It comes and goes by itself: while it is not there
// whatever is asked of it is Unavailable.
type mountProcess struct {
	log    *slog.Logger
	http   *http.Client
	remote *host.Remote
	proxy  http.Handler

	mu  sync.Mutex
	is  greeting // guarded by mu; of the one that answered last
	err error    // guarded by mu; why none can be asked; nil: one answers
}

// errNoMount says that no process of "millrace mount" answers.
var errNoMount = errors.New("the files are kept by millrace mount, which does not run: start it with 'millrace mount', with the same configuration and as the same user")

func newMountProcess(data string, log *slog.Logger) (p *mountProcess, err error) {
	socket := MountSocketPath(data)
	dial := func(ctx context.Context) (net.Conn, error) { return new(net.Dialer).DialContext(ctx, "unix", socket) }
	transport := &http.Transport{
		DialContext:         func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) },
		MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute, DisableCompression: true,
	}
	p = &mountProcess{log: log, http: &http.Client{Transport: transport}, err: errNoMount}
	p.remote, err = host.NewRemote(host.RemoteOptions{
		Dial: dial, Ready: p.ready, Header: map[string]string{protocolHeader: strconv.Itoa(mountProtocol)},
	})
	p.proxy = p.newProxy(transport)
	return p, err
}

func (p *mountProcess) close() {
	p.http.CloseIdleConnections()
	if err := p.remote.Close(); err != nil {
		p.log.Debug("the connection to millrace mount was not closed well", "err", err)
	}
}

// ready is why no mount process can be asked; nil: one answers.
func (p *mountProcess) ready() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// returnAfter is how long a mount process that does not answer is left alone.
const returnAfter = 500 * time.Millisecond

// run keeps in touch until ctx ends: it notes whether there is a mount process, and gives what that hears of files to weigh.
func (p *mountProcess) run(ctx context.Context, weigh func(context.Context, told)) error {
	for ctx.Err() == nil {
		err := p.greet(ctx)
		if err == nil {
			err = p.hear(ctx, weigh)
		}
		if ctx.Err() == nil {
			p.note(err)
		}
		timer := time.NewTimer(returnAfter)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
	return nil
}

// greetWithin is how long a mount process has to say what it is.
const greetWithin = 5 * time.Second

// greet asks a mount process what it is, and notes the answer.
func (p *mountProcess) greet(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, greetWithin)
	defer cancel()
	var g greeting
	err := p.call(ctx, http.MethodGet, "/v1/hello", nil, &g)
	if err == nil && g.Protocol != mountProtocol {
		err = fmt.Errorf("millrace mount is of version %s, which this daemon does not understand: it goes on with what is read; restart it with the daemon's version when nobody reads", g.Version)
	}
	p.mu.Lock()
	if err == nil {
		p.is = g
	}
	p.mu.Unlock()
	p.note(err)
	return err
}

// note keeps why a mount process cannot be asked, and tells of a change.
func (p *mountProcess) note(err error) {
	p.mu.Lock()
	was := p.err
	p.err = err
	is := p.is
	p.mu.Unlock()
	switch {
	case err == nil && was != nil:
		p.remote.Again()
		p.log.Info("millrace mount answers", "version", is.Version, "pid", is.PID, "mount", is.Mount)
	case err != nil && (was == nil || was.Error() != err.Error()):
		p.log.Warn("millrace mount cannot be asked", "err", err)
	}
}

// hear passes on what providers answered about files until the mount process ends or ctx does.
func (p *mountProcess) hear(ctx context.Context, weigh func(context.Context, told)) error {
	resp, err := p.send(ctx, http.MethodGet, "/v1/evidence", nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	for in := json.NewDecoder(resp.Body); ; {
		var t told
		if err := in.Decode(&t); err != nil {
			return errNoMount // it ended, or broke off
		}
		weigh(ctx, t)
	}
}

// send makes a request and checks that the answer is one. The caller closes its body.
func (p *mountProcess) send(ctx context.Context, method, path string, body any) (*http.Response, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://mount"+path, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	req.Header.Set(protocolHeader, strconv.Itoa(mountProtocol))
	resp, err := p.http.Do(req)
	if err != nil {
		return nil, reach(ctx, err)
	}
	if resp.StatusCode == http.StatusOK {
		return resp, nil
	}
	defer resp.Body.Close()
	var r refusal
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&r); err != nil {
		return nil, fmt.Errorf("millrace mount answered %s", resp.Status)
	}
	return nil, r.err()
}

// reach says why there was no answer.
func reach(ctx context.Context, err error) error {
	if ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return ctx.Err()
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return errNoMount
	}
	return fmt.Errorf("ask millrace mount: %w", err)
}

// call makes a request and reads the answer into out.
func (p *mountProcess) call(ctx context.Context, method, path string, body, out any) error {
	resp, err := p.send(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		return fmt.Errorf("read what millrace mount answered: %w", err)
	}
	return nil
}

// askWithin is how long a mount process has to answer, where the caller does not say.
const askWithin = time.Minute

// ask is call where there is a mount process to ask. That there is none is Unavailable.
func (p *mountProcess) ask(ctx context.Context, method, path string, body, out any) error {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	err := p.ready()
	if err == nil {
		err = p.call(ctx, method, path, body, out)
	}
	if e := (*sdk.Error)(nil); err == nil || errors.As(err, &e) || ctx.Err() != nil {
		return err
	}
	return &sdk.Error{Kind: sdk.Unavailable, Scope: sdk.ReachProvider, Message: err.Error(), Err: err}
}

// mounted is where the files are mounted; empty: nowhere, or not now.
func (p *mountProcess) mounted() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return ""
	}
	return p.is.Mount
}

// reload has the mount process read the configuration again. What it does not take keeps the daemon from taking it; one
// that is not there reads it when it starts.
func (p *mountProcess) reload(ctx context.Context) config.Diagnostics {
	var ds config.Diagnostics
	err := p.ask(ctx, http.MethodPost, "/v1/reload", nil, &ds)
	if err != nil && p.ready() == nil {
		return config.Diagnostics{{Severity: config.Error, Summary: "millrace mount does not take the configuration", Detail: err.Error()}}
	}
	return ds
}

// statusWithin is how long a mount process has to tell of its plugins.
const statusWithin = 2 * time.Second

// Status implements [plugin.Others].
func (p *mountProcess) Status() map[string]host.Status {
	ctx, cancel := context.WithTimeout(context.Background(), statusWithin) // the interface hands none
	defer cancel()
	var all map[string]host.Status
	if err := p.ask(ctx, http.MethodGet, "/v1/plugins", nil, &all); err != nil {
		p.log.Debug("it cannot be told how the plugins of millrace mount are", "err", err)
	}
	return all
}

// Restart implements [plugin.Others].
func (p *mountProcess) Restart(name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), statusWithin) // the interface hands none
	defer cancel()
	return p.ask(ctx, http.MethodPost, "/v1/plugins/"+name+"/restart", nil, &struct{}{})
}
