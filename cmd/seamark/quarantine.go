package main

import (
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/app"
	"github.com/seamark-hq/seamark/internal/app/lakes"
	"github.com/seamark-hq/seamark/lake/quarantine"
	"github.com/seamark-hq/seamark/transformer/replay"
)

// previewBytes is how much of a piece `quarantine show` prints.
const (
	previewBytes = 2048 // of text
	dumpBytes    = 512  // of anything else
)

func (c *cli) quarantineCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "quarantine",
		Short: "List, show and retry what could not be decoded",
		Long: `Input that could not be decoded is kept, with the reason and the place. list names the pieces,
show prints the bytes of one, retry reads their landing objects again with this parser.`,
		Example: `  seamark quarantine list --lake ./lake
  seamark quarantine show --lake ./lake 6a411f2094c6/0
  seamark quarantine retry --lake ./lake --all --dry-run`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(c.quarantineListCmd(), c.quarantineShowCmd(), writes(c.quarantineRetryCmd()))
	return cmd
}

// pieces lists the quarantine of the lake that the flags name.
func (c *cli) pieces(cmd *cobra.Command, f quarantine.Filter) (*quarantine.Pieces, error) {
	folder, _, err := c.lakeFolder()
	if err != nil {
		return nil, err
	}
	l, err := lakes.Read(cmd.Context(), folder)
	if err != nil {
		return nil, err
	}
	return quarantine.Read(l, f), nil
}

