package file

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/sdktest"
)

func TestSuite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "watchlist.txt")
	if err := os.WriteFile(path, []byte("tt0133093\ntvdb:121361 seasons=1,2 profile=best person=Ann\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-time.Minute)
	if err := os.Chtimes(path, long, long); err != nil {
		t.Fatal(err)
	}
	sdktest.Source(t, sdktest.SourceCase{
		Case: sdktest.Case{Plugin: Plugin, Settings: map[string]any{"path": path}},
		Want: []sdk.Request{
			{IDs: sdk.IDs{IMDb: "tt0133093"}, Ref: "4bda7559bfa72f46436257c0"},
			{IDs: sdk.IDs{TVDB: "121361"}, Ref: "6981e9d50eca78915c8406ed", Kind: sdk.Show, Seasons: []int{1, 2}, Profile: "best", Person: "Ann"},
		},
	})
}
