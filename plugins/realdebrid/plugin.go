// Package realdebrid gives releases to a Real-Debrid account and gets links to their files. It knows the service's REST
// API 1.0 and what its statuses and error codes mean; which release is worth adding is the host's business.
//
// Real-Debrid no longer tells what it holds before it is added, so there is no [sdk.Availability].
package realdebrid

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/httpclient"
	"github.com/millrace-media/millrace/sdk/serve"
)

// Plugin is the debrid "realdebrid". The service allows 250 calls a minute.
var Plugin = serve.Plugin{
	Name:         "realdebrid",
	Version:      sdk.Version,
	Capabilities: []serve.Capability{serve.Debrid(New, serve.TrustUser(), serve.Limit(3, 60, 0))},
}

// Settings are the attributes of a `debrid "realdebrid" { … }` block.
type Settings struct {
	URL   string     `hcl:"url,optional" default:"https://api.real-debrid.com/rest/1.0" doc:"Where the API is."`
	Token sdk.Secret `hcl:"token" doc:"The account's API token, from https://real-debrid.com/apitoken."`
}

// RealDebrid is one account.
type RealDebrid struct {
	client  *client
	account *account
	state   sdk.State
	log     *slog.Logger
	adding  locks

	patience time.Duration // how long Add waits for what may be ready in a moment
	pace     time.Duration // between two looks meanwhile
	now      func() time.Time
}

var (
	_ sdk.Debrid  = (*RealDebrid)(nil)
	_ sdk.Library = (*RealDebrid)(nil)
	_ sdk.Checker = (*RealDebrid)(nil)
)

// New makes an instance. It does no network.
func New(_ context.Context, env sdk.Env, s Settings) (*RealDebrid, error) {
	token := sdk.NewSecret(strings.TrimSpace(s.Token.Reveal()))
	if token.IsZero() {
		return nil, &sdk.Error{Kind: sdk.Invalid, Attribute: "token", Message: "the token is empty"}
	}
	if env.State == nil {
		return nil, errors.New("the environment has no state")
	}
	options := httpclient.Options{URL: s.URL, Auth: httpclient.Bearer(token), Errors: apiError}
	repeat, err := httpclient.New(env, options)
	if err != nil {
		return nil, err
	}
	options.Retries = -1
	once, err := httpclient.New(env, options)
	if err != nil {
		return nil, err
	}
	c := &client{repeat: repeat, once: once}
	return &RealDebrid{
		client: c, account: newAccount(c), state: env.State, log: env.Log,
		patience: 4 * time.Second, pace: 700 * time.Millisecond, now: time.Now,
	}, nil
}
