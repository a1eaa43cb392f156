package web

import (
	"time"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/sdk"
)

// Counts tells how many items of each kind stand in each state; what there is none of is absent.
type Counts struct {
	Kinds map[string]map[string]int `json:"kinds" doc:"Kind to state to number"`
	Total int                       `json:"total"`
}

// RunningPage is what this daemon does now.
type RunningPage struct {
	Running []RunningStep `json:"running"`
}

// RunningStep is a step under way, with what it is for.
type RunningStep struct {
	Running
	Label string `json:"label,omitempty" doc:"Of the item"`
}

// Job is a step in the queue.
type Job struct {
	ID       int64     `json:"id"`
	Step     string    `json:"step"`
	Item     int64     `json:"item,omitempty"`
	Label    string    `json:"label,omitempty" doc:"Of the item"`
	Key      string    `json:"key,omitempty" doc:"Of a step that is about no item: a source"`
	Queue    string    `json:"queue,omitempty"`
	State    string    `json:"state" enum:"waiting,running,done,failed"`
	Attempt  int       `json:"attempt"`
	Error    string    `json:"error,omitempty" doc:"Of the last attempt that failed"`
	At       time.Time `json:"at,omitzero" doc:"Not before"`
	Created  time.Time `json:"created"`
	Started  time.Time `json:"started,omitzero"`
	Finished time.Time `json:"finished,omitzero"`
}

// JobPage is a page of the queue, newest first.
type JobPage struct {
	Jobs []Job `json:"jobs"`
}

// Diagnosis is what doctor found.
type Diagnosis struct {
	OK     bool    `json:"ok" doc:"Every check is"`
	Checks []Check `json:"checks"`
}

// Readiness tells whether the daemon serves.
type Readiness struct {
	Ready      bool        `json:"ready"`
	Components []Component `json:"components,omitempty" doc:"For who has credentials"`
}

// Component is one part of the daemon.
type Component struct {
	Name  string `json:"name"`
	Ready bool   `json:"ready"`
	Error string `json:"error,omitempty"`
}

// BackupOrder says where to.
type BackupOrder struct {
	To string `json:"to,omitempty" doc:"File to write; absent: one in the data folder's backup folder. Taken from the command line's socket only"`
}

// BackupDone tells where a backup is.
type BackupDone struct {
	Path string `json:"path"`
}

// Version tells which program this is.
type Version struct {
	Version string `json:"version"`
	Go      string `json:"go"`
	System  string `json:"system" doc:"As linux/amd64"`
}

// ConfigText is the configuration in effect.
type ConfigText struct {
	Text string `json:"text" doc:"HCL, defaults and all, with *** for every secret"`
}

// ConfigVariables are the names of the environment over the configuration.
type ConfigVariables struct {
	Variables []config.Variable `json:"variables"`
}

// Reloaded tells how reading the configuration again went.
type Reloaded struct {
	Valid       bool               `json:"valid" doc:"The new configuration is in force; else the old one goes on"`
	Diagnostics config.Diagnostics `json:"diagnostics"`
	Text        string             `json:"text" doc:"The diagnostics for people"`
}

// FoundTitle is a title found by name.
type FoundTitle struct {
	Kind     string  `json:"kind" enum:"movie,show"`
	Name     string  `json:"name"`
	Year     int     `json:"year,omitempty"`
	IDs      sdk.IDs `json:"ids"`
	Overview string  `json:"overview,omitempty"`
	Poster   string  `json:"poster,omitempty"`
	Items    []int64 `json:"items" doc:"Items of it that are in the library"`
}

// FoundTitles are titles found by name, the best first.
type FoundTitles struct {
	Titles []FoundTitle `json:"titles"`
}

// Accepted tells that something will be done soon.
type Accepted struct {
	Text string `json:"text"`
}

// Key is an API key without the key itself, which is shown once when it is made.
type Key struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
}

// KeyPage are the API keys.
type KeyPage struct {
	Keys []Key `json:"keys"`
}

// NewKeyOrder names a key to be made.
type NewKeyOrder struct {
	Name string `json:"name,omitempty" maxLength:"100" doc:"What it is for"`
}

// NewKey is a key just made.
type NewKey struct {
	Key
	Secret string `json:"key" doc:"The key: it is shown this once"`
}

// NewPassword is a password to be set.
type NewPassword struct {
	Password string `json:"password" minLength:"8" maxLength:"1000"`
	Current  string `json:"current,omitempty" doc:"The one before; not needed on the command line's socket"`
}
