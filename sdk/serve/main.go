package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/millrace-media/millrace/sdk/internal/wire"
)

// protocol is the major of the wire contract that this package speaks.
const protocol = wire.Protocol

// Main is all that a plugin's main does. Under a host it serves the plugin until the host says to end or is gone; with the
// argument "describe" it writes the plugin's description as JSON; started by hand it says what it is. It does not return.
func Main(p Plugin) {
	os.Exit(Run(context.Background(), p, os.Args[1:], os.Stdout, os.Stderr))
}

// Run is Main for a program that has something to do afterwards: it takes the arguments after the program's name and
// returns an exit status.
func Run(ctx context.Context, p Plugin, args []string, stdout, stderr io.Writer) int {
	if len(args) == 1 && args[0] == "describe" {
		return describe(p, stdout, stderr)
	}
	if len(args) > 0 || os.Getenv(wire.CookieKey) != wire.CookieValue {
		fmt.Fprintf(stderr, "This is millrace-plugin-%s %s, a plugin of Millrace. Millrace starts it by itself where its\n"+
			"configuration names it; by hand it only knows one argument, describe.\n", p.Name, p.Version)
		return 1
	}
	if err := Check(p); err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}

func describe(p Plugin, stdout, stderr io.Writer) int {
	d, err := Describe(p)
	if err == nil {
		enc := json.NewEncoder(stdout)
		enc.SetIndent("", "  ")
		err = enc.Encode(d)
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}
