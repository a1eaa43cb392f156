package config

import (
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/millrace-media/millrace/sdk"
)

// block describes one type of block: what may stand in it.
type block struct {
	name     string
	labeled  bool // has a name of its own, and may be there many times
	quiet    bool // its variables are not listed where nothing in it is set
	dotted   bool // its name may have dots in it: what a rule prefers, as "5.1"
	attrs    []attr
	blocks   []block
	defaults []string // labels of blocks that are there without being written; of a labeled block
}

// attr describes one attribute. Its Min and Max count seconds of a duration, and bytes of a size or a rate.
type attr struct {
	sdk.Attribute
	check func(string) error // of a string or of each element of a list; nil: anything goes
}

func text(name, doc string) attr {
	return attr{Attribute: sdk.Attribute{Name: name, Type: sdk.TypeString, Doc: doc}}
}

func typed(t sdk.Type, name, doc string) attr {
	return attr{Attribute: sdk.Attribute{Name: name, Type: t, Doc: doc}}
}

// or sets the default, as JSON.
func (a attr) or(def string) attr {
	a.Default = json.RawMessage(def)
	return a
}

func (a attr) secret() attr {
	a.Secret = true
	return a
}

func (a attr) required() attr {
	a.Required = true
	return a
}

func (a attr) between(low, high float64) attr {
	a.Min, a.Max = &low, &high
	return a
}

func (a attr) oneOf(choices ...string) attr {
	a.Choices = choices
	return a
}

func (a attr) checked(f func(string) error) attr {
	a.check = f
	return a
}

const (
	mebibyte = 1 << 20
	day      = 24 * 60 * 60 // seconds
)

// defaultProfile is the name of the profile that is always there.
const defaultProfile = "default"

// capabilities are those that the daemon makes use of, in the order in which data flows.
func capabilities() []string {
	return []string{sdk.CapabilitySource, sdk.CapabilityMetadata, sdk.CapabilityScraper, sdk.CapabilityDebrid, sdk.CapabilityUpdater}
}

// rootBlock is the whole file, but for what a plugin brings to its blocks.
func rootBlock() block {
	root := block{
		attrs: []attr{text("data", "Folder of the database, the caches and the plugins' state.").or(`"./data"`)},
		blocks: []block{
			{name: "server", attrs: []attr{
				text("listen", "Address to listen on, as host:port.").or(`"127.0.0.1:8080"`).checked(checkListen),
				text("url", "How clients reach it; derived from the request if absent.").checked(checkHTTP),
				text("password", "Password of the pages; without one, a link to set it is printed at the first start.").secret(),
				text("secret", "What tokens are derived from; made at the first start if absent.").secret(),
			}},
			{name: "log", attrs: []attr{level().or(`"info"`)}, blocks: []block{
				{name: "plugin", labeled: true, attrs: []attr{level().required()}},
			}},
			{name: "plugins", attrs: []attr{
				text("dir", "Folder of the plugins; the usual places if absent."),
			}},
			{name: "database", attrs: []attr{
				text("url", "URL of a PostgreSQL database; SQLite in data if absent.").secret().checked(checkPostgres),
			}},
			{name: "cache", attrs: []attr{
				text("url", "URL of a Redis server, for daemons that share a library; memory if absent.").secret().checked(checkRedis),
			}},
			{name: "mount", attrs: []attr{
				text("path", "Where to mount the library; WebDAV only if absent."),
				typed(sdk.TypeBool, "passthrough", "Have the kernel read files that are wholly on disk without asking, where it can.").or("true"),
				typed(sdk.TypeSize, "memory", "Memory for all that is read and read ahead, together.").or(`"128MiB"`).between(16*mebibyte, 1<<40),
				text("process", `Who keeps the files and their providers: "daemon", or "separate", a process of "millrace mount".`).or(`"daemon"`).
					oneOf(ProcessDaemon, ProcessSeparate),
			}, blocks: []block{{name: "cache", attrs: []attr{
				typed(sdk.TypeSize, "size", "Disk space for what was streamed; oldest use goes first.").or(`"20GiB"`).between(64*mebibyte, 1<<50),
				typed(sdk.TypeDuration, "ttl", "Drop what nobody read for so long; 0 is never for that alone.").or(`"0"`).between(0, 3650*day),
				typed(sdk.TypeSize, "chunk", "What is fetched and kept at least, a power of two. Another size empties the cache.").or(`"128KiB"`).
					between(64<<10, 16*mebibyte).checked(checkPower),
				typed(sdk.TypeSize, "free", "Disk space that the cache leaves free.").or(`"1GiB"`).between(0, 1<<50),
			}}}},
			libraryBlock(),
			profileBlock(),
		},
	}
	for _, c := range capabilities() {
		root.blocks = append(root.blocks, block{name: c, labeled: true})
	}
	return root
}

