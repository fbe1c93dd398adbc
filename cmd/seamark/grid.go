package main

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
)

// grid prints rows in columns that are as wide as they need to be. A heading that ends
// in '>' aligns its column to the right.
type grid struct {
	head []string
	rows [][]string
}

func newGrid(head ...string) *grid { return &grid{head: head} }

func (g *grid) add(cells ...string) { g.rows = append(g.rows, cells) }

// maxPad is to how many characters a table pads its cells at most: one cell of a megabyte does
// not make each line as long.
const maxPad = 200

// cell is a text on one line of a terminal.
func cell(s string) string {
	return strings.NewReplacer("\n", " ", "\t", " ").Replace(visible(s))
}

// print writes the grid; on a terminal lines are cut to its width.
func (g *grid) print(out io.Writer) {
	right := make([]bool, len(g.head))
	head := make([]string, len(g.head))
	for i, h := range g.head {
		head[i], right[i] = strings.CutSuffix(h, ">")
	}
	all := append([][]string{head}, g.rows...)
	widths := make([]int, len(head))
	for _, row := range all {
		for i, s := range row {
			row[i] = cell(s)
			widths[i] = max(widths[i], min(utf8.RuneCountInString(row[i]), maxPad))
		}
	}
	cut := width(out)
	for _, row := range all {
		var line strings.Builder
		for i, s := range row {
			if i > 0 {
				line.WriteString("  ")
			}
			pad := strings.Repeat(" ", max(0, widths[i]-utf8.RuneCountInString(s)))
			if right[i] {
				line.WriteString(pad + s)
			} else {
				line.WriteString(s + pad)
			}
		}
		text := strings.TrimRight(line.String(), " ")
		if r := []rune(text); cut > 0 && len(r) > cut {
			text = string(r[:cut-1]) + "…"
		}
		fmt.Fprintln(out, text)
	}
}

// spanFlags are --since and --until, in the time grammar of page and cards.
type spanFlags struct{ since, until string }

func (f *spanFlags) add(cmd *cobra.Command, what string) {
	cmd.Flags().StringVar(&f.since, "since", "", "only "+what+" from then on: 7d, 2026-11-22, 14:00, …")
	cmd.Flags().StringVar(&f.until, "until", "", "only "+what+" until then")
}

func (f *spanFlags) span() (seamark.Span, error) {
	span, err := seamark.ParseSpan(f.since, f.until, time.Now(), time.Local)
	if err != nil {
		return seamark.Span{}, &usageError{err}
	}
	return span, nil
}

// instant writes a time as tables show it; none is "-".
func instant(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

// plural writes "1 object" and "2 objects".
func plural(n int64, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(n) + " " + one + "s"
}
