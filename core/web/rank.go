package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/core/search"
	"github.com/millrace-media/millrace/sdk"
)

// RankTarget names what a release is compared with: an item of the library, or a title by an id or its name.
type RankTarget struct {
	Item    int64  `json:"item,omitempty" minimum:"1" doc:"An item of the library; then nothing else is needed"`
	ID      string `json:"id,omitempty" maxLength:"100" doc:"As tt1254207 or tmdb:10378"`
	Name    string `json:"name,omitempty" maxLength:"300"`
	Year    int    `json:"year,omitempty" minimum:"1800" maximum:"2200"`
	Kind    string `json:"kind,omitempty" enum:"movie,show" doc:"Absent: as it is found; a show where a season or an episode is given"`
	Season  *int   `json:"season,omitempty" minimum:"0" maximum:"9999"`
	Episode *int   `json:"episode,omitempty" minimum:"0" maximum:"99999"`
	Anime   bool   `json:"anime,omitempty" doc:"It is anime, where nothing else tells so"`
}

// RankName is a release to judge.
type RankName struct {
	Name    string `json:"name" minLength:"1" maxLength:"1000" doc:"Of a release or a file"`
	Size    int64  `json:"size,omitempty" minimum:"0" doc:"Bytes; absent: not known"`
	Seeders *int   `json:"seeders,omitempty" minimum:"0"`
	Cached  bool   `json:"cached,omitempty" doc:"A debrid provider has it ready"`
}

// ExplainOrder asks how profiles judge a name, and why.
type ExplainOrder struct {
	RankName
	For      *RankTarget `json:"for,omitempty" doc:"What is wanted; absent: the name is judged for itself"`
	Profiles []string    `json:"profiles,omitempty" maxItems:"8" doc:"Absent: that of the item, or default"`
}

// CompareOrder asks which of two names a profile puts first.
type CompareOrder struct {
	A       RankName    `json:"a"`
	B       RankName    `json:"b"`
	For     *RankTarget `json:"for,omitempty"`
	Profile string      `json:"profile,omitempty"`
}

// WhatIfOrder asks what other settings would make of a name.
type WhatIfOrder struct {
	RankName
	For      *RankTarget       `json:"for,omitempty"`
	Profile  string            `json:"profile,omitempty"`
	Settings map[string]string `json:"settings" minProperties:"1" maxProperties:"32" doc:"Values by the paths of settings, as they stand in a configuration file: {\"resolutions\": \"[\\\"2160p\\\"]\"}"`
}

// ProfileText is a profile.
type ProfileText struct {
	Name      string `json:"name"`
	Text      string `json:"text" doc:"As it is configured, in HCL"`
	Effective string `json:"effective" doc:"With all that its base says, in HCL"`
}

type (
	explainInput struct{ Body ExplainOrder }
	compareInput struct{ Body CompareOrder }
	whatIfInput  struct{ Body WhatIfOrder }
	profileInput struct {
		Name string `path:"name" maxLength:"100"`
	}
)

// maxSetting is how long a value to try may be, in bytes.
const maxSetting = 8 << 10

// Ranking is what the daemon knows of profiles.
type Ranking interface {
	// Judge makes a profile of a configuration ready, with other settings where some are given.
	Judge(c *config.Config, profile string, settings map[string]string) (rank.Judge, error)
	// Effective is a profile with all that its base says, in HCL.
	Effective(c *config.Config, profile string) (string, error)
	// Lookup asks metadata services for a title.
	Lookup(ctx context.Context, q sdk.TitleQuery) (sdk.Title, error)
}

func (s *Server) rankRoutes(a huma.API) {
	post := func(path, id, summary string) call {
		return call{method: http.MethodPost, path: path, id: id, summary: summary, tag: "rank"}
	}
	register(s, a, post("/rank/explain", "explain-name", "Tell how profiles judge a name, and why"), s.explainName)
	register(s, a, post("/rank/compare", "compare-names", "Tell which of two names comes first, and why"), s.compareNames)
	register(s, a, post("/rank/what-if", "try-settings", "Tell what other settings would make of a name"), s.trySettings)
	register(s, a, call{
		method: http.MethodGet, path: "/rank/profiles/{name}", id: "show-profile", summary: "Show a profile with all that its base says", tag: "rank",
	}, s.profileText)
}

