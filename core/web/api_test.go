package web

import (
	"net/http"
	"testing"
)

func TestVersionIsTold(t *testing.T) {
	t.Parallel()
	w := setup(t)
	got := decode[Version](w, w.local(http.MethodGet, "/api/v1/version", ""), http.StatusOK)
	if got.Version != "0.0-test" {
		t.Errorf("got %+v", got)
	}
}
