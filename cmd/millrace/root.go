package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // what was asked for did not work, or was found to be wrong
	exitUsage  = 2 // what was asked for was not understood
)

// errShown ends a command that failed and has said why.
var errShown = errors.New("failed, and said why")

// usageError is a mistake on the command line.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// program is one run of the command line: where it reads and writes, and the flags that every command has.
type program struct {
	in      io.Reader
	out     io.Writer // results
	err     io.Writer // everything else
	environ []string
	now     func() time.Time
	every   time.Duration // how often --wait looks
	person  bool          // somebody is there to answer questions
	live    bool          // err is a terminal, where a line can be written over
	screen  bool          // out is a terminal
	colour  bool          // out is a terminal that shows colours

	config string // a file or a folder; empty: ./config.hcl where it is there
	data   string // the data folder; empty: as the configuration says
	json   bool
}

// run does what the arguments ask for and returns the exit code.
func (p *program) run(ctx context.Context, args []string) int {
	root := p.root()
	root.SetArgs(normalise(root, args))
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	if errors.Is(err, errShown) {
		return exitFailed
	}
	fmt.Fprintln(p.err, "millrace:", err)
	if errors.As(err, new(usageError)) {
		fmt.Fprintf(p.err, "See '%s --help'.\n", cmd.CommandPath())
		return exitUsage
	}
	return exitFailed
}

func (p *program) root() *cobra.Command {
	root := p.group("millrace", "Finds, fetches and streams your media library",
		`Millrace finds, fetches and streams your media library through services that you pay for or host.

"millrace serve" is the daemon. The commands that show or change the library talk to a daemon that runs on this
machine: they find it through its data folder, which the configuration names. Flags may be written with one dash or
with two.`,
		p.serveCommand(), p.mountCommand(), p.statusCommand(), p.topCommand(), p.cacheCommand(), p.itemCommand(), p.importCommand(),
		p.searchCommand(), p.rankCommand(), p.pluginCommand(),
		p.doctorCommand(), p.configCommand(), p.reloadCommand(), p.backupCommand(), p.restoreCommand(), p.keyCommand(),
		p.passwordCommand(), p.versionCommand())
	// What has commands below it does nothing by itself.
	root.SetUsageTemplate(strings.Replace(root.UsageTemplate(), "{{if .Runnable}}", "{{if and .Runnable (not .HasAvailableSubCommands)}}", 1))
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetIn(p.in)
	root.SetOut(p.out)
	root.SetErr(p.err)
	f := root.PersistentFlags()
	f.StringVar(&p.config, "config", "", "configuration: a `FILE`, or a folder of them (default: ./config.hcl where it is there)")
	f.StringVar(&p.data, "data", "", "data `FOLDER` of the daemon to talk to (default: as the configuration says)")
	f.BoolVar(&p.json, "json", false, "write JSON")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.InitDefaultCompletionCmd()
	return root
}

// group makes a command that has commands below it and does nothing itself.
func (p *program) group(use, short, long string, commands ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Long: long, Args: cobra.ArbitraryArgs}
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		hint := ""
		if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
			hint = fmt.Sprintf("; did you mean %q?", near[0])
		}
		return usagef("there is no command %q%s", cmd.CommandPath()+" "+args[0], hint)
	}
	c.SuggestionsMinimumDistance = 2
	c.AddCommand(commands...)
	return c
}

// leaf makes a command that takes least to most arguments (most < 0: any number), which names tells of.
func leaf(use, short string, least, most int, run func(ctx context.Context, args []string) error) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short,
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) < least:
				return usagef("something is missing: %s", cmd.UseLine())
			case most >= 0 && len(args) > most:
				return usagef("%q is too much: %s", args[most], cmd.UseLine())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return run(cmd.Context(), args) },
	}
}

// normalise turns a long flag with one dash into one with two: -config into --config. Only names that some command has are
// touched, and nothing behind "--" is.
func normalise(root *cobra.Command, args []string) []string {
	known := map[string]bool{"help": true}
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		note := func(f *pflag.Flag) { known[f.Name] = true }
		c.Flags().VisitAll(note)
		c.PersistentFlags().VisitAll(note)
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(root)
	out := make([]string, len(args))
	for i, a := range args {
		if a == "--" {
			copy(out[i:], args[i:])
			break
		}
		out[i] = a
		name, _, _ := strings.Cut(strings.TrimPrefix(a, "-"), "=")
		if strings.HasPrefix(a, "-") && len(name) > 1 && known[name] {
			out[i] = "-" + a
		}
	}
	return out
}
