package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seamark-hq/seamark/internal/app"
	"github.com/seamark-hq/seamark/internal/config"
)

func (c *cli) configCmd() *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Work with seamark.yml", Example: "  seamark config check seamark.yml", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(&cobra.Command{
		Use: "check [FILE]", Short: "Name file, line and key of every fault",
		Example: "  seamark config check\n  seamark config check staging.yml --json", Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			name := "seamark.yml"
			if c.configFile != "" {
				name = c.configFile
			}
			if len(args) == 1 {
				name = args[0]
			}
			if _, err := config.Load(name, app.CheckRoutes); err != nil {
				return err
			}
			if c.json {
				return c.writeJSON(c.out, map[string]any{"file": name, "ok": true})
			}
			fmt.Fprintf(c.out, "%s: no fault\n", name)
			return nil
		},
	})
	return cmd
}
