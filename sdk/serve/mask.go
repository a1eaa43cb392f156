package serve

import (
	"encoding/json"
	"io"
	"net/url"
	"reflect"
	"strings"

	"google.golang.org/grpc/status"

	"github.com/millrace-media/millrace/sdk"
)

// minSecret is the shortest secret, in bytes, that is looked for in text: a shorter one would take words with it.
const minSecret = 8

// mask takes an instance's secrets out of text that leaves the process: a provider's answer may quote the key that it was
// asked with, and so may an error that wraps it. A nil mask changes nothing.
type mask struct{ r *strings.Replacer }

// maskOf gathers the secrets of a settings struct, as they are and as JSON and URLs write them.
func maskOf(settings reflect.Value) *mask {
	var pairs []string
	for _, f := range reflect.VisibleFields(settings.Type()) {
		if f.Type != reflect.TypeFor[sdk.Secret]() || !f.IsExported() {
			continue
		}
		s, _ := settings.FieldByIndex(f.Index).Interface().(sdk.Secret)
		v := s.Reveal()
		if len(v) < minSecret {
			continue
		}
		quoted, err := json.Marshal(v)
		if err != nil {
			quoted = []byte(`""`)
		}
		for _, form := range []string{v, strings.Trim(string(quoted), `"`), url.QueryEscape(v), url.PathEscape(v)} {
			if form != "" {
				pairs = append(pairs, form, "***")
			}
		}
	}
	if len(pairs) == 0 {
		return nil
	}
	return &mask{strings.NewReplacer(pairs...)}
}

func (m *mask) text(s string) string {
	if m == nil {
		return s
	}
	return m.r.Replace(s)
}

// error masks the message of an error that is packed for the wire.
func (m *mask) error(packed error) error {
	st, ok := status.FromError(packed)
	if m == nil || packed == nil || !ok {
		return packed
	}
	p := st.Proto()
	p.Message = m.text(p.GetMessage())
	return status.FromProto(p).Err()
}

func (m *mask) diagnostics(ds []sdk.Diagnostic) []sdk.Diagnostic {
	for i := range ds {
		ds[i].Summary, ds[i].Detail = m.text(ds[i].Summary), m.text(ds[i].Detail)
	}
	return ds
}

// writer masks what is written. Each write is a whole line, as slog's handlers make them.
func (m *mask) writer(w io.Writer) io.Writer {
	if m == nil {
		return w
	}
	return maskWriter{m, w}
}

type maskWriter struct {
	m *mask
	w io.Writer
}

func (w maskWriter) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.w, w.m.text(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}
