package main

import "time"

// What the daemon's API says, as far as it is shown. See /api/v1/openapi.json of a daemon for the whole.

type item struct {
	ID        int64          `json:"id"`
	Parent    int64          `json:"parent"`
	Kind      string         `json:"kind"`
	Label     string         `json:"label"`
	Name      string         `json:"name"`
	Season    int            `json:"season"`
	Episode   int            `json:"episode"`
	IDs       ids            `json:"ids"`
	Profile   string         `json:"profile"`
	State     string         `json:"state"`
	Pack      string         `json:"pack"`
	Counts    map[string]int `json:"counts"`
	Attempts  int            `json:"attempts"`
	Error     string         `json:"error"`
	WakeAt    time.Time      `json:"wake_at"`
	Released  time.Time      `json:"released"`
	Requested requester      `json:"requested_by"`
	Created   time.Time      `json:"created"`
	Changed   time.Time      `json:"changed"`
}

// addedItem is an item just added, with the same title at other profiles.
type addedItem struct {
	item
	Versions []item `json:"versions"`
}

type ids struct {
	IMDb    string `json:"imdb,omitempty"`
	TMDB    string `json:"tmdb,omitempty"`
	TVDB    string `json:"tvdb,omitempty"`
	Trakt   string `json:"trakt,omitempty"`
	Kitsu   string `json:"kitsu,omitempty"`
	AniList string `json:"anilist,omitempty"`
	MAL     string `json:"mal,omitempty"`
	AniDB   string `json:"anidb,omitempty"`
}

type requester struct {
	Instance string `json:"instance"`
	Ref      string `json:"ref"`
	Person   string `json:"person"`
}

type itemPage struct {
	Items []item `json:"items"`
	Next  int64  `json:"next,omitempty"`
}

type itemDetail struct {
	item
	Overview   string      `json:"overview"`
	Children   []item      `json:"children"`
	Requesters []requester `json:"requesters"`
}

type removal struct {
	Item     item     `json:"item"`
	Paths    []string `json:"paths"`
	Releases []struct {
		Instance string `json:"instance"`
		Hash     string `json:"hash"`
		Name     string `json:"name"`
	} `json:"releases"`
	Requests []requester `json:"requests"`
}

type release struct {
	Hash     string    `json:"hash"`
	Name     string    `json:"name"`
	Size     int64     `json:"size"`
	Verdict  string    `json:"verdict"`
	Score    float64   `json:"score"`
	Reasons  []reason  `json:"reasons"`
	Changes  []change  `json:"changes"`
	State    string    `json:"state"`
	Evidence string    `json:"evidence"`
	Again    time.Time `json:"again"`
	Seeders  int       `json:"seeders"`
	FoundBy  []string  `json:"found_by"`
}

// change is a change of the profile that would admit a release.
type change struct {
	Text string `json:"text"`
}

type reason struct {
	Text    string `json:"text"`
	Setting string `json:"setting"`
	Want    string `json:"want"`
	Got     string `json:"got"`
	Delta   int    `json:"delta"`
	Veto    bool   `json:"veto"`
}

type releasePage struct {
	Releases []release `json:"releases"`
	Total    int       `json:"total"`
}

type filePage struct {
	Files []struct {
		ID     int64  `json:"id"`
		Path   string `json:"path"`
		Size   int64  `json:"size"`
		Hash   string `json:"hash"`
		Places []struct {
			Library string `json:"library"`
			Path    string `json:"path"`
		} `json:"places"`
		Placements []struct {
			Instance string `json:"instance"`
			State    string `json:"state"`
		} `json:"placements"`
	} `json:"files"`
}

type eventPage struct {
	Events []struct {
		At    time.Time `json:"at"`
		Item  int64     `json:"item"`
		Name  string    `json:"name"`
		From  string    `json:"from"`
		To    string    `json:"to"`
		Text  string    `json:"text"`
		Path  string    `json:"path"`
		Label string    `json:"label"`
	} `json:"events"`
}

type why struct {
	Item     item     `json:"item"`
	Answer   []string `json:"answer"`
	Found    int      `json:"found"`
	Rejected []struct {
		Code  string `json:"code"`
		Count int    `json:"count"`
		Text  string `json:"text"`
	} `json:"rejected"`
	Best    *release  `json:"best_rejected"`
	Tried   []release `json:"tried"`
	Missing []item    `json:"missing"`
	Next    struct {
		Text    string    `json:"text"`
		At      time.Time `json:"at"`
		Running bool      `json:"running"`
	} `json:"next"`
}

type runningPage struct {
	Running []struct {
		Step    string    `json:"step"`
		Item    int64     `json:"item"`
		Attempt int       `json:"attempt"`
		Since   time.Time `json:"since"`
		Label   string    `json:"label"`
	} `json:"running"`
}

type counts struct {
	Kinds map[string]map[string]int `json:"kinds"`
	Total int                       `json:"total"`
}

type pluginPage struct {
	Plugins []pluginStatus `json:"plugins"`
}

type pluginStatus struct {
	Name      string           `json:"name"`
	State     string           `json:"state"`
	Version   string           `json:"version"`
	PID       int              `json:"pid,omitempty"`
	Restarts  int              `json:"restarts"`
	Memory    int64            `json:"memory,omitempty"`
	LastError string           `json:"last_error,omitempty"`
	Instances []pluginInstance `json:"instances"`
}

type pluginInstance struct {
	Capability string `json:"capability"`
	Name       string `json:"name"`
	Enabled    bool   `json:"enabled"`
	OK         bool   `json:"ok"`
	Unwell     string `json:"unwell,omitempty"`
	Hook       string `json:"hook,omitempty"`
}

type pluginInfo struct {
	Name         string             `json:"name"`
	Version      string             `json:"version"`
	SDK          string             `json:"sdk"`
	Protocol     int                `json:"protocol"`
	Capabilities []pluginCapability `json:"capabilities"`
}

type pluginCapability struct {
	Capability string   `json:"capability"`
	Flags      []string `json:"flags"`
	Limits     struct {
		Rate        float64 `json:"rate"`
		Burst       int     `json:"burst"`
		Concurrency int     `json:"concurrency"`
	} `json:"limits"`
	Settings []pluginSetting `json:"settings"`
}

type pluginSetting struct {
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

type health struct {
	OK     bool    `json:"ok"`
	Checks []check `json:"checks"`
}

type check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Warn   bool   `json:"warn"`
	Text   string `json:"text"`
	Remedy string `json:"remedy"`
}

type foundTitles struct {
	Titles []struct {
		Kind  string  `json:"kind"`
		Name  string  `json:"name"`
		Year  int     `json:"year"`
		IDs   ids     `json:"ids"`
		Items []int64 `json:"items"`
	} `json:"titles"`
}

type key struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
	Secret  string    `json:"key"`
}

type keyPage struct {
	Keys []key `json:"keys"`
}

// said is any answer of which only a sentence is shown.
type said struct {
	Text string `json:"text"`
}
