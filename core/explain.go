package core

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/pipeline"
	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/core/search"
	"github.com/millrace-media/millrace/core/web"
	"github.com/millrace-media/millrace/sdk"
)

// ranking is what pages and the API ask of profiles.
type ranking struct{ *pipeline.Pipeline }

// Judge implements [web.Ranking].
func (ranking) Judge(c *config.Config, profile string, settings map[string]string) (rank.Judge, error) {
	return Judge(c, profile, settings)
}

// Effective implements [web.Ranking].
func (ranking) Effective(c *config.Config, profile string) (string, error) {
	return EffectiveProfile(c, profile)
}

var _ web.Ranking = ranking{}

// EffectiveProfile is a profile of a configuration with all that its base says, in HCL.
func EffectiveProfile(c *config.Config, profile string) (string, error) {
	p, ok := c.Profile(profile)
	if !ok && slices.Contains(rank.PresetNames(), profile) {
		p, ok = config.Profile{Name: profile, Base: profile}, true
	}
	if !ok {
		return "", &sdk.Error{Kind: sdk.NotFound, Message: noProfile(c, profile)}
	}
	return string(hclwrite.Format([]byte(RankProfile(p).Effective().HCL()))), nil
}

// Judge makes a profile of a configuration ready to judge by, with other settings where some are given: see [config.Config.Try].
// A preset can be judged by where no profile has its name.
// What is wrong is an [sdk.Error] that names the setting.
func Judge(c *config.Config, profile string, settings map[string]string) (rank.Judge, error) {
	p, ok := c.Profile(profile)
	if !ok && len(settings) == 0 && slices.Contains(rank.PresetNames(), profile) {
		p, ok = config.Profile{Name: profile, Base: profile}, true
	}
	if !ok {
		return rank.Judge{}, &sdk.Error{Kind: sdk.Invalid, Attribute: "profile", Message: noProfile(c, profile)}
	}
	if len(settings) > 0 {
		var wrong []sdk.Diagnostic
		p, wrong = c.Try(profile, settings, CheckProfile)
		if err := refused(wrong); err != nil {
			return rank.Judge{}, err
		}
	}
	compiled, err := RankProfile(p).Compile()
	if err != nil {
		return rank.Judge{}, fmt.Errorf("judge by profile %q: %w", profile, err)
	}
	return rank.Judge{Compiled: compiled, Place: func(setting string) string {
		switch head, _, _ := strings.Cut(setting, "."); {
		case head == "base":
			return "preset " + p.Base
		case tried(settings, setting):
			return "tried"
		}
		return c.ProfilePlace(profile, setting)
	}}, nil
}

func noProfile(c *config.Config, name string) string {
	names := rank.PresetNames()
	for _, p := range c.Profiles {
		names = append(names, p.Name)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	return fmt.Sprintf("there is no profile %q; there are: %s", name, strings.Join(names, ", "))
}

// refused is the first mistake in settings, as an error.
func refused(wrong []sdk.Diagnostic) error {
	for _, w := range wrong {
		if !w.Warning {
			text := strings.TrimSuffix(w.Summary, ".")
			if w.Detail != "" {
				text += ": " + strings.TrimSuffix(w.Detail, ".")
			}
			return &sdk.Error{Kind: sdk.Invalid, Attribute: "settings." + w.Attribute, Message: text}
		}
	}
	return nil
}

// tried reports whether a setting is one of those that are tried.
func tried(settings map[string]string, setting string) bool {
	for path := range settings {
		if setting == path || strings.HasPrefix(setting, path+".") || strings.HasPrefix(setting, path+"[") {
			return true
		}
	}
	return false
}

// Sought names what a release is compared with.
type Sought = search.Sought

// Aim is what was sought, ready to be compared with.
type Aim = search.Aim

// Seek finds what somebody means while no daemon runs: in the library, where that is a SQLite file which is there, or else by
// what was said alone.
func Seek(ctx context.Context, c *config.Config, s Sought) (Aim, error) {
	path := filepath.Join(c.Data, sqliteName)
	if _, err := os.Stat(path); err != nil || !c.Database.URL.IsZero() {
		if s.Item != 0 {
			return Aim{}, &sdk.Error{Kind: sdk.NotFound, Message: fmt.Sprintf("no daemon runs and %s is not there: nothing knows item %d", path, s.Item)}
		}
		return s.Ask(ctx, nil)
	}
	r, closeLibrary, err := db.View(path)
	if err != nil {
		return Aim{}, err
	}
	aim, err := search.Seek(ctx, r, s, nil)
	return aim, errors.Join(err, closeLibrary())
}
