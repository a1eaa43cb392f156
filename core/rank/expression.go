package rank

import (
	"errors"
	"fmt"
	"reflect"
	"sync"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	exprfile "github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"
	"github.com/millrace-media/millrace/core/release"
)

// Bounds of expressions. One has no loops, no variables and makes no texts, so that the work of a run is bounded by its size.
const (
	maxExpression = 2_000 // bytes
	maxNodes      = 200
)

// expression is an expression over the facts of a candidate.
type expression struct {
	program   *vm.Program
	languages bool // it asks for the lists of languages
}

// facts are what an expression can ask of a candidate. What is not known is 0 or "".
type facts struct {
	Name       string            `expr:"name"`  // as it was published
	Title      string            `expr:"title"` // the likeliest
	Year       int               `expr:"year"`
	Kind       string            `expr:"kind"` // of what is wanted: "movie", "show", "season" or "episode"
	Anime      bool              `expr:"anime"`
	Resolution int               `expr:"resolution"` // lines: 1080
	Source     string            `expr:"source"`
	Codec      string            `expr:"codec"`
	Depth      int               `expr:"depth"` // bits a sample
	Container  string            `expr:"container"`
	Network    string            `expr:"network"`
	Group      string            `expr:"group"`
	Site       string            `expr:"site"`
	Edition    string            `expr:"edition"` // editions, joined by "+"
	Pack       bool              `expr:"pack"`
	Cached     bool              `expr:"cached"`
	Private    bool              `expr:"private"`
	Size       float64           `expr:"size"`         // GB of the whole
	Each       float64           `expr:"episode_size"` // GB of a film or of one episode
	Bitrate    float64           `expr:"bitrate"`      // Mbit/s
	Runtime    int               `expr:"runtime"`      // minutes
	Seeders    int               `expr:"seeders"`
	Confidence int               `expr:"confidence"` // of the match, 0 to 15
	Languages  []string          `expr:"languages"`
	Subtitles  []string          `expr:"subtitles"`
	Has        func(string) bool `expr:"has"` // a property
}

// machine runs expressions. It is kept and used again, so that a run allocates little.
type machine struct {
	vm      vm.VM
	facts   facts
	release *release.Release
}

var machines = sync.Pool{New: func() any {
	m := &machine{}
	m.facts.Has = func(name string) bool {
		p, ok := lookup(name)
		return ok && p.test(m.release)
	}
	return m
}}

// allowed are the builtins that an expression can use: what takes time in proportion to its arguments.
var allowed = []string{"len", "lower", "upper", "trim", "abs", "ceil", "floor", "round", "min", "max", "int", "float"}

func (k *compiler) expression(path, text string) *expression {
	if len(text) > maxExpression {
		k.fault(path, "This expression is too long.", fmt.Sprintf("It may have %d bytes.", maxExpression))
		return nil
	}
	check := &guard{}
	options := []expr.Option{expr.Env(facts{}), expr.AsBool(), expr.MaxNodes(maxNodes), expr.DisableAllBuiltins(), expr.Patch(check)}
	for _, b := range allowed {
		options = append(options, expr.EnableBuiltin(b))
	}
	program, err := expr.Compile(text, options...)
	if err == nil {
		err = check.err
	}
	if err != nil {
		k.fault(path, fmt.Sprintf("%q is not an expression.", text), expressionFault(err))
		return nil
	}
	return &expression{program, check.languages}
}

// expressionFault is what is wrong, without the picture of the place that does not fit a line.
func expressionFault(err error) string {
	var at *exprfile.Error
	if errors.As(err, &at) {
		return fmt.Sprintf("Character %d: %s.", at.Column+1, at.Message)
	}
	return err.Error() + "."
}

// guard refuses what could take long, and properties that there are not.
type guard struct {
	err       error
	languages bool
}

