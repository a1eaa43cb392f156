package plex

import (
	"testing"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/sdktest"
)

func TestSuite(t *testing.T) {
	_, up := setup(t)
	sdktest.Updater(t, sdktest.UpdaterCase{
		Case:    sdktest.Case{Plugin: Plugin, Upstream: up, Settings: map[string]any{"url": up.URL, "token": token}},
		Changes: []sdk.Change{{Path: "/media/shows/A/a.mkv", Kind: sdk.ChangeCreated, Library: "shows", Title: sdk.Show}},
		Heard: func(t sdktest.T) {
			if n := up.Count("GET", "/library/sections/2/refresh?path=%2Fmedia%2Fshows%2FA"); n != 1 {
				t.Errorf("the folder was scanned %d times, want once", n)
			}
		},
	})
}
