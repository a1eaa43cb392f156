package main

import (
	"context"
	"fmt"
	"os"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/spf13/cobra"

	"github.com/millrace-media/millrace/core/rank"
)

func (p *program) rankImport() *cobra.Command {
	c := leaf("import FILE", "Make a profile of RTN's settings, or of custom formats of Sonarr or Radarr", 1, 1, func(_ context.Context, args []string) error {
		src, err := os.ReadFile(args[0])
		if err != nil {
			return err
		}
		text, notes, err := rank.Import(src)
		if err != nil {
			return usagef("%s cannot be imported: %w", args[0], err)
		}
		text = string(hclwrite.Format([]byte(text)))
		if p.json {
			return p.writeJSON(map[string]any{"text": text, "notes": notes})
		}
		for _, n := range notes {
			at := n.Setting
			if at != "" {
				at += ": "
			}
			fmt.Fprintf(p.err, "%s: %s%s\n", n.Code, at, n.Text)
		}
		_, err = fmt.Fprint(p.out, text)
		return err
	})
	c.Long = `Makes a profile of the settings of RTN, also inside those of riven, or of one custom format of Sonarr or Radarr or a list of
them, and writes it as it can stand in a configuration. What could not be carried over, or works otherwise here, is said beside it.`
	return c
}
