package host

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/test/bufconn"

	"github.com/millrace-media/millrace/sdk"
)

// lentHere is a relay of this process and a remote that uses it.
type lentHere struct {
	remote *Remote
	server *http.Server
	names  []string // of the calls that passed
	key    string   // of the last request
}

func serveRelay(t *testing.T, o RemoteOptions, find func(string) (any, error)) *lentHere {
	t.Helper()
	here := &lentHere{}
	relay := NewRelay(func(name string) (Lent, error) {
		v, err := find(name)
		return Lent{Client: v, Call: func(ctx context.Context, name string, do func(context.Context) error) error {
			here.names = append(here.names, name)
			return do(ctx)
		}}, err
	})
	lis := bufconn.Listen(1 << 20)
	here.server = &http.Server{Protocols: new(http.Protocols), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		here.key = r.Header.Get("Key")
		relay.ServeHTTP(w, r)
	})}
	here.server.Protocols.SetUnencryptedHTTP2(true)
	served := make(chan error, 1)
	go func() { served <- here.server.Serve(lis) }()
	o.Dial = func(ctx context.Context) (net.Conn, error) { return lis.DialContext(ctx) }
	var err error
	if here.remote, err = NewRemote(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		here.remote.Close()
		relay.Close()
		here.server.Close()
		<-served
	})
	return here
}

// able is a capability with flags.
func able(flags ...string) sdk.CapabilityDescription {
	return sdk.CapabilityDescription{Capability: sdk.CapabilityDebrid, Flags: flags}
}

func TestACallOfAnotherProcessArrivesAndComesBackWhole(t *testing.T) {
	t.Parallel()
	asked := make(chan any, 1)
	here := serveRelay(t, RemoteOptions{Header: map[string]string{"key": "k"}}, func(name string) (any, error) { return every{asked}, nil })
	d := here.remote.Debrid("debrid/a", able(sdk.FlagAvailability, sdk.FlagLibrary, sdk.FlagCheck, sdk.FlagHook))
	ctx := t.Context()
	add := sdk.AddRequest{Hash: "h", Torrent: []byte{1}, Private: true}
	link := sdk.LinkRequest{Placement: "p", File: sdk.File{Index: 3}, Renew: true}
	hook := sdk.HookRequest{Method: "POST", Path: "/x", Body: []byte("body")}
	for _, tt := range []struct {
		name        string
		asked, want any
		do          func() (any, error)
	}{
		{"add", add, aPlacement, func() (any, error) { return d.Add(ctx, add) }},
		{"link", link, aLink, func() (any, error) { return d.Link(ctx, link) }},
		{"remove", "p", nil, func() (any, error) { return nil, d.Remove(ctx, "p") }},
		{"available", []string{"h"}, []sdk.Available{anAnswer}, func() (any, error) { return d.(sdk.Availability).Available(ctx, []string{"h"}) }},
		{"library", nil, []sdk.Placement{aPlacement}, func() (any, error) {
			return gather(func(y func(...sdk.Placement) error) error { return d.(sdk.Library).Library(ctx, y) })
		}},
		{"check", nil, aHealth, func() (any, error) { return d.(sdk.Checker).Check(ctx) }},
		{"hook", hook, aResponse, func() (any, error) { return d.(sdk.Hook).Hook(ctx, hook) }},
	} {
		got, err := tt.do()
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Fatalf("%s answers (-want +got):\n%s%v", tt.name, diff, err)
		}
		if diff := cmp.Diff(tt.asked, <-asked); diff != "" {
			t.Errorf("%s was asked (-want +got):\n%s", tt.name, diff)
		}
		if last := here.names[len(here.names)-1]; last != tt.name || here.key != "k" {
			t.Errorf("the call passed as %q with the key %q", last, here.key)
		}
	}
}

func TestAClientOfAnotherProcessHasWhatThePluginReported(t *testing.T) {
	t.Parallel()
	here := serveRelay(t, RemoteOptions{}, func(string) (any, error) { return nil, errors.New("unused") })
	d := here.remote.Debrid("a", able(sdk.FlagLibrary))
	_, lists := d.(sdk.Library)
	_, knows := d.(sdk.Availability)
	_, checks := d.(sdk.Checker)
	if !lists || knows || checks {
		t.Errorf("library %t, availability %t, check %t", lists, knows, checks)
	}
}

