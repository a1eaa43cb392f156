package web

import (
	"time"

	"github.com/millrace-media/millrace/sdk"
)

// PluginPage are the plugins that are installed or in use.
type PluginPage struct {
	Plugins []PluginStatus `json:"plugins"`
}

// PluginStatus is what a plugin's process does.
type PluginStatus struct {
	Name      string           `json:"name"`
	State     string           `json:"state" enum:"unused,stopped,starting,running,backoff,failed" doc:"unused: installed, and no block names it"`
	Version   string           `json:"version,omitempty"`
	PID       int              `json:"pid,omitempty"`
	Restarts  int              `json:"restarts"`
	Started   time.Time        `json:"started,omitzero"`
	Memory    int64            `json:"memory,omitempty" doc:"Proportional set size in bytes; absent: unknown"`
	LastError string           `json:"last_error,omitempty"`
	Instances []PluginInstance `json:"instances"`
}

// PluginInstance is a block of the configuration.
type PluginInstance struct {
	Capability string `json:"capability"`
	Name       string `json:"name"`
	Enabled    bool   `json:"enabled"`
	Priority   int    `json:"priority"`
	OK         bool   `json:"ok" doc:"Nothing keeps calls from it"`
	Unwell     string `json:"unwell,omitempty" doc:"What keeps calls from it now"`
	Kind       string `json:"kind,omitempty" doc:"The kind of what keeps calls from it"`
	Checks     bool   `json:"checks" doc:"It can ask its service whether it is well"`
	Hook       string `json:"hook,omitempty" doc:"Address for webhooks; whoever knows it can use it"`
}

// PluginInfo is what a plugin says of itself.
type PluginInfo struct {
	Name         string             `json:"name"`
	Version      string             `json:"version"`
	SDK          string             `json:"sdk"`
	Protocol     int                `json:"protocol"`
	Capabilities []PluginCapability `json:"capabilities"`
}

// PluginCapability is one capability of a plugin.
type PluginCapability struct {
	Capability string          `json:"capability"`
	Flags      []string        `json:"flags" doc:"Optional abilities"`
	Limits     sdk.Limits      `json:"limits"`
	Settings   []PluginSetting `json:"settings"`
}

// PluginSetting documents one attribute of a block.
type PluginSetting struct {
	Name       string   `json:"name"`
	Type       string   `json:"type"`
	Required   bool     `json:"required"`
	Default    any      `json:"default,omitempty"`
	Secret     bool     `json:"secret"`
	Doc        string   `json:"doc,omitempty"`
	Choices    []string `json:"choices,omitempty"`
	Min        *float64 `json:"min,omitempty"`
	Max        *float64 `json:"max,omitempty"`
	Deprecated string   `json:"deprecated,omitempty"`
}

// CheckResult is how an instance's service is.
type CheckResult struct {
	OK     bool       `json:"ok"`
	Asked  bool       `json:"asked" doc:"The service was asked; else the plugin cannot, and ok tells whether it runs"`
	Error  string     `json:"error,omitempty"`
	Kind   string     `json:"kind,omitempty"`
	Health sdk.Health `json:"health"`
}
