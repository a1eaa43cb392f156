package sdktest

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/millrace-media/millrace/sdk"
)

// Row is a line of the table of errors: what an upstream does and what a plugin makes of it.
type Row struct {
	Name  string
	Fault Fault
	Want  sdk.Kind
	Retry time.Duration // RetryAfter that must be told; 0 is not looked at
}

// Rows is the table of errors that holds for every plugin.
func Rows() []Row {
	later := http.Header{"Retry-After": {"3600"}}
	return []Row{
		{"401 is Denied", Fault{Status: 401}, sdk.Denied, 0},
		{"403 is Denied", Fault{Status: 403}, sdk.Denied, 0},
		{"404 is NotFound", Fault{Status: 404}, sdk.NotFound, 0},
		{"410 is Gone", Fault{Status: 410}, sdk.Gone, 0},
		{"429 is Limited, until when it says", Fault{Status: 429, Header: later}, sdk.Limited, time.Hour},
		{"500 is Unavailable", Fault{Status: 500}, sdk.Unavailable, 0},
		{"503 is Unavailable, until when it says", Fault{Status: 503, Header: later}, sdk.Unavailable, time.Hour},
		{"a connection that is cut is Unavailable", Fault{What: Reset}, sdk.Unavailable, 0},
		{halfAnswer, Fault{What: Truncate}, sdk.Unavailable, 0},
		{garbageAnswer, Fault{What: Garbage}, sdk.Unavailable, 0},
		{strangePage, Fault{What: Page}, sdk.Unavailable, 0},
		{emptyAnswer, Fault{What: Empty}, sdk.Unavailable, 0},
	}
}

// Rows about what is in an answer.
const (
	halfAnswer    = "half an answer is Unavailable"
	garbageAnswer = "garbage is Unavailable"
	strangePage   = "a page of somebody else is Unavailable"
	emptyAnswer   = "an empty answer is Unavailable"
)

// Unread leaves out the rows that cannot hold for a call whose answer has nothing to read.
func Unread() map[string]sdk.Kind {
	return map[string]sdk.Kind{halfAnswer: "", garbageAnswer: "", strangePage: "", emptyAnswer: ""}
}

// Errors lets an upstream fail in every way of the table and holds what a call makes of it against the table. Where a
// plugin rightly means something else, but names the row and the kind; the kind "" leaves the row out.
func Errors(t T, up *Upstream, call func(context.Context) error, but map[string]sdk.Kind) {
	t.Helper()
	for _, row := range Rows() {
		want, other := but[row.Name]
		if !other {
			want = row.Want
		}
		if want == "" {
			continue
		}
		run(t, row.Name, func(t T) {
			up.Heal()
			up.Fault(row.Fault)
			defer up.Heal()
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			err := call(ctx)
			if got := sdk.KindOf(err); got != want {
				t.Errorf("the error is %q (%v), want %q", got, err, want)
			}
			if row.Retry != 0 && want == row.Want && sdk.RetryAfter(err) != row.Retry {
				t.Errorf("RetryAfter = %v, want %v", sdk.RetryAfter(err), row.Retry)
			}
		})
	}
	run(t, "a service that never answers is given up when the caller does", func(t T) {
		up.Heal()
		up.Fault(Fault{What: Hang})
		defer up.Heal()
		prompt(t, call)
	})
}

// grace is how long a call may go on after its context has ended.
const grace = time.Second

// prompt checks that a call ends soon after its deadline and soon after it is cancelled.
func prompt(t T, call func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	var err error
	if !within(100*time.Millisecond+grace, func() { err = call(ctx) }) {
		t.Fatalf("the call was still running %v after its deadline", grace)
	}
	if kind := sdk.KindOf(err); kind != sdk.Unavailable {
		t.Errorf("the error of a deadline that passed is %q (%v), want %q", kind, err, sdk.Unavailable)
	}
	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	if !within(grace, func() { err = call(ctx) }) {
		t.Fatalf("the call was still running %v after it was cancelled", grace)
	}
	if err == nil {
		t.Errorf("a call that was cancelled had no error")
	} else if kind := sdk.KindOf(err); !errors.Is(err, context.Canceled) && kind != sdk.Other && kind != sdk.Unavailable {
		t.Errorf("the error of a call that was cancelled is %q (%v)", kind, err)
	}
}
