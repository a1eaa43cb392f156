package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/spf13/cobra"

	"github.com/millrace-media/millrace/core"
	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/sdk"
)

func (p *program) rankCommand() *cobra.Command {
	return p.group("rank", "Say how the names of releases are read and judged, and why",
		`Says how the names of releases are read and judged, and why. A daemon that runs answers by its profiles and knows what is
in the library; where none runs, the profiles are those of the configuration.`,
		p.rankExplain(), p.rankCompare(), p.rankWhatIf(), p.rankProfile(), p.rankImport())
}

// rankName is a release to judge.
type rankName struct {
	Name    string `json:"name"`
	Size    int64  `json:"size,omitempty"`
	Seeders *int   `json:"seeders,omitempty"`
	Cached  bool   `json:"cached,omitempty"`
}

// rankTarget is what releases are compared with.
type rankTarget struct {
	Item    int64  `json:"item,omitempty"`
	ID      string `json:"id,omitempty"`
	Name    string `json:"name,omitempty"`
	Year    int    `json:"year,omitempty"`
	Kind    string `json:"kind,omitempty"`
	Season  *int   `json:"season,omitempty"`
	Episode *int   `json:"episode,omitempty"`
	Anime   bool   `json:"anime,omitempty"`
}

// rankOrder is what all commands about names ask.
type rankOrder struct {
	names    []rankName
	target   *rankTarget
	profiles []string
	settings map[string]string // to try
}

// rankFlags are the flags of commands about names.
type rankFlags struct {
	wanted, kind    string
	season, episode string
	anime, cached   bool
	profiles, sizes []string
	seeders         []int
	set             []string
}

const forHelp = `What is wanted is said by --for: the number of an item, an id as tt1727587 or tvdb:121361, or a name, best with the year,
as "Sintel (2010)" or "The Mill on the Race S01E02". Without it the name is judged for itself, whatever it is of.`

func (f *rankFlags) add(c *cobra.Command) {
	s := c.Flags()
	s.StringVar(&f.wanted, "for", "", "`TITLE` that is wanted: an item's number, an id, or a name with its year")
	s.StringVar(&f.kind, "kind", "", "`KIND` of the title: movie or show (default: found out)")
	s.StringVar(&f.season, "season", "", "`SEASON` of the show that is wanted")
	s.StringVar(&f.episode, "episode", "", "`EPISODE` of the season that is wanted")
	s.BoolVar(&f.anime, "anime", false, "it is anime, where nothing else tells so")
	s.StringArrayVar(&f.profiles, "profile", nil, "`PROFILE` to judge by, or a preset (default: the item's, or default)")
	s.StringArrayVar(&f.sizes, "size", nil, "`SIZE` of the release, as 4GiB")
	s.IntSliceVar(&f.seeders, "seeders", nil, "`NUMBER` of those who share it")
	s.BoolVar(&f.cached, "cached", false, "a debrid provider has it ready")
}

// order makes an order of names and flags. Sizes and seeders belong to the names in their order.
func (f *rankFlags) order(names []string) (rankOrder, error) {
	o := rankOrder{profiles: f.profiles}
	if len(f.sizes) > len(names) || len(f.seeders) > len(names) {
		return o, usagef("there are more sizes or seeders than names")
	}
	for i, name := range names {
		n := rankName{Name: name, Cached: f.cached}
		if i < len(f.sizes) {
			size, err := sdk.ParseSize(f.sizes[i])
			if err != nil {
				return o, usageError{err}
			}
			n.Size = int64(size)
		}
		if i < len(f.seeders) {
			n.Seeders = &f.seeders[i]
		}
		o.names = append(o.names, n)
	}
	var err error
	o.target, err = f.target()
	if err == nil && len(f.set) > 0 {
		o.settings, err = parseSettings(f.set)
	}
	return o, err
}

