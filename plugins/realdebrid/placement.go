package realdebrid

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/millrace-media/millrace/sdk"
)

// Statuses of a torrent, from the documentation of GET /torrents.
const (
	statusConversion = "magnet_conversion"
	statusSelection  = "waiting_files_selection"
	statusQueued     = "queued"
	statusDownload   = "downloading"
	statusDownloaded = "downloaded"
	statusCompress   = "compressing"
	statusUpload     = "uploading"
)

// state tells how far a torrent is. A status that we do not know is taken for one on its way: only what the service says
// has failed has failed.
func (t torrent) state() (sdk.PlacementState, string) {
	switch string(t.Status) {
	case statusDownloaded:
		return sdk.PlacementReady, ""
	case statusConversion, statusSelection, statusQueued:
		return sdk.PlacementQueued, ""
	case "magnet_error":
		return sdk.PlacementFailed, "Real-Debrid cannot read the magnet"
	case "error":
		return sdk.PlacementFailed, "Real-Debrid failed to download it"
	case "virus":
		return sdk.PlacementFailed, "Real-Debrid found a virus in it"
	case "dead":
		return sdk.PlacementFailed, "it has no seeders"
	}
	return sdk.PlacementDownloading, ""
}

// preference orders torrents of one hash, the best the highest.
func preference(t torrent) int {
	state, _ := t.state()
	return slices.Index([]sdk.PlacementState{sdk.PlacementFailed, sdk.PlacementQueued, sdk.PlacementDownloading, sdk.PlacementReady}, state)
}

// placement tells of a torrent in the host's words.
func (t torrent) placement() sdk.Placement {
	p := sdk.Placement{
		ID: string(t.ID), Hash: strings.ToLower(string(t.Hash)), Name: t.name(),
		Progress: min(max(float64(t.Progress)/100, 0), 1), Files: t.files(),
	}
	p.State, p.Message = t.state()
	p.Retry = t.retry(p.State)
	if p.State == sdk.PlacementReady && t.packed() {
		p.State, p.Message = sdk.PlacementFailed, packedMessage
	}
	return p
}

const packedMessage = "Real-Debrid packed the files into an archive"

// retry estimates when to look again.
func (t torrent) retry(state sdk.PlacementState) time.Duration {
	switch {
	case state == sdk.PlacementQueued:
		return 5 * time.Second
	case state != sdk.PlacementDownloading:
		return 0
	case t.Speed <= 0:
		return 30 * time.Second
	}
	left := float64(t.Bytes) * (100 - float64(t.Progress)) / 100 / float64(t.Speed)
	return min(max(time.Duration(left)*time.Second, 5*time.Second), 5*time.Minute)
}

func (t torrent) name() string {
	if t.OriginalFilename != "" {
		return string(t.OriginalFilename)
	}
	return string(t.Filename)
}

// files lists every file. Those that were selected are ready once the torrent is and has a link for each.
func (t torrent) files() []sdk.File {
	var files []sdk.File
	ready := string(t.Status) == statusDownloaded && !t.packed()
	for _, f := range t.Files {
		files = append(files, sdk.File{
			Index: int(f.ID) - 1, Path: t.path(f), Size: int64(f.Bytes), ID: f.id(), Ready: ready && bool(f.Selected),
		})
	}
	return files
}

func (f torrentFile) id() string { return strconv.FormatInt(int64(f.ID), 10) }

// path puts the torrent's name, which the service leaves out, before the path of a file that is not alone.
func (t torrent) path(f torrentFile) string {
	p := strings.TrimPrefix(string(f.Path), "/")
	if name := t.name(); len(t.Files) > 1 && name != "" && !strings.HasPrefix(p, name+"/") {
		return name + "/" + p
	}
	return p
}

// packed reports whether the links do not stand for the selected files one by one: the service has put them into archives.
// A file cannot be read out of these, and the selection of a torrent cannot be changed.
func (t torrent) packed() bool {
	return t.Files != nil && len(t.Links) != len(t.selected())
}

func (t torrent) selected() []torrentFile {
	var out []torrentFile
	for _, f := range t.Files {
		if f.Selected {
			out = append(out, f)
		}
	}
	return out
}

// link gives the hoster link of a file: the links are in the order of the selected files.
func (t torrent) link(want sdk.File) (string, bool) {
	for i, f := range t.selected() {
		if i < len(t.Links) && t.is(f, want) {
			return t.Links[i], true
		}
	}
	return "", false
}

// is compares by the service's id, and by path and size where the host has none.
func (t torrent) is(f torrentFile, want sdk.File) bool {
	if want.ID != "" {
		return f.id() == want.ID
	}
	return t.path(f) == want.Path && (want.Size <= 0 || want.Size == int64(f.Bytes))
}

var sample = regexp.MustCompile(`(?i)(^|[/._ -])sample([/._ -]|$)`)

// playable picks the ids of the files worth selecting: videos, without the samples beside them. Subtitles are left
// out, because the service may pack a selection of several kinds of file into one archive.
func (t torrent) playable() []string {
	var largest int64
	for _, f := range t.Files {
		if isVideo(string(f.Path)) {
			largest = max(largest, int64(f.Bytes))
		}
	}
	var ids []string
	for _, f := range t.Files {
		isSample := sample.MatchString(string(f.Path)) && int64(f.Bytes) < largest/2
		if isVideo(string(f.Path)) && !isSample {
			ids = append(ids, f.id())
		}
	}
	return ids
}

func isVideo(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".mkv", ".mp4", ".avi", ".mov", ".m4v", ".webm", ".wmv", ".flv", ".mpg", ".mpeg", ".m2ts", ".mts", ".ts", ".vob", ".ogm", ".ogv", ".divx", ".3gp", ".asf", ".rmvb":
		return true
	}
	return false
}

func isArchive(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".rar", ".zip", ".7z":
		return true
	}
	return false
}
