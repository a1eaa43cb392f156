package plugin

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/grpc/test/bufconn"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/host"
)

// others are a pool's plugins as another process sees them.
type others struct{ *Pool }

// beside gives a pool whose debrid instances are those of another, and what says that this is away.
func beside(t *testing.T, keeper *Pool) (p *Pool, away *error) {
	t.Helper()
	lis := bufconn.Listen(1 << 20)
	relay := keeper.Relay()
	s := &http.Server{Handler: relay, Protocols: new(http.Protocols)}
	s.Protocols.SetUnencryptedHTTP2(true)
	served := make(chan error, 1)
	go func() { served <- s.Serve(lis) }()
	away = new(error)
	remote, err := host.NewRemote(host.RemoteOptions{
		Dial: func(ctx context.Context) (net.Conn, error) { return lis.DialContext(ctx) }, Ready: func() error { return *away },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		remote.Close()
		relay.Close()
		s.Close()
		<-served
	})
	p = setup(t, "stub")
	p.o.Remote, p.o.Others = remote, others{keeper}
	return p, away
}

// add asks a debrid instance to take a release.
func add(t *testing.T, p *Pool, name string) (pl sdk.Placement, err error) {
	t.Helper()
	in, ok := p.Find(sdk.CapabilityDebrid, name)
	if !ok {
		t.Fatalf("there is no debrid %s", name)
	}
	err = in.Call(t.Context(), "add", func(ctx context.Context) error {
		pl, err = in.Debrid().Add(ctx, sdk.AddRequest{})
		return err
	})
	return pl, err
}

func TestADebridOfAnotherProcess(t *testing.T) {
	t.Parallel()
	keeper := setup(t, "stub")
	p, away := beside(t, keeper)
	held, found := block(sdk.CapabilityDebrid, "h", "stub", ""), block(sdk.CapabilityScraper, "s", "stub", "x")
	apply(t, keeper, held)
	apply(t, p, held, found)
	keepers := keeper.Status()["stub"].PID

	t.Run("is asked there", func(t *testing.T) {
		if pl, err := add(t, p, "h"); err != nil || pl.ID != "held" {
			t.Errorf("got %+v, %v", pl, err)
		}
	})
	t.Run("leaves other capabilities of its plugin here", func(t *testing.T) {
		if r, err := scrape(t, p, "s", "x"); err != nil || r.Seeders == keepers || r.Seeders != p.Status()["stub"].PID {
			t.Errorf("got %+v, %v; process %d is the other's", r, err, keepers)
		}
	})
	t.Run("shows its process where this one has none of the plugin", func(t *testing.T) {
		apply(t, p, held)
		if pid := p.Status()["stub"].PID; pid != keepers {
			t.Errorf("got process %d, want %d", pid, keepers)
		}
		if err := p.Restart("stub"); err != nil {
			t.Error(err)
		}
	})
	t.Run("survives a change of its settings here and there", func(t *testing.T) {
		held.Settings = []byte(`{"token":"new"}`)
		apply(t, p, held)
		apply(t, keeper, held)
		if _, err := add(t, p, "h"); err != nil {
			t.Error(err)
		}
	})
	t.Run("is unavailable where the other process does not have it", func(t *testing.T) {
		apply(t, keeper)
		_, err := add(t, p, "h")
		if sdk.KindOf(err) != sdk.Unavailable || !strings.Contains(err.Error(), "read the configuration again") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("is unwell while the other process is away", func(t *testing.T) {
		*away = errors.New("start it")
		in, _ := p.Find(sdk.CapabilityDebrid, "h")
		if err := in.Unwell(); sdk.KindOf(err) != sdk.Unavailable || err.Error() != "start it" {
			t.Errorf("got %v", err)
		}
	})
}
