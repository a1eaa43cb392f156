package config

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// maxValue bounds what file() and a …_FILE variable read, in bytes.
const maxValue = 1 << 20

// callError is a failed call with something helpful to say.
type callError struct{ summary, detail string }

func (e *callError) Error() string { return e.summary + ". " + e.detail }

// functions are what an expression may call.
func (d *decoder) functions() map[string]function.Function {
	return map[string]function.Function{
		"env":        d.envFunction(),
		"file":       d.fileFunction(),
		"coalesce":   stdlib.CoalesceFunc,
		"concat":     stdlib.ConcatFunc,
		"format":     stdlib.FormatFunc,
		"join":       stdlib.JoinFunc,
		"jsondecode": stdlib.JSONDecodeFunc,
		"lower":      stdlib.LowerFunc,
		"merge":      stdlib.MergeFunc,
		"replace":    stdlib.ReplaceFunc,
		"split":      stdlib.SplitFunc,
		"trimspace":  stdlib.TrimSpaceFunc,
		"upper":      stdlib.UpperFunc,
	}
}

// envFunction is env(name[, default]).
func (d *decoder) envFunction() function.Function {
	return function.New(&function.Spec{
		Params:   []function.Parameter{{Name: "name", Type: cty.String}},
		VarParam: &function.Parameter{Name: "default", Type: cty.String},
		Type:     function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			name := args[0].AsString()
			d.asked[name] = true
			if len(args) > 2 {
				return cty.NilVal, &callError{"env takes a name and one default", `Write env("NAME") or env("NAME", "default").`}
			}
			if v, ok := d.environ[name]; ok {
				return d.read(v), nil
			}
			if len(args) == 2 {
				return args[1], nil
			}
			return cty.NilVal, &callError{
				fmt.Sprintf("The environment variable %s is not set", name),
				fmt.Sprintf("Set it, or give a default: env(%q, \"\").%s", name, d.envHint(name)),
			}
		},
	})
}

// envHint names a variable that is set and was probably meant.
func (d *decoder) envHint(name string) string {
	var names []string
	for n := range d.environ {
		names = append(names, n)
	}
	if best := nearest(name, sorted(names)); best != "" {
		return fmt.Sprintf(" Did you mean %q, which is set?", best)
	}
	return ""
}

// fileFunction is file(path): the text of a file, without line ends at its end.
func (d *decoder) fileFunction() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			s, err := d.source.readText(args[0].AsString())
			if err != nil {
				return cty.NilVal, &callError{"The file cannot be read", err.Error()}
			}
			return d.read(s), nil
		},
	})
}

// read is a text from outside, which becomes a secret where one is being evaluated.
func (d *decoder) read(s string) cty.Value {
	if d.secret {
		d.source.mask.value(s)
	}
	return cty.StringVal(s)
}

// readText reads a value from a file. Its errors are sentences for the user, about the path as it is written.
func (s *source) readText(path string) (string, error) {
	src, err := readFile(s.abs(path), maxValue)
	var about *fileError
	if errors.As(err, &about) {
		return "", &fileError{path, about.text}
	}
	if err != nil {
		return "", err
	}
	if !utf8.Valid(src) {
		return "", &fileError{path, "is not a text: it is not UTF-8."}
	}
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	return strings.TrimRight(string(src), "\r\n"), nil
}
