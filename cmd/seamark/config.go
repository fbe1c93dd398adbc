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
	var textOnly bool
	check := &cobra.Command{
		Use: "check [FILE]", Short: "Name file, line and key of every fault",
		Long: `Name file, line and key of every fault of a configuration. Every file that it names is opened (secrets,
certificates), and every folder looked at, as "seamark up" does; --text-only leaves that out, for
machines that have none of them.`,
		Example: "  seamark config check\n  seamark config check staging.yml --json", Args: need(0, 1, "which configuration?", "name one file, or none for seamark.yml"),
		RunE: func(_ *cobra.Command, args []string) error {
			name := "seamark.yml"
			if c.configFile != "" {
				name = c.configFile
			}
			if len(args) == 1 {
				name = args[0]
			}
			load := func() (*config.Config, error) {
				return config.LoadToRun(name, config.Running{Checks: []config.Check{app.CheckAlerts}})
			}
			if textOnly {
				load = func() (*config.Config, error) { return config.Load(name, app.CheckAlerts) }
			}
			if _, err := load(); err != nil {
				return err
			}
			if c.json {
				return c.writeJSON(c.out, map[string]any{"file": name, "ok": true})
			}
			fmt.Fprintf(c.out, "%s: no fault\n", name)
			return nil
		},
	}
	check.Flags().BoolVar(&textOnly, "text-only", false, "do not open what the file names")
	cmd.AddCommand(check)
	return cmd
}
