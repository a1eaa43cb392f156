package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/go-cmp/cmp"
)

// tree lists the files of a folder and their sizes, by their paths below it.
func tree(dir string) (map[string]int64, error) {
	out := map[string]int64{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		out[rel] = info.Size()
		return err
	})
	return out, err
}

// digest reads a whole file.
func digest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// played reads every file of the mount whole and tells, by its path, which file of which release its bytes are.
func (d *daemon) played() map[string]string {
	d.t.Helper()
	known := map[string]string{}
	for _, o := range d.scene.world.Originals() {
		known[fmt.Sprint(o.SHA256, o.Size)] = o.Path
	}
	files, err := tree(d.mount())
	if err != nil {
		d.t.Fatal(err)
	}
	out := map[string]string{}
	for path, size := range files {
		sum, err := digest(filepath.Join(d.mount(), path))
		if err != nil {
			d.t.Errorf("read %s: %v", path, err)
		}
		name, ok := known[fmt.Sprint(sum, size)]
		if !ok {
			name = "bytes of no original"
		}
		out[path] = name
	}
	return out
}

// plays fails the test unless the mount holds these files, each with the bytes of the original named.
func (d *daemon) plays(want map[string]string) {
	d.t.Helper()
	if diff := cmp.Diff(want, d.played()); diff != "" {
		d.t.Errorf("the mount differs (-want +got):\n%s", diff)
	}
}

// waitTree waits until the mount holds these files.
func (d *daemon) waitTree(paths ...string) {
	d.t.Helper()
	d.scene.wait(fmt.Sprint("the mount to hold ", paths), func() bool {
		files, err := tree(d.mount())
		if err != nil {
			return false // the mount comes and goes with the daemon
		}
		for _, p := range paths {
			if _, ok := files[p]; !ok {
				return false
			}
		}
		return len(files) == len(paths)
	})
}

// Where titles of the world stand in the mount, and what plays there when the best release that works was taken.
const (
	bunnyPath     = "movies/Big Buck Bunny (2008) {tmdb-10378}/Big Buck Bunny (2008).mkv"
	bunnyFile     = "Big.Buck.Bunny.2008.1080p.WEB-DL.DDP5.1.H.264-MILL.mkv"
	sintelPath    = "movies/Sintel (2010) {tmdb-45745}/Sintel (2010).mkv"
	sintelFile    = "Sintel.2010.1080p.WEB-DL.AAC2.0.H.264-MILL.mkv"
	tearsPath     = "movies/Tears of Steel (2012) {tmdb-133701}/Tears of Steel (2012).mkv"
	tearsFile     = "Tears.of.Steel.2012.1080p.WEB-DL.DDP5.1.H.264-MILL.mkv"
	elephantsPath = "movies/Elephants Dream (2006) {tmdb-9761}/Elephants Dream (2006).mkv"
	elephantsFile = "Elephants.Dream.2006.1080p.WEB-DL.AAC2.0.H.264-MILL.mkv"
)

func episodePath(season, episode int) string {
	return fmt.Sprintf("shows/The Mill on the Race (2021) {tvdb-990001}/Season %02d/The Mill on the Race - s%02de%02d.mkv", season, season, episode)
}

func episodeFile(season, episode int) string {
	return fmt.Sprintf("The.Mill.on.the.Race.S%02dE%02d.1080p.WEB-DL.DDP5.1.H.264-MILL.mkv", season, episode)
}

// episodes is what the mount holds of the show.
func episodes(season int, numbers ...int) map[string]string {
	out := map[string]string{}
	for _, n := range numbers {
		out[episodePath(season, n)] = episodeFile(season, n)
	}
	return out
}

func keys(m map[string]string) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	return out
}
