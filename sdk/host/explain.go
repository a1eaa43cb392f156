package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/internal/wire"
)

// explain says why a plugin did not start, in words that its user can act on.
// died tells whether it ended before it was made to.
func (l *childLink) explain(ctx context.Context, o Options, err error, died bool) error {
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("start plugin %q: %w", o.Name, ctx.Err())
	case l.child.process() == 0:
		return explainFile(o, err)
	}
	if v := l.child.spoken(); v != 0 && v != wire.Protocol {
		return unavailable(ErrVersion, "%s", skew(ctx, o, v))
	}
	msg := fmt.Sprintf("plugin %q did not start: ", o.Name)
	switch exit := l.child.exit(); {
	case died && exit != nil:
		msg += "it " + exit.Error()
	case died:
		msg += "it ended at once, as no plugin of Millrace does"
	case l.child.spoken() == 0:
		msg += "it took too long, or is no plugin of Millrace"
	default:
		msg += err.Error()
	}
	if lines := l.out.lines(); len(lines) > 0 {
		msg += "; its last words: " + strings.Join(lines[max(0, len(lines)-3):], " / ")
	}
	return unavailable(ErrStart, "%s", msg)
}

// explainFile says why a plugin's file cannot be run.
func explainFile(o Options, err error) error {
	if errors.Is(err, ErrChecksum) {
		return unavailable(err, "plugin %q: %v", o.Name, err)
	}
	return unavailable(errors.Join(ErrStart, err), "plugin %q cannot be run: %v", o.Name, err)
}

// skew tells of a plugin that speaks another protocol what it is, what it speaks, what is needed, and what to do.
func skew(ctx context.Context, o Options, spoken int) string {
	version := "of unknown version"
	if d, err := askDescription(ctx, o); err == nil && d.Version != "" {
		version = d.Version
	}
	advice := "install a newer version of the plugin"
	if spoken > wire.Protocol {
		advice = "install a newer version of Millrace, or an older one of the plugin"
	}
	return fmt.Sprintf("plugin %q %s speaks protocol %d and this version of Millrace speaks protocol %d: %s (%s)",
		o.Name, version, spoken, wire.Protocol, advice, o.Path)
}

// askDescription runs the binary with the one argument that every version of the SDK answers.
func askDescription(ctx context.Context, o Options) (sdk.Description, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, o.Path, "describe")
	cmd.Env = environment(o)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = pipeGrace
	var d sdk.Description
	out, err := cmd.Output()
	if err != nil {
		return d, fmt.Errorf("run %s describe: %w", o.Path, err)
	}
	return d, json.Unmarshal(out, &d)
}
