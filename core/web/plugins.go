package web

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/sdk"
)

type pluginInput struct {
	Name string `path:"name" doc:"Of the plugin"`
}

type instanceInput struct {
	Capability string `path:"capability" enum:"source,metadata,scraper,debrid,analyzer,subtitles,updater,notifier"`
	Name       string `path:"name" doc:"Of the instance"`
}

func (s *Server) pluginRoutes(a huma.API) {
	register(s, a, call{method: http.MethodGet, path: "/plugins", id: "list-plugins", summary: "List plugins and their instances", tag: "plugins"},
		func(ctx context.Context, _ *none) (PluginPage, error) {
			return PluginPage{Plugins: s.plugins(ctx)}, nil
		})
	register(s, a, call{method: http.MethodGet, path: "/plugins/{name}", id: "show-plugin", summary: "Show what a plugin can do and its settings", tag: "plugins"},
		s.pluginInfo)
	register(s, a, call{
		method: http.MethodPost, path: "/plugins/{name}/restart", id: "restart-plugin", summary: "Start a plugin again that failed for good", tag: "plugins",
		status: http.StatusAccepted,
	}, func(_ context.Context, in *pluginInput) (Accepted, error) {
		if err := s.o.Pool.Restart(in.Name); err != nil {
			return Accepted{}, err
		}
		return Accepted{Text: "The plugin " + in.Name + " is started again."}, nil
	})
	register(s, a, call{
		method: http.MethodPost, path: "/plugins/{capability}/{name}/check", id: "check-instance", summary: "Ask an instance's service whether it is well", tag: "plugins",
	}, s.check)
}

// plugins lists what is installed or in use, by name.
func (s *Server) plugins(ctx context.Context) []PluginStatus {
	blocks := map[string][]config.Instance{}
	for _, in := range s.o.Config().Instances {
		blocks[in.Plugin] = append(blocks[in.Plugin], in)
	}
	list := []PluginStatus{}
	status := s.o.Pool.Status()
	names := s.o.Pool.Names()
	for name := range status {
		names = append(names, name)
	}
	for name := range blocks {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		p := PluginStatus{Name: name, State: "unused", Instances: []PluginInstance{}}
		if st, ok := status[name]; ok {
			p.State, p.Version, p.PID, p.Restarts = string(st.State), st.Version, st.PID, st.Restarts
			p.Started, p.Memory, p.LastError = st.Started, int64(st.Memory), st.LastError
		}
		for _, in := range blocks[name] {
			p.Instances = append(p.Instances, s.instance(ctx, in))
		}
		list = append(list, p)
	}
	return list
}

func (s *Server) instance(ctx context.Context, c config.Instance) PluginInstance {
	out := PluginInstance{Capability: c.Capability, Name: c.Name, Enabled: c.Enabled, Priority: c.Priority}
	if !c.Enabled {
		out.Unwell = "It is switched off: enabled = false."
		return out
	}
	in, ok := s.o.Pool.Find(c.Capability, c.Name)
	if !ok {
		out.Unwell, out.Kind = "The plugin did not take its settings; the log says why.", string(sdk.Invalid)
		return out
	}
	out.Checks = in.Has(sdk.FlagCheck)
	if in.Has(sdk.FlagHook) {
		out.Hook = s.base(ctx) + s.hookPath(c.Capability, c.Name)
	}
	if err := in.Unwell(); err != nil {
		out.Unwell, out.Kind = err.Error(), string(sdk.KindOf(err))
		return out
	}
	out.OK = true
	return out
}

func (s *Server) pluginInfo(ctx context.Context, in *pluginInput) (PluginInfo, error) {
	d, err := s.o.Pool.Describe(ctx, in.Name)
	if err != nil {
		return PluginInfo{}, err
	}
	out := PluginInfo{Name: d.Name, Version: d.Version, SDK: d.SDK, Protocol: d.Protocol, Capabilities: []PluginCapability{}}
	for _, c := range d.Capabilities {
		pc := PluginCapability{Capability: c.Capability, Flags: append([]string{}, c.Flags...), Limits: c.Limits, Settings: []PluginSetting{}}
		for _, a := range c.Schema.Attributes {
			pc.Settings = append(pc.Settings, setting(a))
		}
		out.Capabilities = append(out.Capabilities, pc)
	}
	return out, nil
}

func setting(a sdk.Attribute) PluginSetting {
	p := PluginSetting{
		Name: a.Name, Type: string(a.Type), Required: a.Required, Secret: a.Secret, Doc: a.Doc, Choices: a.Choices, Min: a.Min, Max: a.Max,
		Deprecated: a.Deprecated,
	}
	if len(a.Default) > 0 && !a.Secret {
		if json.Unmarshal(a.Default, &p.Default) != nil {
			p.Default = nil // the host checked it; what cannot be read is not shown
		}
	}
	return p
}

func (s *Server) check(ctx context.Context, in *instanceInput) (CheckResult, error) {
	inst, ok := s.o.Pool.Find(in.Capability, in.Name)
	if !ok {
		return CheckResult{}, sdk.Errorf(sdk.NotFound, "there is no %s %q in use", in.Capability, in.Name)
	}
	h, can, err := inst.Check(ctx)
	if !can && err == nil {
		err = inst.Unwell()
	}
	out := CheckResult{OK: err == nil, Asked: can, Health: h}
	if err != nil {
		out.Error, out.Kind = err.Error(), string(sdk.KindOf(err))
	}
	return out, nil
}