// Visit looks at one node.
func (g *guard) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		g.languages = g.languages || n.Value == "languages" || n.Value == "subtitles"
		if n.Value == "$env" {
			g.refuse("$env cannot be used")
		}
	case *ast.VariableDeclaratorNode:
		g.refuse("there are no variables")
	case *ast.PredicateNode, *ast.PointerNode:
		g.refuse("there are no loops")
	case *ast.BinaryNode:
		g.binary(n)
	case *ast.CallNode:
		g.call(n)
	}
}

func (g *guard) refuse(why string) {
	if g.err == nil {
		g.err = errors.New(why)
	}
}

func (g *guard) binary(n *ast.BinaryNode) {
	_, constant := n.Right.(*ast.StringNode)
	switch {
	case n.Operator == "..":
		g.refuse("there are no ranges")
	case n.Operator == "matches" && !constant:
		g.refuse("matches takes a pattern in quotes")
	case n.Operator == "+" && (textual(n.Left) || textual(n.Right)):
		g.refuse("texts cannot be joined")
	}
}

func textual(n ast.Node) bool { return n.Type() != nil && n.Type().Kind() == reflect.String }

func (g *guard) call(n *ast.CallNode) {
	if f, ok := n.Callee.(*ast.IdentifierNode); !ok || f.Value != "has" || len(n.Arguments) != 1 {
		g.refuse("only has() can be called so")
		return
	}
	name, ok := n.Arguments[0].(*ast.StringNode)
	if !ok {
		g.refuse("has() takes a name in quotes")
		return
	}
	if _, ok := lookup(name.Value); !ok {
		g.refuse(fmt.Sprintf("there is no property %q", name.Value))
	}
}

// holds reports whether the expression is true for the candidate. One that fails is not.
func (e *expression) holds(j *judging) bool {
	if e == nil {
		return false
	}
	m := j.machine
	if m == nil {
		m = machines.Get().(*machine)
		m.load(j)
		j.machine = m
	}
	if e.languages && m.facts.Languages == nil {
		m.facts.Languages, m.facts.Subtitles = append([]string{}, m.release.Languages.Codes()...), m.release.Subtitles.Codes()
	}
	out, err := m.vm.Run(e.program, &m.facts)
	yes, ok := out.(bool)
	return err == nil && ok && yes
}

// lines are the heights of resolutions.
var lines = [...]int{
	release.Resolution240p: 240, release.Resolution360p: 360, release.Resolution480p: 480, release.Resolution576p: 576, release.Resolution720p: 720,
	release.Resolution1080p: 1080, release.Resolution1440p: 1440, release.Resolution2160p: 2160, release.Resolution4320p: 4320,
}

const gigabyte = 1e9

func (m *machine) load(j *judging) {
	r, s, t := j.cand.Parsed, &j.cand.Release, j.target
	f := &m.facts
	m.release = r
	f.Name, f.Title, f.Year, f.Kind, f.Anime = r.Raw, r.Title(), int(r.Year), string(t.Kind), t.Anime
	f.Resolution = 0
	if int(r.Resolution) < len(lines) {
		f.Resolution = lines[r.Resolution]
	}
	f.Source, f.Codec, f.Depth, f.Container = sourceName(r), r.Codec.String(), int(r.Depth), r.Container.String()
	f.Network, f.Group, f.Site = r.Network.String(), r.GroupName(), r.SiteName()
	f.Edition = r.Edition.String()
	f.Pack, f.Cached, f.Private = r.IsPack(), j.cand.Cached, s.Private
	f.Size, f.Each, f.Bitrate, f.Runtime = float64(s.Size)/gigabyte, float64(j.each)/gigabyte, j.bitrate, t.Runtime
	f.Seeders, f.Confidence = s.Seeders, int(j.Match.Confidence)
	f.Languages, f.Subtitles = nil, nil
}

// unload lets go of the candidate.
func (m *machine) unload() {
	has := m.facts.Has
	m.facts, m.release = facts{Has: has}, nil
	machines.Put(m)
}

// sourceName is the source as profiles name it.
func sourceName(r *release.Release) string {
	if sourceOf(r) == valueRemux {
		return "remux"
	}
	return r.Source.String()
}
