package realdebrid

import (
	"testing"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/sdktest"
)

func TestSuite(t *testing.T) {
	f := newFake()
	f.files = f.files[:1]
	up := sdktest.NewUpstream(t, f)
	sdktest.Debrid(t, sdktest.DebridCase{
		Case: sdktest.Case{Plugin: Plugin, Settings: map[string]any{"url": up.URL, "token": token}, Upstream: up},
		Add:  request(1),
		Want: sdk.Placement{
			ID: "ID1", Hash: hashOf(1), Name: "Film.2010", State: sdk.PlacementReady,
			Files: []sdk.File{{Index: 0, Path: "Film.2010.1080p.mkv", Size: 1000, ID: "1", Ready: true}},
		},
		Count: f.count,
	})
}
