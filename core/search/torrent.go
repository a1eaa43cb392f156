package search

import (
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/torznab"
)

// errTorrent says that bytes are no .torrent of the first version (BEP 3).
var errTorrent = errors.New("not a v1 .torrent file")

// Metainfo is what is read of a .torrent.
type Metainfo struct {
	Hash    string // 40 lower-case hex digits
	Name    string
	Size    int64 // of all files
	Files   []sdk.File
	Private bool
}

// ParseMetainfo reads a .torrent. The hash is taken over the bytes of the info dictionary as they stand, so that an
// unusual encoding does not change it.
func ParseMetainfo(b []byte) (Metainfo, error) {
	d := &bdecoder{b: b}
	v, err := d.value(0)
	root, ok := v.(map[string]any)
	if err != nil || !ok || d.infoEnd == 0 {
		return Metainfo{}, errTorrent
	}
	info, ok := root["info"].(map[string]any)
	if !ok {
		return Metainfo{}, errTorrent
	}
	if _, v1 := info["pieces"].(string); !v1 {
		return Metainfo{}, errTorrent
	}
	sum := sha1.Sum(b[d.infoStart:d.infoEnd])
	m := Metainfo{Hash: hex.EncodeToString(sum[:]), Name: text(info, "name")}
	private, _ := info["private"].(int64)
	m.Private = private == 1
	if err := m.readFiles(info); err != nil {
		return Metainfo{}, err
	}
	return m, nil
}

func (m *Metainfo) readFiles(info map[string]any) error {
	list, several := info["files"].([]any)
	if !several {
		m.Size, _ = info["length"].(int64)
		m.Files = []sdk.File{{Index: 0, Path: m.Name, Size: m.Size}}
		return nil
	}
	for i, v := range list {
		f, _ := v.(map[string]any)
		size, ok := f["length"].(int64)
		parts, _ := f["path.utf-8"].([]any)
		if parts == nil {
			parts, _ = f["path"].([]any)
		}
		path := []string{m.Name}
		for _, p := range parts {
			if s, isText := p.(string); isText {
				path = append(path, s)
			}
		}
		if !ok || size < 0 || len(path) == 1 {
			return errTorrent
		}
		m.Size += size
		m.Files = append(m.Files, sdk.File{Index: i, Path: strings.Join(path, "/"), Size: size})
	}
	return nil
}

func text(d map[string]any, key string) string {
	if s, ok := d[key+".utf-8"].(string); ok {
		return s
	}
	s, _ := d[key].(string)
	return s
}

// bdecoder reads bencoding (BEP 3) and notes where the root's info dictionary lies.
type bdecoder struct {
	b                  []byte
	at                 int
	infoStart, infoEnd int
}

// deepest is how far lists and dictionaries may nest: real ones stay under ten.
const deepest = 32

func (d *bdecoder) value(depth int) (any, error) {
	if d.at >= len(d.b) || depth > deepest {
		return nil, errTorrent
	}
	switch c := d.b[d.at]; {
	case c == 'i':
		d.at++
		return d.integer('e')
	case c == 'l':
		return d.list(depth)
	case c == 'd':
		return d.dict(depth)
	case c >= '0' && c <= '9':
		return d.str()
	}
	return nil, errTorrent
}

func (d *bdecoder) integer(end byte) (int64, error) {
	i := strings.IndexByte(string(d.b[d.at:min(d.at+24, len(d.b))]), end)
	if i < 1 {
		return 0, errTorrent
	}
	n, err := strconv.ParseInt(string(d.b[d.at:d.at+i]), 10, 64)
	d.at += i + 1
	return n, err
}

func (d *bdecoder) str() (string, error) {
	n, err := d.integer(':')
	if err != nil || n < 0 || n > int64(len(d.b)-d.at) {
		return "", errTorrent
	}
	s := string(d.b[d.at : d.at+int(n)])
	d.at += int(n)
	return s, nil
}

func (d *bdecoder) list(depth int) (any, error) {
	d.at++
	l := []any{}
	for d.at < len(d.b) && d.b[d.at] != 'e' {
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		l = append(l, v)
	}
	if d.at >= len(d.b) {
		return nil, errTorrent
	}
	d.at++
	return l, nil
}

func (d *bdecoder) dict(depth int) (any, error) {
	d.at++
	m := map[string]any{}
	for d.at < len(d.b) && d.b[d.at] != 'e' {
		k, err := d.str()
		if err != nil {
			return nil, err
		}
		start := d.at
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if depth == 0 && k == "info" {
			d.infoStart, d.infoEnd = start, d.at
		}
		m[k] = v
	}
	if d.at >= len(d.b) {
		return nil, errTorrent
	}
	d.at++
	return m, nil
}

// ParseMagnet reads the info-hash and the name of a magnet link (BEP 9): 40 hex digits, or 32 of base 32.
func ParseMagnet(magnet string) (hash, name string, err error) {
	u, err := url.Parse(strings.TrimSpace(magnet))
	if err != nil || u.Scheme != "magnet" {
		return "", "", errors.New("not a magnet link, which begins with magnet:?xt=urn:btih: and a hash")
	}
	q := u.Query()
	for _, xt := range q["xt"] {
		if id, ok := strings.CutPrefix(xt, "urn:btih:"); ok {
			if hash = torznab.NormalHash(id); hash != "" {
				return hash, q.Get("dn"), nil
			}
		}
	}
	return "", "", errors.New("the magnet link holds no v1 info-hash (xt=urn:btih:…)")
}

// Magnet makes a magnet link of a hash with every tracker that the given links name.
func Magnet(hash, name string, known ...string) string {
	var b strings.Builder
	b.WriteString("magnet:?xt=urn:btih:" + hash)
	if name != "" {
		b.WriteString("&dn=" + url.QueryEscape(name))
	}
	seen := map[string]bool{}
	for _, k := range known {
		u, err := url.Parse(k)
		if err != nil {
			continue
		}
		for _, tr := range u.Query()["tr"] {
			if !seen[tr] {
				seen[tr] = true
				b.WriteString("&tr=" + url.QueryEscape(tr))
			}
		}
	}
	return b.String()
}
