package web

import (
	"context"
	"net"
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
		return listened(s.o.Config().Server.Listen)
	}
	base, _ := ctx.Value(keyBase).(string)
	return base
}

// listened is an address under which this machine reaches a listener.
func listened(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		listen = net.JoinHostPort("localhost", port)
	}
	return "http://" + listen
}

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }
