package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
)

// api asks the daemon through the socket in its data folder, where no password is needed.
type api struct{ client *http.Client }

func newAPI(socket string) *api {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}
	return &api{&http.Client{Transport: &http.Transport{DialContext: dial}}}
}

// item is what is shown of an item of the library.
type item struct {
	ID     int64  `json:"id"`
	Parent int64  `json:"parent"`
	Kind   string `json:"kind"`
	Label  string `json:"label"`
	State  string `json:"state"`
	Error  string `json:"error"`
}

// candidate is a release judged for an item.
type candidate struct {
	Name     string `json:"name"`
	Hash     string `json:"hash"`
	State    string `json:"state"`
	Evidence string `json:"evidence"`
}

type pluginStatus struct {
	Name string `json:"name"`
	PID  int    `json:"pid"`
}

func (a *api) items(ctx context.Context) ([]item, error) {
	var page struct{ Items []item }
	return page.Items, a.ask(ctx, "/items?limit=100", &page)
}

func (a *api) candidates(ctx context.Context, id int64) ([]candidate, error) {
	var page struct{ Releases []candidate }
	return page.Releases, a.ask(ctx, fmt.Sprintf("/items/%d/releases", id), &page)
}

func (a *api) plugins(ctx context.Context) ([]pluginStatus, error) {
	var page struct{ Plugins []pluginStatus }
	return page.Plugins, a.ask(ctx, "/plugins", &page)
}

func (a *api) ask(ctx context.Context, path string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://millrace/api/v1"+path, nil)
	if err != nil {
		return fmt.Errorf("ask the daemon for %s: %w", path, err)
	}
	resp, err := a.client.Do(req)
	if err != nil {
		return fmt.Errorf("ask the daemon for %s: %w", path, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("ask the daemon for %s: %s", path, resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		return fmt.Errorf("read the daemon's answer about %s: %w", path, err)
	}
	return nil
}
