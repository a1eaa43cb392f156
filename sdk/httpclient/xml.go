package httpclient

import (
	"bytes"
	"encoding/xml"
	"io"
	"regexp"
	"strconv"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
)

var (
	xmlCharset   = regexp.MustCompile(`^\s*<\?xml[^>]*encoding=["']([^"']*)["']`)
	xmlNumberRef = regexp.MustCompile(`&#(x[0-9a-fA-F]{1,8}|[0-9]{1,10});`)
)

// DecodeXML decodes an XML document as feeds are found in the wild: with a byte order mark, with HTML's entities, with
// control characters, with a lone ampersand, and in UTF-8 whatever it declares, or in what it declares, or in Windows-1252.
func DecodeXML(data []byte, out any) error {
	d := xml.NewDecoder(bytes.NewReader(cleanXML(toUTF8(data))))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // it is UTF-8 by now
	return d.Decode(out)
}

func toUTF8(data []byte) []byte {
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		return decodeWith(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), data)
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if utf8.Valid(data) {
		return data
	}
	if m := xmlCharset.FindSubmatch(data[:min(len(data), 200)]); m != nil {
		if e, err := htmlindex.Get(string(m[1])); err == nil && e != unicode.UTF8 {
			return decodeWith(e, data)
		}
	}
	return decodeWith(charmap.Windows1252, data)
}

func decodeWith(e encoding.Encoding, data []byte) []byte {
	out, err := e.NewDecoder().Bytes(data)
	if err != nil {
		return bytes.ToValidUTF8(data, []byte("\uFFFD"))
	}
	return out
}

// cleanXML drops the characters that XML forbids, written out or by number.
func cleanXML(data []byte) []byte {
	data = bytes.Map(func(r rune) rune {
		if !allowedInXML(r) {
			return -1
		}
		return r
	}, data)
	return xmlNumberRef.ReplaceAllFunc(data, func(ref []byte) []byte {
		text, base := string(ref[2:len(ref)-1]), 10
		if text[0] == 'x' {
			text, base = text[1:], 16
		}
		n, err := strconv.ParseUint(text, base, 31)
		if err != nil || !allowedInXML(rune(n)) {
			return nil
		}
		return ref
	})
}

func allowedInXML(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' ||
		r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= 0x10FFFF
}
