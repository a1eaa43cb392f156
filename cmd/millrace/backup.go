package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/millrace-media/millrace/core"
)

func (p *program) backupCommand() *cobra.Command {
	c := leaf("backup [FILE]", "Write a backup of the library", 0, 1, func(ctx context.Context, args []string) error {
		order := map[string]string{}
		if len(args) > 0 {
			to, err := filepath.Abs(args[0])
			if err != nil {
				return err
			}
			order["to"] = to
		}
		type done struct {
			Path string `json:"path"`
		}
		return answer(ctx, p, request{method: http.MethodPost, path: "/backup", body: order}, func(d done) error {
			fmt.Fprintln(p.out, d.Path)
			return nil
		})
	})
	c.Long = `Writes the library and its secret into a zip file, while the daemon goes on with its work, and prints its path. Without
FILE it goes into the data folder's backup folder. The configuration is not in it. Keep it safe: it holds secrets.`
	return c
}

func (p *program) restoreCommand() *cobra.Command {
	var yes bool
	c := leaf("restore FILE", "Put a backup in place of the library", 1, 1, func(ctx context.Context, args []string) error {
		return p.restore(ctx, args[0], yes)
	})
	c.Long = `Puts a backup in place of the library that the configuration names. No daemon may run on it. A SQLite library that was
there is kept beside the new one, under a name that ends in .before-restore.`
	c.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	return c
}

func (p *program) restore(ctx context.Context, from string, yes bool) error {
	if _, err := os.Stat(from); err != nil {
		return err
	}
	c, ds, err := core.LoadConfig(ctx, p.configPath(), core.LoadOptions{Environ: p.environ, Offline: true})
	if err != nil {
		return err
	}
	if c == nil {
		if err := ds.WriteText(p.err, p.live); err != nil {
			return err
		}
		return errShown
	}
	if p.data != "" {
		if c.Data, err = filepath.Abs(p.data); err != nil {
			return err
		}
	}
	if err := p.stopped(ctx, c.Data); err != nil {
		return err
	}
	if !yes {
		if err := p.confirm(fmt.Sprintf("Put %s in place of the library in %s?", from, c.Data)); err != nil {
			return err
		}
	}
	if err := core.Restore(ctx, c, from); err != nil {
		return err
	}
	if p.json {
		return p.writeJSON(map[string]string{"data": c.Data, "restored": from})
	}
	fmt.Fprintf(p.out, "Restored. Start the daemon again with 'millrace serve'.\n")
	return nil
}

// stopped makes sure that no daemon runs on a data folder.
func (p *program) stopped(ctx context.Context, data string) error {
	at := *p
	at.data = data
	c, err := at.daemon(ctx)
	if err != nil {
		return err
	}
	_, err = c.call(ctx, request{path: "/version"})
	if errors.Is(err, errNotRunning) {
		return nil
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("a daemon runs on %s: stop it first", data)
}
