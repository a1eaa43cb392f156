package main

import (
	"cmp"
	"context"
	"strings"

	"github.com/millrace-media/millrace/core"
	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/rank"
	parsing "github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/sdk"
)

// localRank judges without a daemon.
type localRank struct{ config *config.Config }

// localRank reads the configuration for its profiles; what belongs to plugins is not looked at.
func (p *program) localRank(ctx context.Context) (*localRank, error) {
	c, ds, err := core.LoadConfig(ctx, p.configPath(), core.LoadOptions{Environ: p.environ, Offline: true})
	if err != nil {
		return nil, err
	}
	if err := ds.WriteText(p.err, p.live); err != nil {
		return nil, err
	}
	if c == nil {
		return nil, errShown
	}
	return &localRank{c}, nil
}

// aim finds what is wanted; where nothing is, the aim is empty.
func (l *localRank) aim(ctx context.Context, t *rankTarget) (core.Aim, error) {
	if t == nil || *t == (rankTarget{Anime: t.Anime}) {
		return core.Aim{}, nil
	}
	s := core.Sought{
		Item: t.Item, Kind: sdk.TitleKind(t.Kind), Name: t.Name, Year: t.Year, Season: t.Season, Episode: t.Episode, Anime: t.Anime,
	}
	if t.ID != "" {
		ns, value, _ := strings.Cut(t.ID, ":")
		s.IDs.Set(ns, value)
	}
	return core.Seek(ctx, l.config, s)
}

// judge explains one name by the profiles of an order, or else that of the aim.
func (l *localRank) judge(n rankName, o rankOrder, aim core.Aim, settings map[string]string) (rank.Explanation, []rank.Verdict, error) {
	profiles := o.profiles
	if len(profiles) == 0 {
		profiles = []string{cmp.Or(aim.Profile, "default")}
	}
	var judges []rank.Judge
	for _, name := range profiles {
		j, err := core.Judge(l.config, name, settings)
		if err != nil {
			return rank.Explanation{}, nil, err
		}
		judges = append(judges, j)
	}
	parsed := parsing.Parse(n.Name)
	c := rank.Candidate{Release: sdk.Release{Name: n.Name, Size: n.Size, Seeders: -1, Leechers: -1}, Parsed: &parsed, Cached: n.Cached}
	if n.Seeders != nil {
		c.Release.Seeders = *n.Seeders
	}
	target := aim.Target
	if target == nil {
		target = rank.Itself(&parsed, o.target != nil && o.target.Anime)
	}
	e, vs := rank.Explain(target, c, judges...)
	e.For = aim.Label
	return e, vs, nil
}

func (l *localRank) explain(ctx context.Context, o rankOrder) (rank.Explanation, error) {
	aim, err := l.aim(ctx, o.target)
	if err != nil {
		return rank.Explanation{}, err
	}
	e, _, err := l.judge(o.names[0], o, aim, nil)
	return e, err
}

func (l *localRank) compare(ctx context.Context, o rankOrder) (rank.Comparison, error) {
	aim, err := l.aim(ctx, o.target)
	if err != nil {
		return rank.Comparison{}, err
	}
	a, va, err := l.judge(o.names[0], o, aim, nil)
	if err != nil {
		return rank.Comparison{}, err
	}
	b, vb, err := l.judge(o.names[1], o, aim, nil)
	if err != nil {
		return rank.Comparison{}, err
	}
	return rank.NewComparison(a, b, va[0], vb[0]), nil
}

func (l *localRank) try(ctx context.Context, o rankOrder) (t rank.Trial, err error) {
	aim, err := l.aim(ctx, o.target)
	if err != nil {
		return t, err
	}
	if t.Before, _, err = l.judge(o.names[0], o, aim, nil); err != nil {
		return t, err
	}
	t.After, _, err = l.judge(o.names[0], o, aim, o.settings)
	return t, err
}
