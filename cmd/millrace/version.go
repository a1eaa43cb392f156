package main

import (
	"context"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

func (p *program) versionCommand() *cobra.Command {
	return leaf("version", "Say which Millrace this is", 0, 0, func(context.Context, []string) error {
		platform := runtime.GOOS + "/" + runtime.GOARCH
		if p.json {
			return p.writeJSON(map[string]string{"version": version, "go": runtime.Version(), "platform": platform})
		}
		fmt.Fprintf(p.out, "millrace %s (%s, %s)\n", version, runtime.Version(), platform)
		return nil
	})
}
