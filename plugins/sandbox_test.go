package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/examples/sandbox/world"
	"github.com/millrace-media/millrace/plugins/jellyfin"
	"github.com/millrace-media/millrace/plugins/overseerr"
	"github.com/millrace-media/millrace/plugins/plex"
	"github.com/millrace-media/millrace/plugins/realdebrid"
	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/sdktest"
)

// start gives a world whose debrid service is quick.
func start(t *testing.T) *world.World {
	t.Helper()
	w, err := world.Start(t.Context(), world.Options{Step: 30 * time.Millisecond, Slots: 100})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Errorf("close the world: %v", err)
		}
	})
	return w
}

func settings(e world.Endpoint, key string, more map[string]any) map[string]any {
	out := map[string]any{"url": e.URL, key: e.Key}
	for k, v := range more {
		out[k] = v
	}
	return out
}

// place adds a release again and again, as a host does, until it is ready or has failed.
func place(t *testing.T, d sdk.Debrid, r world.Release) (sdk.Placement, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		p, err := d.Add(ctx, sdk.AddRequest{Hash: r.Hash, Name: r.Name, Magnet: r.Magnet})
		if err != nil || p.State == sdk.PlacementReady || p.State == sdk.PlacementFailed {
			return p, err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("%s is still %s", r.Name, p.State)
		}
	}
}

func TestRealDebridInTheSandbox(t *testing.T) {
	t.Parallel()
	w := start(t)
	digests := map[string]string{}
	for _, o := range w.Originals() {
		digests[o.Hash+o.Path] = o.SHA256
	}
	d := sdktest.Instance[sdk.Debrid](t, sdktest.Serve(t, realdebrid.Plugin), sdk.CapabilityDebrid, settings(w.Endpoints.RealDebrid, "token", nil))
	for _, r := range w.Catalog() {
		if r.Archive || r.Season > 0 && r.Episode > 0 {
			continue
		}
		p, err := place(t, d, r)
		switch r.Debrid {
		case world.Dead, world.Errored:
			if err != nil || p.State != sdk.PlacementFailed {
				t.Errorf("%s (%s): %s, %v; want it failed", r.Name, r.Debrid, p.State, err)
			}
		case world.Infringing:
			if sdk.KindOf(err) != sdk.Gone {
				t.Errorf("%s (%s): %v, want Gone", r.Name, r.Debrid, err)
			}
		case world.InfringingLink:
			if err != nil || p.State != sdk.PlacementReady {
				t.Fatalf("%s (%s): %s, %v", r.Name, r.Debrid, p.State, err)
			}
			_, err := d.Link(t.Context(), sdk.LinkRequest{Placement: p.ID, Hash: p.Hash, File: p.Files[0]})
			if sdk.KindOf(err) != sdk.Gone {
				t.Errorf("a link to %s: %v, want Gone", r.Name, err)
			}
		default:
			if err != nil || p.State != sdk.PlacementReady {
				t.Errorf("%s (%s): %s, %v; want it ready", r.Name, r.Debrid, p.State, err)
				continue
			}
			fetch(t, d, r, p, digests)
		}
	}
}

// fetch reads the first file that is ready and compares it with the original.
func fetch(t *testing.T, d sdk.Debrid, r world.Release, p sdk.Placement, digests map[string]string) {
	t.Helper()
	i := slices.IndexFunc(p.Files, func(f sdk.File) bool { return f.Ready })
	if i < 0 || len(p.Files) != len(r.Files) {
		t.Errorf("%s: files %+v", r.Name, p.Files)
		return
	}
	l, err := d.Link(t.Context(), sdk.LinkRequest{Placement: p.ID, Hash: p.Hash, File: p.Files[i]})
	if err != nil {
		t.Errorf("a link to %s: %v", p.Files[i].Path, err)
		return
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, l.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, resp.Body)
	if err != nil || n != p.Files[i].Size || l.Size != n {
		t.Errorf("%s: %d bytes (%v), the file says %d and the link %d", r.Name, n, err, p.Files[i].Size, l.Size)
	}
	if got, want := hex.EncodeToString(sum.Sum(nil)), digests[r.Hash+r.Files[i].Path]; got != want {
		t.Errorf("%s: file %d is not the original", r.Name, i)
	}
}

func TestOverseerrInTheSandbox(t *testing.T) {
	t.Parallel()
	w := start(t)
	s := sdktest.Instance[sdk.Source](t, sdktest.Serve(t, overseerr.Plugin), sdk.CapabilitySource, settings(w.Endpoints.Overseerr, "api_key", nil))
	var got []sdk.Request
	if err := s.List(t.Context(), func(rs ...sdk.Request) error {
		got = append(got, rs...)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, r := range got {
		ids = append(ids, r.IMDb)
	}
	if diff := cmp.Diff(ids, []string{world.MillOnTheRace, world.BigBuckBunny}); diff != "" {
		t.Fatalf("requests (-got +want):\n%s", diff)
	}
	acknowledger, ok := s.(sdk.Acknowledger)
	if !ok {
		t.Fatal("it takes no news")
	}
	for _, r := range got {
		if err := acknowledger.Acknowledge(t.Context(), sdk.Acknowledgement{Ref: r.Ref, State: sdk.ProgressAvailable}); err != nil {
			t.Errorf("Acknowledge: %v", err)
		}
	}
	for _, r := range w.Requests() {
		if r.Status == world.RequestApproved && r.Media != world.MediaAvailable {
			t.Errorf("request %d has status %d, want available", r.ID, r.Media)
		}
	}
}

func TestMediaServersInTheSandbox(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.SetLibrary("/media")
	mapped := map[string]any{"path_map": map[string]string{"/mnt/millrace": "/media"}}
	changes := []sdk.Change{{Path: "/mnt/millrace/movies/Sintel (2010)/Sintel (2010).mkv", Kind: sdk.ChangeCreated, Title: sdk.Movie}}
	j := sdktest.Instance[sdk.Updater](t, sdktest.Serve(t, jellyfin.Plugin), sdk.CapabilityUpdater, settings(w.Endpoints.Jellyfin, "api_key", mapped))
	p := sdktest.Instance[sdk.Updater](t, sdktest.Serve(t, plex.Plugin), sdk.CapabilityUpdater, settings(w.Endpoints.Plex, "token", mapped))
	for _, u := range []sdk.Updater{j, p} {
		if err := u.Update(t.Context(), changes); err != nil {
			t.Error(err)
		}
		c, ok := u.(sdk.Checker)
		if !ok {
			t.Fatal("it has no Check")
		}
		if h, err := c.Check(t.Context()); err != nil || h.Version == "" {
			t.Errorf("Check = %+v, %v", h, err)
		}
	}
	var heard bytes.Buffer
	for _, h := range w.Heard() {
		heard.WriteString(h.Server + " " + h.Kind + " " + h.Section + " " + h.Paths[0].Path + " " + h.Paths[0].Type + "\n")
	}
	want := "jellyfin updated  /media/movies/Sintel (2010)/Sintel (2010).mkv Created\nplex refresh 1 /media/movies/Sintel (2010) \n"
	if diff := cmp.Diff(heard.String(), want); diff != "" {
		t.Errorf("heard (-got +want):\n%s", diff)
	}
}