func (s *Server) explainName(ctx context.Context, in *explainInput) (rank.Explanation, error) {
	o := &in.Body
	aim, err := s.aim(ctx, o.For)
	if err != nil {
		return rank.Explanation{}, err
	}
	profiles := o.Profiles
	if len(profiles) == 0 {
		profiles = []string{cmp.Or(aim.Profile, "default")}
	}
	var judges []rank.Judge
	for _, p := range profiles {
		j, err := s.o.Ranking.Judge(s.o.Config(), p, nil)
		if err != nil {
			return rank.Explanation{}, err
		}
		judges = append(judges, j)
	}
	e, _ := o.explain(aim, o.For, judges...)
	return e, nil
}

func (s *Server) compareNames(ctx context.Context, in *compareInput) (rank.Comparison, error) {
	o := &in.Body
	aim, err := s.aim(ctx, o.For)
	if err != nil {
		return rank.Comparison{}, err
	}
	j, err := s.o.Ranking.Judge(s.o.Config(), cmp.Or(o.Profile, aim.Profile, "default"), nil)
	if err != nil {
		return rank.Comparison{}, err
	}
	a, va := o.A.explain(aim, o.For, j)
	b, vb := o.B.explain(aim, o.For, j)
	return rank.NewComparison(a, b, va[0], vb[0]), nil
}

func (s *Server) trySettings(ctx context.Context, in *whatIfInput) (rank.Trial, error) {
	o := &in.Body
	for path, value := range o.Settings {
		if len(path)+len(value) > maxSetting {
			return rank.Trial{}, &sdk.Error{Kind: sdk.Invalid, Attribute: "settings", Message: "a setting is too long to be tried"}
		}
	}
	aim, err := s.aim(ctx, o.For)
	if err != nil {
		return rank.Trial{}, err
	}
	profile := cmp.Or(o.Profile, aim.Profile, "default")
	before, err := s.o.Ranking.Judge(s.o.Config(), profile, nil)
	if err != nil {
		return rank.Trial{}, err
	}
	after, err := s.o.Ranking.Judge(s.o.Config(), profile, o.Settings)
	if err != nil {
		return rank.Trial{}, err
	}
	var t rank.Trial
	t.Before, _ = o.explain(aim, o.For, before)
	t.After, _ = o.explain(aim, o.For, after)
	return t, nil
}

func (s *Server) profileText(_ context.Context, in *profileInput) (ProfileText, error) {
	c := s.o.Config()
	text, err := s.o.Ranking.Effective(c, in.Name)
	return ProfileText{Name: in.Name, Text: string(c.ShowProfile(in.Name)), Effective: text}, err
}

// aim finds what a release is compared with; nothing is wanted where nothing is named.
func (s *Server) aim(ctx context.Context, t *RankTarget) (search.Aim, error) {
	if t == nil || !t.told() {
		return search.Aim{}, nil
	}
	sought := search.Sought{
		Item: t.Item, Kind: sdk.TitleKind(t.Kind), Name: t.Name, Year: t.Year, Season: t.Season, Episode: t.Episode, Anime: t.Anime,
	}
	if t.ID != "" {
		var err error
		if sought.IDs, err = parseID(t.ID); err != nil {
			return search.Aim{}, err
		}
	}
	return search.Seek(ctx, s.o.DB.Reader, sought, s.o.Ranking.Lookup)
}

// told reports whether a title is named: that something is anime says nothing of which.
func (t *RankTarget) told() bool {
	return t.Item != 0 || t.ID != "" || t.Name != "" || t.Year != 0 || t.Season != nil || t.Episode != nil
}

// explain has a name judged.
func (n *RankName) explain(aim search.Aim, of *RankTarget, judges ...rank.Judge) (rank.Explanation, []rank.Verdict) {
	parsed := release.Parse(n.Name)
	c := rank.Candidate{Release: sdk.Release{Name: n.Name, Size: n.Size, Seeders: -1, Leechers: -1}, Parsed: &parsed, Cached: n.Cached}
	if n.Seeders != nil {
		c.Release.Seeders = *n.Seeders
	}
	target := aim.Target
	if target == nil {
		target = rank.Itself(&parsed, of != nil && of.Anime)
	}
	e, vs := rank.Explain(target, c, judges...)
	e.For = aim.Label
	return e, vs
}

// profileNames lists what can be judged by: profiles, the default one first, then presets.
func profileNames(c *config.Config) []string {
	names := []string{"default"}
	add := func(n string) {
		if !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	for _, p := range c.Profiles {
		add(p.Name)
	}
	for _, n := range rank.PresetNames() {
		add(n)
	}
	return names
}