// failing has a debrid's methods that fail, stand still or break.
type failing struct {
	sdk.Debrid
	err         error
	begun, stop chan struct{} // closed when a call that stands still has begun, and has ended
}

func (f failing) Add(context.Context, sdk.AddRequest) (sdk.Placement, error) {
	return sdk.Placement{}, f.err
}

func (f failing) Link(ctx context.Context, _ sdk.LinkRequest) (sdk.Link, error) {
	close(f.begun)
	<-ctx.Done()
	close(f.stop)
	return sdk.Link{}, ctx.Err()
}

func (f failing) Library(_ context.Context, yield func(...sdk.Placement) error) error {
	for {
		if err := yield(aPlacement); err != nil {
			close(f.stop)
			return err
		}
	}
}

func (f failing) Remove(context.Context, string) error { panic("out of order") }

func TestAnErrorOfAnotherProcessKeepsItsMeaning(t *testing.T) {
	t.Parallel()
	want := &sdk.Error{Kind: sdk.Limited, Scope: sdk.ReachAccount, RetryAfter: 7 * time.Second, Code: "21", Message: "too many"}
	here := serveRelay(t, RemoteOptions{}, func(name string) (any, error) {
		if name != "a" {
			return nil, sdk.Errorf(sdk.NotFound, "there is no %s", name)
		}
		return failing{err: want}, nil
	})
	_, err := here.remote.Debrid("a", able()).Add(t.Context(), sdk.AddRequest{})
	var got *sdk.Error
	if !errors.As(err, &got) || *got != *want {
		t.Errorf("got %#v", err)
	}
	if _, err = here.remote.Debrid("b", able()).Add(t.Context(), sdk.AddRequest{}); sdk.KindOf(err) != sdk.NotFound {
		t.Errorf("an instance that is not there: %v", err)
	}
	if err = here.remote.Debrid("a", able()).Remove(t.Context(), "p"); sdk.KindOf(err) != sdk.Other || !strings.Contains(err.Error(), "out of order") {
		t.Errorf("a panic: %v", err)
	}
	if _, err = here.remote.Debrid("a", able(sdk.FlagCheck)).(sdk.Checker).Check(t.Context()); sdk.KindOf(err) != sdk.Invalid {
		t.Errorf("what it cannot do: %v", err)
	}
}

func TestACallerThatLeavesEndsTheCallInTheOtherProcess(t *testing.T) {
	t.Parallel()
	f := failing{begun: make(chan struct{}), stop: make(chan struct{})}
	here := serveRelay(t, RemoteOptions{}, func(string) (any, error) { return f, nil })
	ctx, leave := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := here.remote.Debrid("a", able()).Link(ctx, sdk.LinkRequest{})
		ended <- err
	}()
	<-f.begun
	leave()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	<-f.stop
}

func TestAListThatIsLeftEndsInTheOtherProcess(t *testing.T) {
	t.Parallel()
	f := failing{stop: make(chan struct{})}
	here := serveRelay(t, RemoteOptions{}, func(string) (any, error) { return f, nil })
	enough := errors.New("enough")
	err := here.remote.Debrid("a", able(sdk.FlagLibrary)).(sdk.Library).Library(t.Context(), func(...sdk.Placement) error { return enough })
	if !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
	<-f.stop
}

func TestAnotherProcessThatIsNotThereIsUnavailable(t *testing.T) {
	t.Parallel()
	why := error(nil)
	here := serveRelay(t, RemoteOptions{Ready: func() error { return why }}, func(string) (any, error) { return every{make(chan any, 9)}, nil })
	d := here.remote.Debrid("a", able())
	if _, err := d.Add(t.Context(), sdk.AddRequest{}); err != nil {
		t.Fatal(err)
	}
	here.server.Close()
	for range 3 {
		_, err := d.Add(t.Context(), sdk.AddRequest{})
		if sdk.KindOf(err) != sdk.Unavailable || !errors.Is(err, ErrAway) {
			t.Errorf("got %v", err)
		}
	}
	why = errors.New("start it")
	if _, err := d.Add(t.Context(), sdk.AddRequest{}); sdk.KindOf(err) != sdk.Unavailable || err.Error() != "start it" {
		t.Errorf("got %v", err)
	}
}
