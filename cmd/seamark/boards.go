package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/dashboards/boards"
	"github.com/seamark-hq/seamark/internal/app"
)

func (c *cli) boardsCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "boards",
		Short: "List and export the boards for OpenSearch Dashboards",
		Long: `The boards that come with Seamark, for who looks at OpenSearch Dashboards: a product's health, its logs,
and who sends how much. Each panel says in the search language which rows it counts.`,
		Example: `  seamark boards list
  seamark boards export --out seamark.ndjson`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(c.boardsListCmd(), c.boardsExportCmd())
	return cmd
}

// panelLine is a panel as `boards list --json` tells of it.
type panelLine struct {
	Board string        `json:"board"`
	Panel string        `json:"panel"`
	Title string        `json:"title"`
	Doc   string        `json:"doc"`
	Table seamark.Table `json:"table"`
	Text  string        `json:"text"` // of the search language; empty: all rows
}

func (c *cli) boardsListCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the boards and what their panels count",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			for _, b := range boards.All() {
				if !c.json {
					fmt.Fprintf(c.out, "%-8s %s\n", b.Name, b.Doc)
				}
				for _, p := range b.Panels {
					if c.json {
						if err := c.writeJSON(c.out, panelLine{b.Name, p.Name, p.Title, p.Doc, p.Table, p.Text}); err != nil {
							return err
						}
						continue
					}
					of := strings.TrimSpace(string(p.Table) + " " + p.Text)
					if p.Part != "" {
						of = string(p.Table) + " " + p.Part + " of " + p.Text
					}
					fmt.Fprintf(c.out, "  %-12s %s: %s\n", p.Name, p.Title, of)
				}
			}
			return nil
		},
	}
}

func (c *cli) boardsExportCmd() *cobra.Command {
	var to, out string
	cmd := &cobra.Command{
		Use:   "export [BOARD...]",
		Short: "Write boards as a file that a tool imports",
		Long: `Write boards as a file that a tool imports; without names all of them.

OpenSearch Dashboards 2.10 and newer takes it under Dashboards Management > Saved objects > Import, or by
its API. The index patterns lead the file and have the ids that cards link to (links.logsPattern and
links.accessPattern). Importing it again with "overwrite" replaces what was imported before, and nothing else.`,
		Example: `  seamark boards export --out seamark.ndjson
  seamark boards export health | curl -H osd-xsrf:true -F file=@-\;filename=seamark.ndjson 'https://search.example.com/_dashboards/api/saved_objects/_import?overwrite=true'`,
		RunE: func(_ *cobra.Command, names []string) error {
			cfg, err := c.config()
			if err != nil {
				return err
			}
			b, err := app.ExportBoards(cfg, to, names)
			if err != nil {
				return &usageError{err}
			}
			if out == "" || out == "-" {
				_, err = c.out.Write(b)
				return err
			}
			return os.WriteFile(out, b, 0o644)
		},
		ValidArgsFunction: func(_ *cobra.Command, chosen []string, _ string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, b := range boards.All() {
				names = append(names, b.Name+"\t"+b.Doc)
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	}
	cmd.Flags().StringVar(&to, "to", app.BoardTools[0], "the tool: "+strings.Join(app.BoardTools, ", "))
	cmd.Flags().StringVar(&out, "out", "", "the file to write (default: standard output)")
	return cmd
}
