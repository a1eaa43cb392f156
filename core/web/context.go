package web

import (
	"context"
	"reflect"
)

// contextKey keys what a request carries.
type contextKey int

const (
	keyRequest contextKey = iota // its id
	keyLocal                     // it came over the command line's socket
	keyBase                      // how the client reaches us
	keyWho                       // who sent it
	keyFrom                      // the network that it came from
)

// requestID finds a request in the log.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(keyRequest).(string)
	return id
}

// isLocal reports whether a request came over the command line's socket.
func isLocal(ctx context.Context) bool {
	local, _ := ctx.Value(keyLocal).(bool)
	return local
}

// base is the address under which the client reaches us, without a slash at its end.
func (s *Server) base(ctx context.Context) string {
	if u := s.o.Config().Server.URL; u != "" {
		return u
	}
	if isLocal(ctx) { // a socket has no address that others could use
		return "http://" + s.o.Config().Server.Listen
	}
	base, _ := ctx.Value(keyBase).(string)
	return base
}

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }
