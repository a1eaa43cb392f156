package world

import (
	"crypto/md5"
	"crypto/sha1"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// archive is a library of items in the manner of the Internet Archive: advanced search, metadata, downloads with ranges, and a torrent
// an item whose only source is the library itself, as a web seed.
type archive struct {
	w     *World
	self  func() string
	items []*archiveItem
}

// archiveItem is one item: its torrent, which is named after the identifier, and what is known of it.
type archiveItem struct {
	id      string
	rel     *release
	title   string
	year    int
	imdb    string
	licence string // URL, or none
	rights  string
}

// Licences of the items. The films are under Creative Commons Attribution; what has no free licence must be left alone.
const (
	licenceBy   = "http://creativecommons.org/licenses/by/3.0/"
	licenceNone = "https://example.invalid/all-rights-reserved"
)

// newArchive makes the items: a free one for each film, one that is not free, and one that says nothing about a licence.
func newArchive(w *World, self func() string) (*archive, error) {
	a := &archive{w: w, self: self}
	for _, t := range w.titles {
		if t.series() {
			continue
		}
		id := "sandbox-" + strings.ReplaceAll(strings.ToLower(t.name), " ", "-") + "-" + strconv.Itoa(t.year)
		a.items = append(a.items, &archiveItem{id: id, title: t.name, year: t.year, imdb: t.imdb, licence: licenceBy})
	}
	a.items = append(a.items,
		&archiveItem{id: "sandbox-tears-of-steel-2012-broadcast", title: "Tears of Steel (broadcast recording)", year: 2012, imdb: TearsOfSteel, licence: licenceNone, rights: "All rights reserved"},
		&archiveItem{id: "sandbox-sintel-2010-upload", title: "Sintel full movie HD", year: 2010, imdb: Sintel})
	for _, it := range a.items {
		if err := it.make(); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// make derives the item's files and torrent: an original, a smaller derivative, and the metadata as XML.
func (it *archiveItem) make() error {
	it.rel = &release{entry: entry{name: it.id, imdb: it.imdb, ext: ".mp4", debrid: Uncached, dead: true, web: true}}
	base := strings.ReplaceAll(it.title, " ", "_")
	for _, p := range []string{base + ".mp4", base + "_512kb.mp4"} {
		size := 2_400_000 + int64(seedOf(it.id+p)%300_000)
		if strings.HasSuffix(p, "_512kb.mp4") {
			size = 1_000_000 + int64(seedOf(it.id+p)%100_000)
		}
		it.rel.files = append(it.rel.files, file{path: p, content: newContent(it.id, p, size)})
	}
	meta := it.id + "_meta.xml"
	it.rel.files = append(it.rel.files, file{path: meta, content: newContent(it.id, meta, 0)})
	return it.rel.seal(false)
}

func (a *archive) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /advancedsearch.php", a.search)
	mux.HandleFunc("GET /metadata/{id}", a.metadata)
	mux.HandleFunc("GET /download/{id}/{path...}", a.download)
	mux.HandleFunc("GET /1/items/{id}/{path...}", a.node)
	return mux
}

// item finds an item.
func (a *archive) item(id string) *archiveItem {
	for _, it := range a.items {
		if it.id == id {
			return it
		}
	}
	return nil
}

// search answers GET /advancedsearch.php with q, fl[], rows (default 50), page (from 1) and output=json, in the order of the items.
func (a *archive) search(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("output") != "json" {
		http.Error(w, "this library speaks output=json only", http.StatusBadRequest)
		return
	}
	found := []*archiveItem{}
	for _, it := range a.items {
		if matchesQuery(a.fields(it), q.Get("q")) {
			found = append(found, it)
		}
	}
	rows := max(atoi(q.Get("rows"), 50), 0)
	start := min(rows*(max(atoi(q.Get("page"), 1), 1)-1), len(found))
	docs := []any{}
	for _, it := range found[start:min(start+rows, len(found))] {
		docs = append(docs, a.doc(it, append(q["fl[]"], q["fl"]...)))
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"responseHeader": map[string]any{"status": 0, "QTime": 1, "params": map[string]any{"query": q.Get("q"), "rows": strconv.Itoa(rows), "start": start, "wt": "json"}},
		"response":       map[string]any{"numFound": len(found), "start": start, "docs": docs},
	})
}

// doc is an item in a search answer: the fields asked for, all if none were.
func (a *archive) doc(it *archiveItem, fields []string) map[string]any {
	all, out := a.fields(it), map[string]any{}
	for _, list := range fields {
		for name := range strings.SplitSeq(list, ",") {
			if v, ok := all[name]; ok {
				out[name] = v
			}
		}
	}
	if len(fields) == 0 {
		return all
	}
	return out
}

// fields are an item's search fields; year is a number here, and a string in its metadata, as in the original.
func (a *archive) fields(it *archiveItem) map[string]any {
	m := a.describe(it)
	m["year"], m["item_size"], m["btih"], m["downloads"] = it.year, it.rel.size(), it.rel.hash.HexString(), 1000+it.year
	return m
}

// describe is an item's metadata. A field that repeats is a list, one that does not is a string: clients must take both.
func (a *archive) describe(it *archiveItem) map[string]any {
	m := map[string]any{
		"identifier": it.id, "title": it.title, "year": strconv.Itoa(it.year), "date": fmt.Sprintf("%d-01-01", it.year), "mediatype": "movies", "creator": "Blender Foundation",
		"description": "<p>" + it.title + ", in a version of ten seconds.</p>", "collection": []string{"sandbox_films", "opensource_movies"},
		"external-identifier": "urn:imdb:" + it.imdb, "publicdate": "2020-09-13 12:26:40",
	}
	if it.imdb == Sintel {
		m["collection"], m["external-identifier"] = "opensource_movies", []string{"urn:x-sandbox:1", "urn:imdb:" + it.imdb}
	}
	if it.licence != "" {
		m["licenseurl"] = it.licence
	}
	if it.rights != "" {
		m["rights"] = it.rights
	}
	return m
}

// metadata answers GET /metadata/{identifier}; of an item that does not exist it says {} with 200, as the original.
func (a *archive) metadata(w http.ResponseWriter, r *http.Request) {
	it := a.item(r.PathValue("id"))
	if it == nil {
		writeJSON(w, http.StatusOK, map[string]any{})
		return
	}
	files, err := a.files(it)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	host := strings.TrimPrefix(a.self(), "http://")
	writeJSON(w, http.StatusOK, map[string]any{
		"created": clipTime.Unix(), "item_last_updated": clipTime.Unix(), "d1": host, "d2": host, "server": host, "workable_servers": []string{host}, "dir": "/1/items/" + it.id, "uniq": seedOf(it.id) % 1_000_000_000,
		"files": files, "files_count": len(files), "item_size": it.rel.size(), "metadata": a.describe(it),
	})
}

// files lists what can be downloaded; sizes are strings. The torrent's entry carries the info hash as btih.
func (a *archive) files(it *archiveItem) ([]any, error) {
	out := []any{}
	for i, f := range it.rel.files {
		m := map[string]any{"name": f.path, "size": strconv.FormatInt(f.size, 10), "mtime": strconv.FormatInt(clipTime.Unix(), 10), "md5": f.sum(md5.New()), "sha1": f.sum(sha1.New())}
		switch {
		case i == 0:
			m["source"], m["format"], m["length"], m["width"], m["height"] = "original", "MPEG4", "10.02", "320", "180"
		case f.video():
			m["source"], m["format"], m["original"], m["length"] = "derivative", "512Kb MPEG4", it.rel.files[0].path, "10.02"
		default:
			m["source"], m["format"] = "metadata", "Metadata"
		}
		out = append(out, m)
	}
	torrent, err := it.rel.metainfo(a.w.announce())
	if err != nil {
		return nil, err
	}
	name := it.id + "_archive.torrent"
	return append(out, map[string]any{"name": name, "source": "metadata", "format": "Archive BitTorrent", "btih": it.rel.hash.HexString(), "size": strconv.Itoa(len(torrent)), "mtime": strconv.FormatInt(clipTime.Unix(), 10)}), nil
}

// download answers GET /download/{identifier}/{file} with a redirect to the node that has the item, as the original.
func (a *archive) download(w http.ResponseWriter, r *http.Request) {
	it := a.item(r.PathValue("id"))
	if it == nil {
		http.NotFound(w, r)
		return
	}
	http.Redirect(w, r, a.self()+"/1/items/"+it.id+"/"+escapePath(r.PathValue("path")), http.StatusFound)
}

// node serves an item's file from the node, and its torrent.
func (a *archive) node(w http.ResponseWriter, r *http.Request) {
	it := a.item(r.PathValue("id"))
	if it == nil {
		http.NotFound(w, r)
		return
	}
	if r.PathValue("path") == it.id+"_archive.torrent" {
		body, err := it.rel.metainfo(a.w.announce())
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		writeBody(w, http.StatusOK, "application/x-bittorrent", body)
		return
	}
	f, ok := it.rel.file(r.PathValue("path"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	a.w.webSeed.send(w, r, it.rel, f)
}