func level() attr {
	return text("level", "How much to log.").oneOf("trace", "debug", "info", "warn", "error")
}

func libraryBlock() block {
	return block{name: "library", labeled: true, defaults: []string{"movies", "shows"}, attrs: []attr{
		text("kind", "Kind of title that it holds.").oneOf(string(sdk.Movie), string(sdk.Show)),
		text("folder", "Template of a title's folder."),
		text("season", "Template of a season's folder, in that of its show."),
		text("file", "Template of a file's name, without the extension."),
	}}
}

// reserved are the attributes of a capability block that belong to the host and make sense for the capability.
func reserved(capability, label string) []attr {
	attrs := []attr{
		text("plugin", "Name of the plugin; the label if absent.").or(strconv.Quote(label)).checked(checkName),
		typed(sdk.TypeBool, "enabled", "Whether to use it. What belongs to the plugin is not looked at where it is off.").or("true"),
		typed(sdk.TypeInt, "priority", "Higher goes first; among equals, the order of the file.").or("0").between(-1000, 1000),
		typed(sdk.TypeDuration, "timeout", "How long one call may take.").or(timeouts[capability]).between(0.1, 3600),
		text("limit", "Calls that may be made, as 5/s, 250/m or 1000/h; the plugin's own limit if absent.").checked(checkLimit),
		text("proxy", "Proxy for its HTTP requests, as http://host:port or socks5://host:port.").checked(checkProxy),
		typed(sdk.TypeMap, "labels", "Anything that you want to note of it."),
	}
	switch capability {
	case sdk.CapabilitySource:
		attrs = append(attrs,
			typed(sdk.TypeDuration, "every", "How often to ask what is wanted.").or(`"5m"`).between(1, 30*day),
			text("profile", "Profile of what it wants, where it names none itself.").or(`"default"`),
			typed(sdk.TypeStrings, "profiles", "Profiles instead of one: what it wants is had at each of them, side by side."))
	case sdk.CapabilityDebrid:
		attrs = append(attrs,
			typed(sdk.TypeStrings, "from", "Take only releases that these scrapers found; any if absent."))
	}
	return attrs
}

// timeouts of one call, by capability.
var timeouts = map[string]string{
	sdk.CapabilitySource:   `"1m"`,
	sdk.CapabilityMetadata: `"20s"`,
	sdk.CapabilityScraper:  `"20s"`,
	sdk.CapabilityDebrid:   `"30s"`,
	sdk.CapabilityUpdater:  `"20s"`,
}

// find gives the block of a name.
func (b block) find(name string) (block, bool) {
	i := slices.IndexFunc(b.blocks, func(o block) bool { return o.name == name })
	if i < 0 {
		return block{}, false
	}
	return b.blocks[i], true
}

// names are the names of all that is of a kind, "argument" or "block"; of any other kind, of both.
func (b block) names(kind string) []string {
	var names []string
	for _, a := range b.attrs {
		if kind != "block" {
			names = append(names, a.Name)
		}
	}
	for _, o := range b.blocks {
		if kind != "argument" {
			names = append(names, o.name)
		}
	}
	return names
}

