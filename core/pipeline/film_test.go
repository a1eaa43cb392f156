package pipeline

import (
	"path"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/sdk"
)

func TestAFilmHasAllItsParts(t *testing.T) {
	t.Parallel()
	const folder = "/mnt/movies/Sintel (2010)/"
	tests := map[string]struct {
		files []string // of the release
		keep  []string // of these
		paths []string // where they stand
		parts []int
	}{
		"a film on two CDs is both, in their order": {
			[]string{"Sintel.2010.DVDRip.CD2.avi", "Sintel.2010.DVDRip.CD1.avi"},
			[]string{"Sintel.2010.DVDRip.CD1.avi", "Sintel.2010.DVDRip.CD2.avi"},
			[]string{folder + "Sintel (2010) - cd1.avi", folder + "Sintel (2010) - cd2.avi"}, []int{1, 2},
		},
		"a film on a DVD is the files of its title, without the menus": {
			[]string{
				"Sintel.2010.DVD5/VIDEO_TS/VIDEO_TS.VOB", "Sintel.2010.DVD5/VIDEO_TS/VTS_01_0.VOB", "Sintel.2010.DVD5/VIDEO_TS/VTS_01_1.VOB",
				"Sintel.2010.DVD5/VIDEO_TS/VTS_01_2.VOB", "Sintel.2010.DVD5/VIDEO_TS/VTS_01_3.VOB", "Sintel.2010.DVD5/VIDEO_TS/VTS_02_1.VOB",
			},
			[]string{
				"Sintel.2010.DVD5/VIDEO_TS/VTS_01_1.VOB", "Sintel.2010.DVD5/VIDEO_TS/VTS_01_2.VOB", "Sintel.2010.DVD5/VIDEO_TS/VTS_01_3.VOB",
			},
			[]string{folder + "Sintel (2010) - cd1.vob", folder + "Sintel (2010) - cd2.vob", folder + "Sintel (2010) - cd3.vob"}, []int{1, 2, 3},
		},
		"a film in one file has no part in its name, whatever the file is called": {
			[]string{"Sintel.2010.DVDRip.CD1.avi"}, []string{"Sintel.2010.DVDRip.CD1.avi"}, []string{folder + "Sintel (2010).avi"}, []int{0},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			w.a.ready(hashA, tt.files...)
			id := w.film()
			w.must(id, library.StepDownload, library.StepRegister)
			w.state(id, library.StateCompleted)
			if d := cmp.Diff(w.paths(id), tt.paths); d != "" {
				t.Errorf("got before want:\n%s", d)
			}
			files, err := w.db.FilesOf(t.Context(), id)
			w.ok(err)
			var keep []string
			var parts []int
			for _, f := range files {
				keep, parts = append(keep, f.Path), append(parts, f.Part)
			}
			if d := cmp.Diff(keep, tt.keep) + cmp.Diff(parts, tt.parts); d != "" {
				t.Errorf("got before want:\n%s", d)
			}
		})
	}
}

func TestAFilmThatLacksAPartIsNotTaken(t *testing.T) {
	t.Parallel()
	for name, files := range map[string][]string{
		"the first":         {"Sintel.2010.CD2.avi"},
		"one in the middle": {"Sintel.2010.CD1.avi", "Sintel.2010.CD3.avi"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			w.a.ready(hashA, files...)
			id := w.film()
			w.must(id, library.StepDownload)
			w.state(id, library.StateScraped)
			if got := w.candidates(id)[hashA]; got != db.CandidateFailed || len(w.a.removed) != 1 {
				t.Errorf("the release is %s, and %v were removed from the account", got, w.a.removed)
			}
		})
	}
}

func TestAFilmThatLosesAPartLosesAll(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.a.ready(hashA, "Sintel.2010.CD1.avi", "Sintel.2010.CD2.avi")
	id := w.film()
	w.must(id, library.StepDownload, library.StepRegister)
	files, err := w.db.FilesOf(t.Context(), id)
	w.ok(err)
	l := lost{world: w, id: id, file: files[1]}
	l.pl, err = w.db.Placement(t.Context(), "a", l.file.Release)
	w.ok(err)
	l.says(sdk.Gone)
	l.later()
	l.says(sdk.Gone)
	w.state(id, library.StateScraped)
	if left, err := w.db.FilesOf(t.Context(), id); err != nil || len(left) > 0 {
		t.Errorf("%v are left, %v", left, err)
	}
	var told []string
	for _, call := range w.server.calls {
		for _, c := range call {
			told = append(told, string(c.Kind)+" "+path.Base(c.Path))
		}
	}
	if d := cmp.Diff(told, []string{"deleted Sintel (2010) - cd1.avi", "deleted Sintel (2010) - cd2.avi"}); d != "" {
		t.Errorf("media servers are told, before what they should be:\n%s", d)
	}
	w.b.ready(hashB, "Sintel.2010.720p.mkv")
	w.must(id, library.StepDownload, library.StepRegister)
	if d := cmp.Diff(w.paths(id), []string{"/mnt/movies/Sintel (2010)/Sintel (2010).mkv"}); d != "" {
		t.Errorf("got before want:\n%s", d)
	}
}
