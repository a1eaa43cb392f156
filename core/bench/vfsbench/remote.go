//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// remote is the origin as the one who measures sees it.
type remote struct {
	*process
	at addresses
}

func startOrigin(self string, o options) (*remote, error) {
	p, err := start(nil, self, "origin", fmt.Sprintf("-quick=%t", o.quick), "-trace", o.trace)
	if err != nil {
		return nil, err
	}
	r := &remote{process: p}
	if err := json.NewDecoder(p.out).Decode(&r.at); err != nil {
		p.stop()
		return nil, fmt.Errorf("start the origin: %w", err)
	}
	return r, nil
}

func (r *remote) url() string { return "http://" + r.at.Data }

func (r *remote) post(what string, body any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	resp, err := http.Post("http://"+r.at.Control+"/"+what, "application/json", bytes.NewReader(b))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("tell the origin to %s: %s", what, resp.Status)
	}
	return nil
}

// counts returns what the origin did since it was told to start anew.
func (r *remote) counts() (c counts, err error) {
	resp, err := http.Get("http://" + r.at.Control + "/counts")
	if err != nil {
		return c, err
	}
	defer resp.Body.Close()
	return c, json.NewDecoder(resp.Body).Decode(&c)
}

const (
	quiet     = 300 * time.Millisecond // that long nothing is sent when all is over
	untilQuit = 6 * time.Second
)

// settled returns the counts when nothing more is asked of the origin, for what a mount fetches after its reader has left
// is fetched all the same. What never ends is counted as it is then.
func (b *bench) settled() (counts, error) {
	deadline := time.Now().Add(untilQuit)
	last, err := b.origin.counts()
	for err == nil && time.Now().Before(deadline) {
		if err = wait(b.ctx, quiet); err != nil {
			break
		}
		was := last
		if last, err = b.origin.counts(); last == was {
			break
		}
	}
	return last, err
}
