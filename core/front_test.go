package core

import (
	"net"
	"net/http"
	"testing"
)

func TestAServerThatCannotAcceptAnyMoreSaysSo(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := serveUntil(t.Context(), &http.Server{}, l); err == nil {
		t.Error("it ended well, want an error")
	}
}