func (f *rankFlags) target() (*rankTarget, error) {
	t := &rankTarget{Anime: f.anime}
	if f.kind != "" {
		kind, err := titleKind(f.kind)
		if err != nil {
			return nil, err
		}
		t.Kind = kind
	}
	if f.wanted == "" {
		if f.season+f.episode+f.kind != "" {
			return nil, usagef("say by --for which title is wanted")
		}
		if !f.anime {
			return nil, nil
		}
		return t, nil
	}
	if err := t.named(f.wanted); err != nil {
		return nil, err
	}
	return t, errors.Join(count0(f.season, &t.Season), count0(f.episode, &t.Episode))
}

// count0 reads the number of a season or an episode, which may be 0.
func count0(text string, to **int) error {
	if text == "" {
		return nil
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return usagef("%q is no number of a season or an episode", text)
	}
	v := int(n)
	*to = &v
	return nil
}

// named reads what is wanted as a person writes it.
func (t *rankTarget) named(text string) error {
	if id, err := strconv.ParseInt(text, 10, 64); err == nil {
		t.Item = id
		return nil
	}
	if m := numbered.FindStringSubmatch(text); m != nil {
		text = m[1]
		season, _ := strconv.Atoi(m[2]) // digits, as the pattern says
		t.Season = &season
		if episode, err := strconv.Atoi(m[3]); err == nil {
			t.Episode = &episode
		}
	}
	want, err := parseWant(text)
	switch {
	case err != nil:
		return err
	case want.Magnet != "":
		return usagef("a magnet link is no title")
	case want.IDs != nil:
		t.ID, _, _ = strings.Cut(want.IDs.String(), " ")
	}
	t.Name, t.Year = want.Name, want.Year
	if want.Kind != "" && t.Kind == "" {
		t.Kind = want.Kind
	}
	return nil
}

// parseSettings reads settings to try, as resolutions='["2160p"]'.
func parseSettings(list []string) (map[string]string, error) {
	out := map[string]string{}
	for _, s := range list {
		path, value, ok := strings.Cut(s, "=")
		if path = strings.TrimSpace(path); !ok || path == "" {
			return nil, usagef("%q is no setting: write it as resolutions='[\"2160p\"]' or max_size=4GiB", s)
		}
		out[path] = value
	}
	return out, nil
}

func (p *program) rankExplain() *cobra.Command {
	var f rankFlags
	c := leaf("explain NAME", "Show how a name is read and judged, and why", 1, 1, func(ctx context.Context, args []string) error {
		o, err := f.order(args)
		if err != nil {
			return err
		}
		body := map[string]any{"profiles": o.profiles}
		return rankAnswer(ctx, p, "explain", o, body, func(l *localRank) (rank.Explanation, error) { return l.explain(ctx, o) }, p.showExplanation)
	})
	c.Long = "Shows how a name is read and judged: what was read and where, each gate and each point with its setting and the place where\n" +
		"that is written, and what would have to change for a name that is rejected.\n\n" + forHelp + `

  millrace rank explain Sintel.2010.1080p.BluRay.x264-GRP --for "Sintel (2010)" --size 4GiB
  millrace rank explain The.Mill.S01E02.1080p.WEB.h264-GRP --profile default --profile best`
	f.add(c)
	return c
}

func (p *program) rankCompare() *cobra.Command {
	var f rankFlags
	c := leaf("compare NAME NAME", "Show which of two names comes first, and why", 2, 2, func(ctx context.Context, args []string) error {
		o, err := f.order(args)
		if err != nil {
			return err
		}
		if len(o.profiles) > 1 {
			return usagef("two names are compared by one profile")
		}
		body := map[string]any{"a": o.names[0], "b": o.names[1], "profile": strings.Join(o.profiles, "")}
		return rankAnswer(ctx, p, "compare", o, body, func(l *localRank) (rank.Comparison, error) { return l.compare(ctx, o) }, p.showComparison)
	})
	c.Long = "Shows which of two names a profile puts first, the first thing that tells them apart, and the points of both side by side.\n" +
		"--size and --seeders may be given twice: for the first name, then for the second.\n\n" + forHelp
	f.add(c)
	return c
}

