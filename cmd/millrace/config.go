package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/millrace-media/millrace/core"
	"github.com/millrace-media/millrace/core/config"
)

func (p *program) configCommand() *cobra.Command {
	return p.group("config", "Check, format and show the configuration", "",
		p.configValidate(), p.configFmt(), p.configShow(), p.configEnv())
}

func (p *program) configValidate() *cobra.Command {
	var offline bool
	c := leaf("validate [FILE|FOLDER]", "Find mistakes in the configuration", 0, 1, func(ctx context.Context, args []string) error {
		return p.validate(ctx, p.named(args), offline)
	})
	c.Long = `Finds mistakes in the configuration, without a daemon and without asking any service. The settings of a plugin are
checked against what the plugin says of itself; one that is not known yet is run for a moment, unless --offline is given:
then what belongs to plugins is not checked. Exits with 1 where there is a mistake; warnings alone are none.`
	c.Flags().BoolVar(&offline, "offline", false, "run no plugin")
	return c
}

// named is the configuration that a command is about: its argument, or else that of --config.
func (p *program) named(args []string) string {
	if len(args) > 0 {
		return args[0]
	}
	return p.configPath()
}

func (p *program) validate(ctx context.Context, path string, offline bool) error {
	_, ds, err := core.LoadConfig(ctx, path, core.LoadOptions{Environ: p.environ, Offline: offline, Log: p.quietLog()})
	if err != nil {
		return err
	}
	if p.json {
		text, err := ds.JSON()
		if err != nil {
			return err
		}
		if _, err := p.out.Write(text); err != nil {
			return err
		}
	} else if err := p.verdict(path, ds); err != nil {
		return err
	}
	if ds.HasErrors() {
		return errShown
	}
	return nil
}

func (p *program) verdict(path string, ds config.Diagnostics) error {
	if err := ds.WriteText(p.err, p.live); err != nil {
		return err
	}
	if ds.HasErrors() {
		return nil
	}
	if path == "" {
		path = "The configuration (no file: defaults alone)"
	}
	fmt.Fprintf(p.out, "%s is valid.\n", path)
	return nil
}

// load reads the whole configuration for a command that shows it; mistakes end the command.
func (p *program) load(ctx context.Context, path string) (*config.Config, error) {
	c, ds, err := core.LoadConfig(ctx, path, core.LoadOptions{Environ: p.environ, Log: p.quietLog()})
	if err != nil {
		return nil, err
	}
	if err := ds.WriteText(p.err, p.live); err != nil {
		return nil, err
	}
	if c == nil {
		return nil, errShown
	}
	return c, nil
}

// quietLog is the log of a command that is no daemon: warnings and worse.
func (p *program) quietLog() *slog.Logger {
	level := new(slog.LevelVar)
	level.Set(slog.LevelWarn)
	return slog.New(newLogHandler(p.err, level, false))
}

func (p *program) configShow() *cobra.Command {
	c := leaf("show [FILE|FOLDER]", "Show every setting in force, defaults too, secrets masked", 0, 1, func(ctx context.Context, args []string) error {
		c, err := p.load(ctx, p.named(args))
		if err != nil {
			return err
		}
		if p.json {
			return p.writeJSON(map[string]string{"hcl": string(c.Show())})
		}
		_, err = p.out.Write(c.Show())
		return err
	})
	return c
}

func (p *program) configEnv() *cobra.Command {
	c := leaf("env [FILE|FOLDER]", "List the variables of the environment that stand over settings", 0, 1, func(ctx context.Context, args []string) error {
		c, err := p.load(ctx, p.named(args))
		if err != nil {
			return err
		}
		vars := c.Env()
		if p.json {
			return p.writeJSON(vars)
		}
		t := newTable("VARIABLE", "TYPE", "FROM", "VALUE")
		for _, v := range vars {
			t.add(v.Name, string(v.Type), v.Source, v.Value)
		}
		return t.write(p.out)
	})
	c.Long = `Lists the variables of the environment that stand over settings, with the value that each setting has now and where it
comes from. A variable of the same name with _FILE at its end names a file to read the value from.`
	return c
}

func (p *program) configFmt() *cobra.Command {
	var check bool
	c := leaf("fmt [FILE|FOLDER]...", "Lay out configuration files as all are", 0, -1, func(_ context.Context, args []string) error {
		if len(args) == 0 {
			args = []string{p.configPath()}
		}
		return p.format(args, check)
	})
	c.Long = `Rewrites configuration files in the usual layout and lists those that changed. With --check nothing is written, and the
exit code is 1 where a file is laid out otherwise.`
	c.Flags().BoolVar(&check, "check", false, "write nothing")
	return c
}

func (p *program) format(paths []string, check bool) error {
	changed, bad := []string{}, false
	for _, path := range paths {
		files, err := hclFiles(path)
		if err != nil {
			return err
		}
		for _, file := range files {
			differs, err := p.formatFile(file, check)
			if err != nil {
				return err
			}
			bad = bad || differs == broken
			if differs == otherwise {
				changed = append(changed, file)
			}
		}
	}
	if err := p.listFormatted(changed); err != nil {
		return err
	}
	if bad || check && len(changed) > 0 {
		return errShown
	}
	return nil
}

func (p *program) listFormatted(changed []string) error {
	if p.json {
		return p.writeJSON(map[string][]string{"changed": changed})
	}
	for _, file := range changed {
		fmt.Fprintln(p.out, file)
	}
	return nil
}

// layout says how a file is laid out.
type layout int

const (
	usual layout = iota
	otherwise
	broken // it cannot be read, which was said
)

// formatFile writes through a file of its own, so that a crash leaves the old text or the new one.
func (p *program) formatFile(file string, check bool) (layout, error) {
	src, err := os.ReadFile(file)
	if err != nil {
		return broken, err
	}
	text, ds := config.Fmt(src, file)
	if err := ds.WriteText(p.err, p.live); err != nil {
		return broken, err
	}
	switch {
	case ds.HasErrors():
		return broken, nil
	case bytes.Equal(src, text):
		return usual, nil
	case check:
		return otherwise, nil
	}
	return otherwise, replaceFile(file, text)
}

func replaceFile(file string, text []byte) error {
	if real, err := filepath.EvalSymlinks(file); err == nil {
		file = real
	}
	mode := fs.FileMode(0o600)
	if st, err := os.Stat(file); err == nil {
		mode = st.Mode().Perm()
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), ".config-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	defer os.Remove(tmp.Name()) // gone already where the rename succeeded
	_, err = tmp.Write(text)
	if err == nil {
		err = tmp.Chmod(mode)
	}
	if err == nil {
		err = tmp.Sync()
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), file)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	return nil
}

// hclFiles lists the configuration files at a path: itself, or those of a folder.
func hclFiles(path string) ([]string, error) {
	if path == "" {
		return nil, usagef("there is no config.hcl here: name a file or a folder")
	}
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !st.IsDir() {
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		if !e.IsDir() && strings.HasSuffix(e.Name(), ".hcl") && !strings.HasPrefix(e.Name(), ".") {
			files = append(files, filepath.Join(path, e.Name()))
		}
	}
	return files, nil
}
