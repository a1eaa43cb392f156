package overseerr

import (
	"strings"
	"testing"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/sdktest"
)

func TestSuite(t *testing.T) {
	_, f, up := setup(t)
	sdktest.Source(t, sdktest.SourceCase{
		Case:        sdktest.Case{Plugin: Plugin, Settings: map[string]any{"url": up.URL, "api_key": key, "profile_4k": "uhd"}, Upstream: up},
		Want:        wanted(),
		Acknowledge: sdk.Acknowledgement{Ref: "15", Kind: sdk.Movie, State: sdk.ProgressAvailable},
	})
	if got := strings.Join(f.set, ""); got != `5/available {"is4k":false}` {
		t.Errorf("the news set %q", got)
	}
}