func (p *program) rankWhatIf() *cobra.Command {
	var f rankFlags
	c := leaf("what-if NAME", "Show what other settings would make of a name", 1, 1, func(ctx context.Context, args []string) error {
		o, err := f.order(args)
		switch {
		case err != nil:
			return err
		case len(o.settings) == 0:
			return usagef("say by --set what is different, as --set max_size=4GiB")
		case len(o.profiles) > 1:
			return usagef("settings are tried in one profile")
		}
		body := map[string]any{"settings": o.settings, "profile": strings.Join(o.profiles, "")}
		return rankAnswer(ctx, p, "what-if", o, body, func(l *localRank) (rank.Trial, error) { return l.try(ctx, o) }, p.showTrial)
	})
	c.Long = "Shows how a name is judged now and with other settings of the profile. Nothing is changed.\n\n" + forHelp + `

  millrace rank what-if Sintel.2010.2160p.WEB-DL.HEVC-GRP --set resolutions=2160p,1080p --set score.hdr10=100`
	f.add(c)
	c.Flags().StringArrayVar(&f.set, "set", nil, "`SETTING=VALUE` to try, as resolutions='[\"2160p\"]', max_size=4GiB or movie.deny=av1; may be given again")
	return c
}

func (p *program) rankProfile() *cobra.Command {
	c := leaf("profile [NAME]", "Show a profile or a preset with all that its base says", 0, 1, func(ctx context.Context, args []string) error {
		name := "default"
		if len(args) > 0 {
			name = args[0]
		}
		l, err := p.localRank(ctx)
		if err != nil {
			return err
		}
		text, err := core.EffectiveProfile(l.config, name)
		if err != nil {
			return err
		}
		if p.json {
			return p.writeJSON(map[string]string{"name": name, "text": string(l.config.ShowProfile(name)), "effective": text})
		}
		_, err = p.out.Write(hclwrite.Format([]byte(text)))
		return err
	})
	c.Long = `Shows a profile of the configuration, or a preset (` + strings.Join(rank.PresetNames(), ", ") + `), with all that its base says written out,
as it could stand in a configuration.`
	return c
}

// rankAnswer asks the daemon, or the configuration where none runs, and shows the answer. A configuration that is named is
// asked itself, unless the daemon that it leads to runs.
func rankAnswer[T any](ctx context.Context, p *program, call string, o rankOrder, body map[string]any, local func(*localRank) (T, error), text func(T) error) error {
	c, err := p.daemon(ctx)
	if err != nil {
		return err
	}
	if _, ok := body["a"]; !ok {
		n := o.names[0]
		body["name"], body["size"], body["cached"] = n.Name, n.Size, n.Cached
		if n.Seeders != nil {
			body["seeders"] = *n.Seeders
		}
	}
	if o.target != nil {
		body["for"] = o.target
	}
	a, err := ask[T](ctx, c, request{method: http.MethodPost, path: "/rank/" + call, body: body})
	switch {
	case errors.Is(err, errNotRunning):
		return rankLocally(ctx, p, local, text)
	case err != nil:
		return err
	case p.json:
		return p.writeJSON(a.raw)
	}
	return text(a.value)
}

func rankLocally[T any](ctx context.Context, p *program, local func(*localRank) (T, error), text func(T) error) error {
	l, err := p.localRank(ctx)
	if err != nil {
		return err
	}
	value, err := local(l)
	switch {
	case err != nil:
		return settingError(err)
	case p.json:
		return p.writeJSON(value)
	}
	return text(value)
}

// settingError adds the place of what is wrong to a mistake.
func settingError(err error) error {
	var e *sdk.Error
	if errors.As(err, &e) && strings.HasPrefix(e.Attribute, "settings.") {
		return fmt.Errorf("%s: %w", strings.TrimPrefix(e.Attribute, "settings."), err)
	}
	return err
}

// colourful reports whether a stream shows colours: it is a terminal, and nobody asked for none (no-color.org).
func colourful(terminal bool) bool { return terminal && os.Getenv("NO_COLOR") == "" }
