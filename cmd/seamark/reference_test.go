package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestDocsCommands holds docs/reference/commands.md to the verbs; -update-docs writes it.
func TestDocsCommands(t *testing.T) {
	page := filepath.Join("../..", "docs/reference/commands.md")
	want := commandsPage()
	if flag.Lookup("update-docs").Value.String() == "true" {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(page); err != nil || string(got) != want {
		t.Errorf("docs/reference/commands.md is not current (%v): go test ./cmd/seamark -run TestDocsCommands -update-docs", err)
	}
}

func commandsPage() string {
	var b strings.Builder
	b.WriteString("# Commands\n\n<!-- Generated from cmd/seamark: go test ./cmd/seamark -run TestDocsCommands -update-docs -->\n\n" +
		"Every verb knows `--help`, `--json` (results as JSON on standard output, faults as JSON on standard error), `--quiet` (no progress) and `--config FILE`.\n" +
		"Exit codes: 0 done, 1 failed, 2 wrong usage. Times are written `15m`, `7d`, `today`, `14:00`, `2026-11-22`, RFC 3339 or Unix milliseconds.\n\n| verb | what it does |\n|---|---|\n")
	var verbs []*cobra.Command
	var collect func(*cobra.Command)
	collect = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			switch {
			case sub.Name() == "help" || sub.Name() == "completion":
			case sub.HasSubCommands():
				collect(sub)
			default:
				verbs = append(verbs, sub)
			}
		}
	}
	collect((&cli{}).root())
	for _, v := range verbs {
		fmt.Fprintf(&b, "| [`%s`](#%s) | %s |\n", v.CommandPath(), strings.ReplaceAll(v.CommandPath(), " ", "-"), v.Short)
	}
	for _, v := range verbs {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n```\n%s\n```\n", v.CommandPath(), v.Long, v.Example)
		var flags []string
		for line := range strings.Lines(v.LocalNonPersistentFlags().FlagUsages()) {
			if !strings.HasPrefix(line, "  -h, --help") {
				flags = append(flags, line)
			}
		}
		if len(flags) > 0 {
			b.WriteString("\n```\n" + strings.Join(flags, "") + "```\n")
		}
	}
	return b.String()
}
