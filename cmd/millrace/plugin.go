package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/millrace-media/millrace/core"
	"github.com/millrace-media/millrace/sdk/sdktest"
)

func (p *program) pluginCommand() *cobra.Command {
	return p.group("plugin", "List, describe, check and restart plugins", "",
		leaf("list", "List plugins, what they do and the blocks of the configuration that use them", 0, 0,
			func(ctx context.Context, _ []string) error { return p.pluginList(ctx) }),
		leaf("info NAME", "Show a plugin's capabilities and settings", 1, 1,
			func(ctx context.Context, args []string) error { return p.pluginInfo(ctx, args[0]) }),
		p.pluginCheck(),
		leaf("restart NAME", "Start a plugin again that failed for good", 1, 1, func(ctx context.Context, args []string) error {
			return answer(ctx, p, request{method: http.MethodPost, path: "/plugins/" + url.PathEscape(args[0]) + "/restart"}, p.say)
		}),
	)
}

// pluginList asks the daemon; without one it lists what is installed.
func (p *program) pluginList(ctx context.Context) error {
	err := answer(ctx, p, request{path: "/plugins"}, p.showPlugins)
	if !errors.Is(err, errNotRunning) {
		return err
	}
	all, err := p.installed(ctx)
	if err != nil {
		return err
	}
	page := pluginPage{Plugins: []pluginStatus{}}
	for _, in := range all {
		st := pluginStatus{Name: in.Name, Version: in.Version, State: "installed", Instances: []pluginInstance{}}
		if in.Err != nil {
			st.State, st.LastError = "broken", in.Err.Error()
		}
		page.Plugins = append(page.Plugins, st)
	}
	if p.json {
		return p.writeJSON(page)
	}
	if err := p.showPlugins(page); err != nil {
		return err
	}
	fmt.Fprintln(p.err, "No daemon runs: this is what one would find.")
	return nil
}

func (p *program) showPlugins(page pluginPage) error {
	if len(page.Plugins) == 0 {
		fmt.Fprintln(p.err, "No plugins are installed. They are files named millrace-plugin-NAME, in the folder plugins beside this program.")
		return nil
	}
	t := newTable("PLUGIN", "STATE", "VERSION", "PID", "RESTARTS", "MEMORY", "ERROR")
	blocks, hooks := newTable("BLOCK", "PLUGIN", "STATE"), newTable("BLOCK", "TAKES WEBHOOKS AT")
	for _, pl := range page.Plugins {
		t.add(pl.Name, pl.State, pl.Version, positive(pl.PID), positive(pl.Restarts), size(pl.Memory), cut(pl.LastError, 100))
		for _, in := range pl.Instances {
			block := fmt.Sprintf("%s %q", in.Capability, in.Name)
			blocks.add(block, pl.Name, in.state())
			if in.Hook != "" {
				hooks.add(block, in.Hook)
			}
		}
	}
	return p.writeTables(t, blocks, hooks)
}

