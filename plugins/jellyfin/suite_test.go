package jellyfin

import (
	"strings"
	"testing"

	"github.com/millrace-media/millrace/sdk/sdktest"
)

func TestSuite(t *testing.T) {
	_, up := setup(t)
	sdktest.Updater(t, sdktest.UpdaterCase{
		Case: sdktest.Case{
			Plugin: Plugin, Upstream: up,
			Settings: map[string]any{"url": up.URL, "api_key": key, "path_map": map[string]string{"/mnt/millrace": "/media"}},
			But:      sdktest.Unread(),
		},
		Changes: changes(),
		Heard: func(t sdktest.T) {
			if calls := up.Calls(); len(calls) != 1 || !strings.Contains(calls[0].Body, "/media/movies/Sintel (2010)/Sintel.mkv") {
				t.Errorf("the server heard %v", calls)
			}
		},
	})
}
