package main

import (
	"context"
	"log/slog"

	"github.com/hashicorp/go-hclog"
)

// logHandler gives slog's records to hclog.
type logHandler struct {
	sink   hclog.Logger
	level  *slog.LevelVar
	attrs  []any
	prefix string // of the groups that are open
}

func (h *logHandler) Enabled(_ context.Context, l slog.Level) bool { return l >= h.level.Level() }

func (h *logHandler) Handle(_ context.Context, r slog.Record) error {
	args := append([]any{}, h.attrs...)
	r.Attrs(func(a slog.Attr) bool {
		args = h.add(args, a)
		return true
	})
	h.sink.Log(levelOf(r.Level), r.Message, args...)
	return nil
}

func (h *logHandler) add(args []any, a slog.Attr) []any {
	v := a.Value.Resolve()
	if v.Kind() == slog.KindGroup {
		for _, inner := range v.Group() {
			args = h.add(args, slog.Attr{Key: a.Key + "." + inner.Key, Value: inner.Value})
		}
		return args
	}
	return append(args, h.prefix+a.Key, v.Any())
}

func (h *logHandler) WithAttrs(as []slog.Attr) slog.Handler {
	n := *h
	n.attrs = append([]any{}, h.attrs...)
	for _, a := range as {
		n.attrs = h.add(n.attrs, a)
	}
	return &n
}

func (h *logHandler) WithGroup(name string) slog.Handler {
	n := *h
	n.prefix += name + "."
	return &n
}

func levelOf(l slog.Level) hclog.Level {
	switch {
	case l < slog.LevelDebug:
		return hclog.Trace
	case l < slog.LevelInfo:
		return hclog.Debug
	case l < slog.LevelWarn:
		return hclog.Info
	case l < slog.LevelError:
		return hclog.Warn
	}
	return hclog.Error
}