func positive(n int) string {
	if n <= 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func (in pluginInstance) state() string {
	switch {
	case !in.Enabled:
		return "off"
	case in.OK:
		return "well"
	}
	return cmp.Or(in.Unwell, "unwell")
}

// installed describes the plugins that a daemon would find.
func (p *program) installed(ctx context.Context) ([]core.Installed, error) {
	c, ds, err := core.LoadConfig(ctx, p.configPath(), core.LoadOptions{Environ: p.environ, Offline: true})
	if err != nil {
		return nil, err
	}
	if c == nil {
		if err := ds.WriteText(p.err, p.live); err != nil {
			return nil, err
		}
		return nil, errShown
	}
	return core.Plugins(ctx, c, nil)
}

// pluginInfo asks the daemon; without one it asks the plugin itself.
func (p *program) pluginInfo(ctx context.Context, name string) error {
	err := answer(ctx, p, request{path: "/plugins/" + url.PathEscape(name)}, p.showPlugin)
	if !errors.Is(err, errNotRunning) {
		return err
	}
	all, err := p.installed(ctx)
	if err != nil {
		return err
	}
	for _, in := range all {
		if in.Name != name {
			continue
		}
		if in.Err != nil {
			return in.Err
		}
		if p.json {
			return p.writeJSON(infoOf(in))
		}
		return p.showPlugin(infoOf(in))
	}
	return fmt.Errorf("there is no plugin %q; 'millrace plugin list' shows those that there are", name)
}

// infoOf is a description in the form in which the API has it.
func infoOf(in core.Installed) pluginInfo {
	info := pluginInfo{Name: in.Name, Version: in.Version, SDK: in.SDK, Protocol: in.Protocol}
	for _, c := range in.Capabilities {
		pc := pluginCapability{Capability: c.Capability, Flags: append([]string{}, c.Flags...), Settings: []pluginSetting{}}
		pc.Limits.Rate, pc.Limits.Burst, pc.Limits.Concurrency = c.Limits.Rate, c.Limits.Burst, c.Limits.Concurrency
		for _, a := range c.Schema.Attributes {
			s := pluginSetting{
				Name: a.Name, Type: string(a.Type), Required: a.Required, Secret: a.Secret, Doc: a.Doc, Choices: a.Choices, Min: a.Min,
				Max: a.Max, Deprecated: a.Deprecated,
			}
			if len(a.Default) > 0 {
				s.Default = a.Default
			}
			pc.Settings = append(pc.Settings, s)
		}
		info.Capabilities = append(info.Capabilities, pc)
	}
	return info
}

func (p *program) showPlugin(in pluginInfo) error {
	fmt.Fprintf(p.out, "%s %s (SDK %s, protocol %d)\n", in.Name, in.Version, in.SDK, in.Protocol)
	for _, c := range in.Capabilities {
		fmt.Fprintf(p.out, "\n%s\n", strings.ToUpper(c.Capability))
		if len(c.Flags) > 0 {
			fmt.Fprintf(p.out, "  can: %s\n", strings.Join(c.Flags, ", "))
		}
		if limits := c.limits(); limits != "" {
			fmt.Fprintf(p.out, "  asks its service: %s\n", limits)
		}
		fmt.Fprintf(p.out, "\n  %s %q {", c.Capability, in.Name)
		if len(c.Settings) == 0 {
			fmt.Fprintln(p.out, "}")
			continue
		}
		fmt.Fprintln(p.out)
		for _, s := range c.Settings {
			p.showSetting(s)
		}
		fmt.Fprintln(p.out, "  }")
	}
	return nil
}

func (c pluginCapability) limits() string {
	var out []string
	if c.Limits.Rate > 0 {
		out = append(out, fmt.Sprintf("%.3g calls a second", c.Limits.Rate))
	}
	if c.Limits.Burst > 0 {
		out = append(out, fmt.Sprintf("%d at once after a rest", c.Limits.Burst))
	}
	if c.Limits.Concurrency > 0 {
		out = append(out, fmt.Sprintf("%d under way at once", c.Limits.Concurrency))
	}
	return strings.Join(out, ", ")
}

// showSetting writes a setting as a line of the block, with its documentation above it.
func (p *program) showSetting(s pluginSetting) {
	doc := s.Doc
	if len(s.Choices) > 0 {
		doc += " One of " + strings.Join(s.Choices, ", ") + "."
	}
	if s.Min != nil {
		doc += fmt.Sprintf(" At least %g.", *s.Min)
	}
	if s.Max != nil {
		doc += fmt.Sprintf(" At most %g.", *s.Max)
	}
	if s.Deprecated != "" {
		doc += " Deprecated: " + s.Deprecated
	}
	for _, line := range wrapped(clean(doc), 100) {
		fmt.Fprintf(p.out, "    # %s\n", line)
	}
	fmt.Fprintf(p.out, "    %s = %s\n", s.Name, s.value())
}

// value is what stands behind a setting's equals sign: its default, or its type in brackets.
func (s pluginSetting) value() string {
	if s.Default != nil {
		if text, err := json.Marshal(s.Default); err == nil {
			return string(text)
		}
	}
	kind := s.Type
	if s.Secret {
		kind += ", secret"
	}
	if s.Required {
		return "<" + kind + ">"
	}
	return "<" + kind + ">, or nothing"
}

func (p *program) pluginCheck() *cobra.Command {
	c := leaf("check BINARY|NAME", "Check that a plugin does what every plugin must", 1, 1, func(ctx context.Context, args []string) error {
		path, err := p.binary(ctx, args[0])
		if err != nil {
			return err
		}
		return p.check(ctx, path)
	})
	c.Long = `Runs a plugin's binary and checks that it describes itself, that its schema is valid, that it refuses bad settings by
their names, that it prints nothing but the handshake, that it ends when its host is gone and that it leaves no files.
It asks no service. A NAME is that of an installed plugin.`
	return c
}

// binary finds a plugin by the path of its file, or else by the name of an installed one.
func (p *program) binary(ctx context.Context, name string) (string, error) {
	if st, err := os.Stat(name); err == nil && st.Mode().IsRegular() {
		return name, nil
	}
	if strings.ContainsRune(name, os.PathSeparator) {
		return "", fmt.Errorf("there is no file %s", name)
	}
	all, err := p.installed(ctx)
	if err != nil {
		return "", err
	}
	for _, in := range all {
		if in.Name == name && in.Path != "" {
			return in.Path, nil
		}
	}
	return "", fmt.Errorf("there is no file and no installed plugin %q", name)
}

func (p *program) check(ctx context.Context, path string) error {
	found := sdktest.Check(ctx, func(t sdktest.T) { sdktest.Binary(t, path) })
	failed := 0
	for _, f := range found {
		if !f.Passed {
			failed++
		}
	}
	if p.json {
		if err := p.writeJSON(map[string]any{"path": path, "ok": failed == 0, "checks": found}); err != nil {
			return err
		}
	} else {
		p.showFindings(found, failed)
	}
	if failed > 0 {
		return errShown
	}
	return nil
}

func (p *program) showFindings(found []sdktest.Finding, failed int) {
	for _, f := range found {
		mark := "ok  "
		if !f.Passed {
			mark = "FAIL"
		}
		fmt.Fprintf(p.out, "%s  %s\n", mark, clean(f.Name))
		for _, note := range f.Notes {
			for line := range strings.Lines(note) {
				fmt.Fprintf(p.out, "      %s\n", clean(strings.TrimRight(line, "\n")))
			}
		}
	}
	if failed > 0 {
		fmt.Fprintf(p.out, "\n%d of %s failed.\n", failed, count(len(found), "check"))
		return
	}
	fmt.Fprintf(p.out, "\n%s passed.\n", count(len(found), "check"))
}
