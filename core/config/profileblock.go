package config

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"

	"github.com/millrace-media/millrace/sdk"
)

// noBase is written for a profile that starts from nothing.
const noBase = "none"

const maxPoints = 1e6

// profileBlock describes a profile. Which names of properties there are, the ranking knows.
func profileBlock() block {
	b := block{name: "profile", labeled: true, defaults: []string{defaultProfile}, attrs: append([]attr{
		text("base", "What holds where the profile says nothing: a preset, or none.").or(`"balanced"`).oneOf("balanced", "best", "small", "anime", noBase),
	}, layerAttrs()...), blocks: append(layerBlocks(), block{name: "limit", attrs: []attr{
		count("resolution", "Most releases to keep of each resolution; 0 is no limit."),
		count("source", "Most releases to keep of each source; 0 is no limit."),
		count("group", "Most releases to keep of each group; 0 is no limit."),
		count("total", "Most releases to keep; 0 is no limit."),
	}})}
	for _, kind := range []string{"movie", "show", "anime"} {
		b.blocks = append(b.blocks, block{name: kind, quiet: true, attrs: layerAttrs(), blocks: layerBlocks()})
	}
	return b
}

func count(name, doc string) attr { return typed(sdk.TypeInt, name, doc).between(0, 1000) }

// boundAttrs are bounds of a film or of one episode.
func boundAttrs() []attr {
	const gigabit = 1000
	return []attr{
		typed(sdk.TypeSize, "min_size", "Smallest size of a film or an episode; 0 is no limit."),
		typed(sdk.TypeSize, "max_size", "Largest size of a film or an episode; 0 is no limit."),
		typed(sdk.TypeNumber, "min_bitrate", "Lowest bitrate in Mbit/s, where the runtime is known; 0 is no limit.").between(0, gigabit),
		typed(sdk.TypeNumber, "max_bitrate", "Highest bitrate in Mbit/s, where the runtime is known; 0 is no limit.").between(0, gigabit),
	}
}

// layerAttrs are the arguments that a profile and its parts for one kind of title have in common.
func layerAttrs() []attr {
	return append([]attr{
		typed(sdk.TypeStrings, "resolutions", "Resolutions to take, best first."),
		typed(sdk.TypeStrings, "sources", "Sources to take; any if empty."),
		typed(sdk.TypeStrings, "codecs", "Codecs of the picture to take; any if empty."),
		text("mode", "Whether the score decides within a tier only, or alone.").oneOf("tiers", "flat"),
		typed(sdk.TypeStrings, "languages", "Languages of the sound to take, best first, as en; any if empty."),
		typed(sdk.TypeStrings, "subtitles", "Languages of subtitles that are better to have, best first."),
		text("prefer_size", `Which size is best: "larger", "smaller", "any" or one to be close to, as "4GB".`),
		typed(sdk.TypeNumber, "prefer_bitrate", "Bitrate in Mbit/s to be close to, where the runtime is known; 0 is none.").between(0, 1000),
		typed(sdk.TypeInt, "size_score", "Points for a size that is just as preferred; fewer the further it is.").between(0, maxPoints),
		typed(sdk.TypeMap, "score", "Points for what a release has, over those of the base.").checked(checkPoints),
		typed(sdk.TypeInt, "min_score", "Least score of a release.").between(-1e9, 1e9),
		typed(sdk.TypeStrings, "allow", "What to take although the base, or reject, does not."),
		typed(sdk.TypeStrings, "deny", "What to reject beside what the base, or reject, does."),
	}, boundAttrs()...)
}

// layerBlocks are their blocks.
func layerBlocks() []block {
	points := func(doc string) attr { return typed(sdk.TypeInt, "score", doc).between(-maxPoints, maxPoints) }
	condition := func(name, doc string) block {
		return block{name: name, attrs: []attr{
			typed(sdk.TypeStrings, "any", doc+" any of these: a source, a codec or the like."),
			typed(sdk.TypeStrings, "all", doc+" all of these."),
			typed(sdk.TypeStrings, "match", doc+" a name that matches any of these patterns.").checked(checkPattern),
			typed(sdk.TypeStrings, "when", doc+" what makes any of these expressions true."),
		}}
	}
	return []block{
		{name: "tier", labeled: true, attrs: append([]attr{
			typed(sdk.TypeStrings, "resolutions", "Resolutions of the tier; any if empty."),
			typed(sdk.TypeStrings, "sources", "Sources of the tier; any if empty."),
			typed(sdk.TypeStrings, "has", "What else a release of the tier must have, all of it."),
		}, boundAttrs()...)},
		{name: "prefer", labeled: true, dotted: true, attrs: []attr{
			points("Points for a release that has it; negative ones count against it.").required(),
			text("match", "Pattern that the name must match, for a rule of your own.").checked(checkPattern),
			text("when", "Expression that must be true, for a rule of your own."),
		}},
		{name: "group", labeled: true, attrs: []attr{
			typed(sdk.TypeStrings, "names", "Names of release groups.").required(),
			points("Points for a release of theirs.").or("0"),
			typed(sdk.TypeBool, "deny", "Take nothing of theirs.").or("false"),
		}},
		{name: "format", labeled: true, attrs: []attr{
			points("Points for a release that meets the conditions."),
			text("json", `A custom format of Sonarr or Radarr instead of conditions, as file("x265-hd.json").`),
			text("app", "Which of the two it is from, where that cannot be seen.").oneOf("sonarr", "radarr"),
			text("scores", "Set of scores in the JSON to take the points from, where score is not written."),
		}, blocks: []block{
			{name: "condition", labeled: true, attrs: []attr{
				text("kind", "What it is about.").oneOf(
					"name", "group", "edition", "language", "size", "resolution", "source", "modifier", "type", "year", "indexer", "flag").required(),
				text("value", "Pattern of a name, group or edition, code of a language, years, or properties parted by commas."),
				typed(sdk.TypeSize, "min_size", "A size must be more than this."),
				typed(sdk.TypeSize, "max_size", "A size must be at most this."),
				typed(sdk.TypeBool, "negate", "It must not be so.").or("false"),
				typed(sdk.TypeBool, "required", "It must hold even where another of its kind does.").or("false"),
			}},
		}},
		condition("require", "Take only releases that have"),
		condition("reject", "Take no release that has"),
	}
}

func checkPoints(s string) error {
	if n, err := strconv.Atoi(s); err != nil || n > maxPoints || n < -maxPoints {
		return fmt.Errorf("%q is not a number of points: write a whole number from -1000000 to 1000000", s)
	}
	return nil
}

// checkPattern checks a pattern of RE2. One with look-around the ranking checks.
func checkPattern(s string) error {
	_, err := regexp.Compile("(?i)" + s)
	var wrong *syntax.Error
	if errors.As(err, &wrong) {
		for _, around := range []string{"(?=", "(?!", "(?<", "(?>"} {
			if strings.Contains(s, around) {
				return nil
			}
		}
		return fmt.Errorf("this is not a pattern: %s near %q", wrong.Code, wrong.Expr)
	}
	return err
}
