package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/app/lakes"
	"github.com/seamark-hq/seamark/lake/athena"
)

var databaseName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,127}$`)

func (c *cli) lakeAthenaCmd() *cobra.Command {
	var database, location, check string
	var more []string
	cmd := &cobra.Command{
		Use:   "athena --lake LAKE",
		Short: "Print the statements that make Athena's tables of a lake",
		Long: `Print the statements that make Athena's tables over a lake in S3, with the environments, products and
first date that this lake has: CREATE DATABASE, then logs and access_logs (a question must name a
product; any number of them) and logs_all and access_logs_all (the products are listed). Athena
finds an environment only when it is listed: run the command again when one is added, or name it
beforehand with --environment. --check FILE reads statements that were printed earlier and exits 1
when the lake holds rows that the tables they made do not find. With --json one document:
statements, products, environments, since, rows.`,
		Example: `  seamark lake athena --lake s3://acme-logs/seamark > athena.sql
  seamark lake athena --lake ./lake --location s3://acme-logs/seamark --database seamark
  seamark lake athena --lake s3://acme-logs/seamark --check athena.sql`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			folder, _, err := c.lakeFolder()
			if err != nil {
				return err
			}
			if location == "" && lakes.IsRemote(folder) {
				location = folder
			}
			switch {
			case check != "": // needs neither
			case !strings.HasPrefix(location, "s3://") || strings.ContainsAny(location, "'\\ \n"):
				return &usageError{&seamark.Fault{Class: seamark.Rejected, What: "Athena reads S3 alone", Where: "--location", Remedy: "say where in S3 the lake lies, or will: s3://bucket/prefix"}}
			case !databaseName.MatchString(database):
				return &usageError{&seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("%q is not the name of a database", database), Where: "--database", Remedy: "use lower case letters, digits and _"}}
			}
			l, err := lakes.Read(cmd.Context(), folder)
			if err != nil {
				return err
			}
			if check != "" {
				b, err := os.ReadFile(check)
				if err != nil {
					return &usageError{&seamark.Fault{Class: seamark.Rejected, What: "the statements cannot be read", Where: check, Err: seamark.RootCause(err), Remedy: "check the path"}}
				}
				return c.checkAthena(athena.Check(l, enumerated(string(b), "product"), enumerated(string(b), "environment")), check)
			}
			a, err := athena.Of(l, database, location, more)
			if err != nil {
				return err
			}
			if c.json {
				return c.writeJSON(c.out, a)
			}
			fmt.Fprintf(c.out, "-- %s from %s on: products %s; environments %s.\n-- A new environment is found when these statements are made anew: drop the tables (their files stay) and run them again.\n",
				plural(a.Rows, "row"), a.Since, visible(strings.Join(a.Products, ", ")), visible(strings.Join(a.Environments, ", ")))
			for _, s := range a.Statements {
				fmt.Fprint(c.out, "\n", s)
			}
			return nil
		},
	}
	c.lakeFlag(cmd)
	cmd.Flags().StringVar(&location, "location", "", "where in S3 the lake lies: s3://bucket/prefix (default: --lake, where that is in S3)")
	cmd.Flags().StringVar(&database, "database", "seamark", "name of Athena's database")
	cmd.Flags().StringSliceVar(&more, "environment", nil, "environments that are to come, besides those of the lake")
	cmd.Flags().StringVar(&check, "check", "", "file of statements printed earlier: say what of the lake they do not find")
	_ = cmd.MarkFlagFilename("check", "sql")
	return cmd
}

// checkAthena says what tables made earlier do not find.
func (c *cli) checkAthena(missing []string, file string) error {
	if c.json {
		if err := c.writeJSON(c.out, map[string]any{"missing": append([]string{}, missing...), "ok": len(missing) == 0}); err != nil {
			return err
		}
	} else if len(missing) == 0 {
		fmt.Fprintf(c.out, "%s: Athena finds every row.\n", visible(file))
	}
	if len(missing) == 0 {
		return nil
	}
	if !c.json {
		for _, m := range missing {
			fmt.Fprintf(c.out, "%s is not listed: Athena does not find its rows\n", visible(m))
		}
		fmt.Fprintf(c.out, "Drop the tables, and run what `seamark lake athena%s` prints. Exit 1.\n", c.lakeArg())
	}
	return errReported
}

// enumerated are the values of a partition column that statements list; nil when none does.
func enumerated(statements, column string) []string {
	m := regexp.MustCompile(`'projection\.` + column + `\.values' = '([^']*)'`).FindStringSubmatch(statements)
	if m == nil {
		return nil
	}
	return strings.Split(m[1], ",")
}
