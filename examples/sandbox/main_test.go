package main

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"testing"

	"github.com/millrace-media/millrace/examples/sandbox/world"
)

// TestMain lets the test binary be the command itself.
func TestMain(m *testing.M) {
	if os.Getenv("SANDBOX_TEST_RUN") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestCommandServesUntilItsInputCloses(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-exit-with-parent", "-json", "-state", t.TempDir())
	cmd.Env = append(os.Environ(), "SANDBOX_TEST_RUN=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var e world.Endpoints
	if err := json.NewDecoder(out).Decode(&e); err != nil {
		t.Fatal(err)
	}
	resp, err := http.Get(e.Control.URL + "/endpoints")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var again world.Endpoints
	if err := json.NewDecoder(resp.Body).Decode(&again); err != nil || again != e {
		t.Errorf("got %+v, %v, want %+v", again, err, e)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
}