// mayBeSecret reports whether what is given to an unknown name may be a secret: it looks like one, or like nothing
// that is known not to be one.
func (b block) mayBeSecret(name, meant string) bool {
	if secretName.MatchString(name) {
		return true
	}
	for _, a := range b.attrs {
		if a.Name == meant {
			return a.Secret
		}
	}
	return slices.Contains(capabilities(), b.name)
}

// elsewhere is the only capability that has one of the host's attributes, where that is another one.
func (b block) elsewhere(name string) string {
	if !slices.Contains(capabilities(), b.name) {
		return ""
	}
	return map[string]string{"every": sdk.CapabilitySource, "profile": sdk.CapabilitySource, "profiles": sdk.CapabilitySource, "from": sdk.CapabilityDebrid}[name]
}

var ruleForm = regexp.MustCompile(`^[a-z0-9]+([._-][a-z0-9]+)*$`)

// checkLabel checks the name of a block.
func (b block) checkLabel(s string) error {
	if b.dotted && len(s) <= 64 && ruleForm.MatchString(s) {
		return nil
	}
	return checkName(s)
}

var nameForm = regexp.MustCompile(`^[a-z0-9]+([_-][a-z0-9]+)*$`)

func checkName(s string) error {
	if len(s) > 64 || !nameForm.MatchString(s) {
		return fmt.Errorf("%q is not a name: write lower-case letters and digits, with single - or _ between them", s)
	}
	return nil
}

// checkPower wants a size that is a power of two. What is no size at all is told by its type.
func checkPower(s string) error {
	if n, err := sdk.ParseSize(s); err == nil && (n <= 0 || n&(n-1) != 0) {
		return fmt.Errorf("%q is not a power of two: write 64KiB, 128KiB, 256KiB, 512KiB, 1MiB and so on", s)
	}
	return nil
}

func checkListen(s string) error {
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		return fmt.Errorf("%q is not an address: write host:port, as 127.0.0.1:8080", s)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n > 65535 {
		return fmt.Errorf("%q is not a port: write a number up to 65535", port)
	}
	return nil
}

func checkHTTP(s string) error {
	if u, err := url.Parse(s); s != "" && (err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https")) {
		return fmt.Errorf("this is not a URL: write it whole, as https://media.example.org")
	}
	return nil
}

func checkPostgres(s string) error {
	if u, err := url.Parse(s); s != "" && (err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql")) {
		return fmt.Errorf("this is not the URL of a PostgreSQL database: write postgres://user:password@host:5432/name")
	}
	return nil
}

func checkRedis(s string) error {
	if u, err := url.Parse(s); s != "" && (err != nil || !slices.Contains([]string{"redis", "rediss", "unix"}, u.Scheme)) {
		return fmt.Errorf("this is not the URL of a Redis server: write redis://:password@host:6379/0")
	}
	return nil
}

func checkProxy(s string) error {
	u, err := url.Parse(s)
	if s != "" && (err != nil || u.Host == "" || !slices.Contains([]string{"http", "https", "socks5"}, u.Scheme)) {
		return fmt.Errorf("this is not a proxy: write http://host:port or socks5://host:port")
	}
	return nil
}

func checkLimit(s string) error {
	_, err := parseLimit(s)
	return err
}

// parseLimit reads "250/m" as calls a second; an empty one is 0.
func parseLimit(s string) (float64, error) {
	if s == "" {
		return 0, nil
	}
	number, unit, _ := strings.Cut(s, "/")
	per, ok := map[string]time.Duration{"": time.Second, "s": time.Second, "m": time.Minute, "h": time.Hour}[unit]
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || !ok || !(n > 0 && n <= 1e6) {
		return 0, fmt.Errorf("%q is not a limit: write calls a second, minute or hour, as 5/s, 250/m or 1000/h", s)
	}
	return n / per.Seconds(), nil
}
