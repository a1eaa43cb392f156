package search

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/db/dbtest"
	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/sdk"
)

func TestWhatIsSoughtIsFoundInTheLibraryOrBeyond(t *testing.T) {
	t.Parallel()
	options := dbtest.SQLite(t)
	d := dbtest.Open(t, options)
	add := func(r sdk.Request, episodes ...sdk.Episode) {
		t.Helper()
		err := d.Tx(t.Context(), func(tx *db.Tx) error {
			r.Profile = "best"
			id, _, err := tx.Submit(t.Context(), db.Submission{Request: r})
			if err != nil {
				return err
			}
			it, err := tx.Item(t.Context(), id)
			if err != nil {
				return err
			}
			_, err = tx.SaveTitle(t.Context(), it.Title, sdk.Title{Kind: r.Kind, Name: r.Name, Year: r.Year, IDs: r.IDs, Episodes: episodes}, "test")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	add(sdk.Request{Kind: sdk.Movie, Name: "Sintel", Year: 2010, IDs: sdk.IDs{IMDb: "tt1727587"}})
	add(sdk.Request{Kind: sdk.Show, Name: "The Mill", Year: 2020, IDs: sdk.IDs{IMDb: "tt9000001"}},
		sdk.Episode{Season: 1, Number: 1, Name: "Water"}, sdk.Episode{Season: 1, Number: 2, Name: "Wheel", Absolute: 2})
	add(sdk.Request{Kind: sdk.Movie, Name: "The Race", Year: 1999, IDs: sdk.IDs{IMDb: "tt9000002"}})
	add(sdk.Request{Kind: sdk.Movie, Name: "The Race", Year: 2020, IDs: sdk.IDs{IMDb: "tt9000003"}})
	ask := func(_ context.Context, q sdk.TitleQuery) (sdk.Title, error) {
		if q.IDs.IMDb != "tt2285752" {
			return sdk.Title{}, sdk.Errorf(sdk.NotFound, "nobody knows it")
		}
		return sdk.Title{Kind: sdk.Movie, Name: "Tears of Steel", Year: 2012, IDs: q.IDs}, nil
	}
	one, two := 1, 2
	tests := map[string]struct {
		sought      Sought
		label, name string // and the name of a release that fits
		wrong       string // a part of the error
	}{
		"an item":                       {Sought{Item: 1}, "Sintel (2010)", "Sintel.2010.1080p", ""},
		"an item that is not there":     {Sought{Item: 99}, "", "", "not in the library"},
		"an id":                         {Sought{IDs: sdk.IDs{IMDb: "tt1727587"}}, "Sintel (2010)", "Sintel.2010.1080p", ""},
		"an id of a show":               {Sought{IDs: sdk.IDs{IMDb: "tt9000001"}}, "The Mill (2020)", "The.Mill.Complete.1080p", ""},
		"a season":                      {Sought{IDs: sdk.IDs{IMDb: "tt9000001"}, Season: &one}, "The Mill (2020) S01", "The.Mill.S01.1080p", ""},
		"an episode, by its title":      {Sought{Name: "the mill", Season: &one, Episode: &two}, "The Mill (2020) S01E02", "The.Mill.Wheel.1x02", ""},
		"an episode of no season":       {Sought{Name: "The Mill", Episode: &two}, "The Mill (2020) S01E02", "The.Mill.S01E02", ""},
		"one of two films by its year":  {Sought{Name: "The Race", Year: 1999}, "The Race (1999)", "The.Race.1999.DVDRip", ""},
		"one of two films without one":  {Sought{Name: "The Race"}, "", "", "more than one title"},
		"a film that others know":       {Sought{IDs: sdk.IDs{IMDb: "tt2285752"}}, "Tears of Steel (2012)", "Tears.of.Steel.2012.720p", ""},
		"a film that nobody knows":      {Sought{IDs: sdk.IDs{IMDb: "tt1"}}, "", "", "nobody knows it"},
		"a name that is nowhere":        {Sought{Name: "Big Buck Bunny", Year: 2008}, "Big Buck Bunny (2008)", "Big.Buck.Bunny.2008.720p", ""},
		"an episode of what is nowhere": {Sought{Name: "Pioneer One", Season: &one, Episode: &two}, "Pioneer One S01E02", "Pioneer.One.S01E02", ""},
		"nothing":                       {Sought{Name: " "}, "", "", "names no title"},
	}
	view, closeView, err := db.View(options.Path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = closeView() })
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for how, r := range map[string]db.Reader{"open": d.Reader, "viewed": view} {
				aim, err := Seek(t.Context(), r, tt.sought, ask)
				if tt.wrong != "" {
					if err == nil || !strings.Contains(err.Error(), tt.wrong) {
						t.Errorf("%s: got %v, want %q", how, err, tt.wrong)
					}
					continue
				}
				if err != nil || aim.Label != tt.label {
					t.Fatalf("%s: got %q, %v, want %q", how, aim.Label, err, tt.label)
				}
				parsed := release.Parse(tt.name)
				if m := aim.Target.Match(&parsed); m.State.String() != "yes" {
					t.Errorf("%s: %s is %s, %s", how, tt.name, m.State, m.Code)
				}
			}
		})
	}
	if aim, err := Seek(t.Context(), d.Reader, Sought{Item: 1}, nil); err != nil || aim.Profile != "best" {
		t.Errorf("the item has the profile %q, %v", aim.Profile, err)
	}
	if _, err := (Sought{IDs: sdk.IDs{IMDb: "tt1"}}).Ask(t.Context(), nil); !errors.Is(err, &sdk.Error{Kind: sdk.NotFound}) {
		t.Errorf("with nobody to ask: %v", err)
	}
	if _, _, err := db.View(options.Path + "x"); err == nil {
		t.Error("a library that is not there was opened")
	}
}
