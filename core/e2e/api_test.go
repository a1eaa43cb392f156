package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"

	"github.com/millrace-media/millrace/core/web"
)

// client talks to the daemon through the socket in its data folder.
func (d *daemon) client() *http.Client {
	socket := filepath.Join(d.data(), "run", "api.sock")
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}}
}

// ask calls the API. The answer goes into out, where that is not nil.
func (d *daemon) ask(method, path string, out any) error {
	req, err := http.NewRequestWithContext(d.t.Context(), method, "http://millrace/api/v1"+path, strings.NewReader(""))
	if err != nil {
		return err
	}
	resp, err := d.client().Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 400 {
		return fmt.Errorf("%s %s: %s", method, path, resp.Status)
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(out)
}

// must is ask where the daemon is meant to be there.
func (d *daemon) must(method, path string, out any) {
	d.t.Helper()
	if err := d.ask(method, path, out); err != nil {
		d.t.Fatal(err)
	}
}

// items lists the library; nothing while the daemon does not answer.
func (d *daemon) items() []web.Item {
	var page web.ItemPage
	if d.ask(http.MethodGet, "/items?limit=1000", &page) != nil {
		return nil
	}
	return page.Items
}

// itemID names an item of the world for people and maps: "tt1254207", "tt9900001 s01", "tt9900001 s01e02".
func itemID(it web.Item) string {
	switch it.Kind {
	case "season":
		return fmt.Sprintf("%s s%02d", it.IDs.IMDb, it.Season)
	case "episode":
		return fmt.Sprintf("%s s%02de%02d", it.IDs.IMDb, it.Season, it.Episode)
	}
	return it.IDs.IMDb
}

// states tells the state of every item.
func (d *daemon) states() map[string]string {
	out := map[string]string{}
	for _, it := range d.items() {
		out[itemID(it)] = it.State
	}
	return out
}

// item waits for an item to be known.
func (d *daemon) item(id string) web.Item {
	d.t.Helper()
	var found web.Item
	d.scene.wait("item "+id, func() bool {
		for _, it := range d.items() {
			if itemID(it) == id {
				found = it
				return true
			}
		}
		return false
	})
	return found
}

// waitState waits until items are in a state.
func (d *daemon) waitState(state string, ids ...string) {
	d.t.Helper()
	d.scene.wait(fmt.Sprintf("%v to be %s", ids, state), func() bool {
		now := d.states()
		for _, id := range ids {
			if now[id] != state {
				return false
			}
		}
		return true
	})
}

// releases gives what became of an item's candidates, by their names.
func (d *daemon) releases(item int64) map[string]web.ItemRelease {
	d.t.Helper()
	var page web.ReleasePage
	d.must(http.MethodGet, fmt.Sprintf("/items/%d/releases", item), &page)
	out := map[string]web.ItemRelease{}
	for _, r := range page.Releases {
		out[r.Name] = r
	}
	return out
}
