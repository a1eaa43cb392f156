package core

import (
	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/sdk"
)

// CheckProfile tells what the ranking has against a profile.
func CheckProfile(p config.Profile) []sdk.Diagnostic { return RankProfile(p).Check() }

// RankProfile is a profile as the ranking takes it.
func RankProfile(p config.Profile) rank.Profile {
	r := rank.Profile{
		Name: p.Name, Base: p.Base, Movie: part(p.Movie), Show: part(p.Show), Anime: part(p.Anime),
		Resolutions: p.Resolutions, Sources: p.Sources, Codecs: p.Codecs, Mode: p.Mode, Languages: p.Languages, Subtitles: p.Subtitles,
		MinSize: int64(p.MinSize), MaxSize: int64(p.MaxSize), MinBitrate: p.MinBitrate, MaxBitrate: p.MaxBitrate,
		PreferSize: p.PreferSize, PreferBitrate: p.PreferBitrate, SizeScore: p.SizeScore, Score: p.Score, MinScore: p.MinScore,
		Require: rank.Condition(p.Require), Reject: rank.Condition(p.Reject), Allow: p.Allow, Deny: p.Deny, Limits: rank.Limits(p.Limits),
	}
	for _, t := range p.Tiers {
		r.Tiers = append(r.Tiers, rank.Tier{
			Name: t.Name, Resolutions: t.Resolutions, Sources: t.Sources, Has: t.Has,
			MinSize: int64(t.MinSize), MaxSize: int64(t.MaxSize), MinBitrate: t.MinBitrate, MaxBitrate: t.MaxBitrate,
		})
	}
	for _, rule := range p.Prefer {
		r.Prefer = append(r.Prefer, rank.Rule(rule))
	}
	for _, g := range p.Groups {
		r.Groups = append(r.Groups, rank.Group(g))
	}
	for _, f := range p.Formats {
		r.Formats = append(r.Formats, rankFormat(f))
	}
	return r
}

// part is what is different for one kind of title.
func part(p *config.Profile) *rank.Profile {
	if p == nil {
		return nil
	}
	r := RankProfile(*p)
	return &r
}

func rankFormat(f config.Format) rank.Format {
	out := rank.Format{Name: f.Name, Score: f.Score, JSON: f.JSON, App: f.App, ScoreSet: f.ScoreSet}
	for _, c := range f.Conditions {
		out.Conditions = append(out.Conditions, rank.FormatCondition{
			Name: c.Name, Kind: c.Kind, Value: c.Value, Min: int64(c.Min), Max: int64(c.Max), Negate: c.Negate, Required: c.Required,
		})
	}
	return out
}
