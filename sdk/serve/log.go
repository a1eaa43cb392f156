package serve

import (
	"io"
	"log/slog"
	"strings"
	"time"
)

// logs makes loggers that write hclog's JSON lines, which the host reads from the process's stderr.
type logs struct {
	out   io.Writer
	level slog.Level
	root  *slog.Logger
}

// levelTrace is hclog's lowest level, which slog has no name for.
const levelTrace = slog.LevelDebug - 4

var levels = map[string]slog.Level{
	"trace": levelTrace, "debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
}

func newLogs(out io.Writer, level string) *logs {
	l := &logs{out: out, level: levelOf(level, slog.LevelInfo)}
	l.root = logger(out, l.level)
	return l
}

func levelOf(name string, otherwise slog.Level) slog.Level {
	if l, ok := levels[strings.ToLower(name)]; ok {
		return l
	}
	return otherwise
}

// instance is a logger whose lines carry an instance's name and none of its secrets; an empty level is the process's.
func (l *logs) instance(name, level string, m *mask) *slog.Logger {
	return logger(m.writer(l.out), levelOf(level, l.level)).With("instance", name)
}

func logger(out io.Writer, level slog.Level) *slog.Logger {
	return slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: level, ReplaceAttr: hclogAttr}))
}

// hclogAttr gives slog's three own attributes the names and forms that hclog reads.
func hclogAttr(groups []string, a slog.Attr) slog.Attr {
	if len(groups) > 0 {
		return a
	}
	switch a.Key {
	case slog.TimeKey:
		if a.Value.Kind() == slog.KindTime {
			return slog.String("@timestamp", a.Value.Time().Format("2006-01-02T15:04:05.000000Z07:00"))
		}
	case slog.LevelKey:
		if l, ok := a.Value.Any().(slog.Level); ok {
			return slog.String("@level", levelName(l))
		}
	case slog.MessageKey:
		return slog.String("@message", a.Value.String())
	}
	if d, ok := a.Value.Any().(time.Duration); ok {
		return slog.String(a.Key, d.String())
	}
	return a
}

func levelName(l slog.Level) string {
	switch {
	case l < slog.LevelDebug:
		return "trace"
	case l < slog.LevelInfo:
		return "debug"
	case l < slog.LevelWarn:
		return "info"
	case l < slog.LevelError:
		return "warn"
	}
	return "error"
}
