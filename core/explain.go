package core

import (
	"fmt"
	"slices"
	"strings"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/pipeline"
	"github.com/millrace-media/millrace/core/rank"
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
	if !ok {
		return "", &sdk.Error{Kind: sdk.NotFound, Message: noProfile(c, profile)}
	}
	return RankProfile(p).Effective().HCL(), nil
}

// Judge makes a profile of a configuration ready to judge by, with other settings where some are given: see [config.Config.Try].
// What is wrong is an [sdk.Error] that names the setting.
func Judge(c *config.Config, profile string, settings map[string]string) (rank.Judge, error) {
	p, ok := c.Profile(profile)
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
	var names []string
	for _, p := range c.Profiles {
		names = append(names, p.Name)
	}
	slices.Sort(names)
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