func (c *cli) quarantineListCmd() *cobra.Command {
	var span spanFlags
	var reason string
	cmd := &cobra.Command{
		Use:   "list --lake LAKE",
		Short: "List what lies in quarantine, oldest arrival first",
		Long: `List what lies in quarantine, oldest arrival first. --json writes a line for each piece:
id, arrival, origin, offset, bytes, reason, key, sha256.`,
		Example: `  seamark quarantine list --lake ./lake --since 7d
  seamark quarantine list --lake ./lake --reason 'ends early' --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			arrived, err := span.span()
			if err != nil {
				return err
			}
			found, err := c.pieces(cmd, quarantine.Filter{Span: arrived, Reason: reason})
			if err != nil {
				return err
			}
			if c.json {
				for _, p := range found.All {
					if err := c.writeJSON(c.out, p); err != nil {
						return err
					}
				}
				return nil
			}
			g := newGrid("id", "arrival", "bytes>", "offset>", "reason", "origin")
			var sum int64
			for _, p := range found.All {
				sum += p.Bytes
				g.add(p.ID, instant(p.Arrival), size(p.Bytes), count(p.Offset), visible(p.Reason), visible(p.Origin))
			}
			if len(found.All) > 0 {
				g.print(c.out)
			}
			fmt.Fprintf(c.out, "%s in quarantine, %s.\n", plural(int64(len(found.All)), "piece"), size(sum))
			return nil
		},
	}
	c.lakeFlag(cmd)
	span.add(cmd, "objects that arrived")
	cmd.Flags().StringVar(&reason, "reason", "", "only pieces whose reason holds this text")
	return cmd
}

func (c *cli) quarantineShowCmd() *cobra.Command {
	var raw bool
	cmd := &cobra.Command{
		Use:   "show --lake LAKE PIECE",
		Short: "Show one piece: place, reason and the first bytes",
		Long: `Show one piece: place, reason and the first bytes of it, text escaped, else as hexadecimal.
PIECE is an id or key from ` + "`seamark quarantine list`" + `. --raw writes all of its bytes as they are.`,
		Example: `  seamark quarantine show --lake ./lake 6a411f2094c6/0
  seamark quarantine show --lake ./lake --raw 6a411f2094c6/0 > piece.bin`,
		Args: need(1, 1, "which piece?", "name one by its id, see `seamark quarantine list`"),
		RunE: func(cmd *cobra.Command, args []string) error {
			found, err := c.pieces(cmd, quarantine.Filter{})
			if err != nil {
				return err
			}
			some, err := found.Pick(args)
			if err != nil {
				return err
			}
			if len(some) > 1 {
				return &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("%q means %d pieces", args[0], len(some)), Remedy: "add /0, /1, … to name one"}
			}
			f, err := found.Open(some[0])
			if err != nil {
				return err
			}
			defer f.Close()
			if raw {
				if isTerminal(c.out) {
					return &usageError{&seamark.Fault{Class: seamark.Rejected, What: "--raw does not write to a terminal", Remedy: "redirect it into a file, or leave --raw out"}}
				}
				_, err := io.Copy(c.out, f)
				return err
			}
			return c.printPiece(some[0], f)
		},
	}
	c.lakeFlag(cmd)
	cmd.Flags().BoolVar(&raw, "raw", false, "write the bytes as they are (not to a terminal)")
	return cmd
}

func (c *cli) printPiece(p quarantine.Piece, r io.Reader) error {
	head, err := io.ReadAll(io.LimitReader(r, previewBytes))
	if err != nil {
		return err
	}
	if c.json {
		return c.writeJSON(c.out, struct {
			quarantine.Piece
			Head []byte `json:"head"` // base64
		}{p, head})
	}
	fmt.Fprintf(c.out, "id       %s\narrival  %s\norigin   %s\noffset   %s\nbytes    %s\nreason   %s\nkey      %s\n\n",
		p.ID, instant(p.Arrival), visible(p.Origin), count(p.Offset), count(p.Bytes), visible(p.Reason), p.Key)
	fmt.Fprint(c.out, preview(head))
	if shown := shownBytes(head); p.Bytes > shown {
		fmt.Fprintf(c.out, "… the first %s bytes of %s; --raw writes all of them\n", count(shown), count(p.Bytes))
	}
	return nil
}

// preview is text with everything escaped that a terminal might obey, or a hex dump.
func preview(b []byte) string {
	if !mostlyText(b) {
		return hex.Dump(b[:min(len(b), dumpBytes)])
	}
	lines := strings.Split(strings.TrimRight(string(b), "\n"), "\n")
	for i := range lines {
		lines[i] = visible(strings.TrimRight(lines[i], "\r"))
	}
	return strings.Join(lines, "\n") + "\n"
}

func shownBytes(head []byte) int64 {
	if mostlyText(head) {
		return int64(len(head))
	}
	return int64(min(len(head), dumpBytes))
}

// mostlyText reports whether b is UTF-8, but for its end, with few control characters.
func mostlyText(b []byte) bool {
	odd, n := 0, 0
	for len(b) > 0 {
		r, w := utf8.DecodeRune(b)
		if r == utf8.RuneError && w <= 1 && len(b) >= utf8.UTFMax || r < ' ' && r != '\n' && r != '\t' && r != '\r' {
			odd++
		}
		n++
		b = b[w:]
	}
	return odd*20 <= n
}

func (c *cli) quarantineRetryCmd() *cobra.Command {
	var all, dryRun bool
	cmd := &cobra.Command{
		Use:   "retry --lake LAKE PIECE...",
		Short: "Read the landing objects of pieces again with this parser",
		Long: `Read the landing objects of the named pieces again: this parser may decode what an earlier one
could not. Their rows are written in place. Says for each object what changed. --json writes
a line for each: object, id, before, after, changed, fault.`,
		Example: `  seamark quarantine retry --lake ./lake 6a411f2094c6
  seamark quarantine retry --lake ./lake --all --dry-run`,
		Args: func(cmd *cobra.Command, args []string) error {
			if all != (len(args) == 0) {
				return need(1, math.MaxInt, "which pieces?", "name them by their ids, or give --all and no names")(cmd, nil)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			folder, cfg, err := c.lakeFolder()
			if err != nil {
				return err
			}
			l, err := lakes.Read(cmd.Context(), folder)
			if err != nil {
				return err
			}
			found := quarantine.Read(l, quarantine.Filter{})
			some := found.All
			if !all {
				if some, err = found.Pick(args); err != nil {
					return err
				}
			}
			p := c.progress("objects")
			tried, err := app.Retry(cmd.Context(), l, cfg, some, dryRun, p.show)
			p.clear()
			if err != nil {
				return err
			}
			return c.printRetried(tried, dryRun)
		},
	}
	c.lakeFlag(cmd)
	cmd.Flags().BoolVar(&all, "all", false, "every piece")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "only say what would change")
	return cmd
}

func (c *cli) printRetried(tried []replay.Retried, dryRun bool) error {
	changed, failed, still := 0, 0, int64(0)
	for _, r := range tried {
		if r.Changed {
			changed++
		}
		if r.Fault != "" {
			failed++
		}
		still += r.After.Quarantined
		if c.json {
			if err := c.writeJSON(c.out, r); err != nil {
				return err
			}
			continue
		}
		switch {
		case r.Fault != "":
			fmt.Fprintf(c.out, "%s: not tried: %s\n", visible(r.Object), visible(r.Fault))
		case r.Changed:
			fmt.Fprintf(c.out, "%s: rows %s → %s, quarantined %s → %s\n", visible(r.Object),
				count(r.Before.Rows), count(r.After.Rows), count(r.Before.Quarantined), count(r.After.Quarantined))
		default:
			fmt.Fprintf(c.out, "%s: unchanged, quarantined %s\n", visible(r.Object), count(r.After.Quarantined))
		}
	}
	if !c.json {
		note := ""
		if dryRun {
			note = " Nothing written."
		}
		fmt.Fprintf(c.out, "objects %d, changed %d, failed %d; quarantined now %s.%s\n", len(tried), changed, failed, count(still), note)
	}
	if failed > 0 {
		return errReported
	}
	return nil
}
