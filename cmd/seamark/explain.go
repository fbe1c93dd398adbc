package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seamark-hq/seamark/internal/app/explain"
	"github.com/seamark-hq/seamark/schemas"
)

// explainedText is how much of a message or column `explain` prints, in characters.
const explainedText = 500

func (c *cli) explainCmd() *cobra.Command {
	var url string
	cmd := &cobra.Command{
		Use:   "explain --lake LAKE EVENT_ID | FILE:N",
		Short: "Follow one event from its bytes to the incidents it counted in",
		Long: `Follow one event: the landing object's bytes, the envelope and whose the filter says it is, the
parser that takes it and why, the row, the lake file, the ledger, the document in OpenSearch
and the incidents it counted in. The landing object is read again; nothing is written. The message
is shown as it lies in landing: nothing in it is redacted.
FILE:N is the N-th event of a landing object, counted from 1; FILE is a path or a key below
landing/. With --json a line for each event: landing, event, lake, ledger, document, incidents.`,
		Example: `  seamark explain --lake ./lake 36944168217000000000000000000000000000000000000000000000
  seamark explain --lake ./lake landing/2026/11/22/16/a1.gz:57 --json`,
		Args: need(1, 1, "which event?", "give an event_id, or FILE:N for the N-th event of a landing object"),
		RunE: func(cmd *cobra.Command, args []string) error {
			folder, cfg, err := c.lakeFolder()
			if err != nil {
				return err
			}
			if url != "" {
				cfg.OpenSearch.URL = url
			}
			ways, err := explain.Of(cmd.Context(), explain.Options{Lake: folder, Config: cfg, What: args[0]}, c.logger(warnLevel))
			if err != nil {
				return err
			}
			for i, w := range ways {
				if c.json {
					if err := c.writeJSON(c.out, w); err != nil {
						return err
					}
					continue
				}
				if i > 0 {
					fmt.Fprintln(c.out)
				}
				c.printWay(w)
			}
			return nil
		},
	}
	c.lakeFlag(cmd)
	cmd.Flags().StringVar(&url, "opensearch", "", "URL of the OpenSearch to ask for the document (default: from the configuration)")
	return cmd
}

func (c *cli) printWay(x explain.Way) {
	say := func(what, format string, args ...any) {
		fmt.Fprintf(c.out, "%-10s%s\n", what, visible(fmt.Sprintf(format, args...)))
	}
	e := x.Event
	say("landing", "%s, %s, arrived %s", x.Landing.URL, size(x.Landing.Size), instant(x.Landing.Arrival))
	say("", "landing id %s", x.Landing.ID)
	if e.Member > 0 {
		say("", "event %s of the object: gzip member %d at byte %s, payload at inflated byte %s, event at byte %s of it",
			count(e.Number), e.Member, count(e.MemberAt), count(e.PayloadAt), count(e.EventAt))
	} else {
		say("", "event %s of the object: payload at byte %s, event at byte %s of it", count(e.Number), count(e.PayloadAt), count(e.EventAt))
	}
	if v := e.Envelope; v != nil {
		say("envelope", "account %s, log group %s, stream %s", v.Owner, v.LogGroup, v.LogStream)
	} else {
		say("envelope", "none: a bare message")
	}
	say("owner", "%s", e.Owner)
	say("", "product %s, environment %s", e.Place.Product, e.Place.Environment)
	say("message", "%s", clipped(e.Message))
	say("parser", "%s: %s", e.Parser, e.Why)
	for _, f := range e.Fields {
		say("", "%s → %s", f.Key, f.Column)
	}
	c.printColumns(string(e.Table), e.Row)
	switch {
	case x.Ledger.Entry == "":
		say("lake", "not in the lake: the landing object is not transformed yet")
	case x.Lake.File == "":
		say("lake", "no file holds the row: expired, or missing; `seamark verify%s` tells", c.lakeArg())
	default:
		say("lake", "%s, row %s", x.Lake.File, count(x.Lake.Row))
	}
	if x.Lake.DuplicateOf != "" {
		say("", "a duplicate: the row is that of landing object %s, which arrived earlier", x.Lake.DuplicateOf)
	}
	if x.Ledger.Entry != "" {
		say("ledger", "%s, parser %s (this one: %s)", x.Ledger.Entry, x.Ledger.Parser, x.Ledger.Current)
	}
	if x.Ledger.Snapshot != "" {
		say("", "compacted, in %s", x.Ledger.Snapshot)
	}
	say("document", "%s/%s, %s", x.Document.Index, x.Document.ID, c.presence(x.Document))
	if len(x.Incident) == 0 {
		say("incidents", "none")
	}
	for i, in := range x.Incident {
		what := "incidents"
		if i > 0 {
			what = ""
		}
		say(what, "%s (%s, %s), opened %s", in.ID, in.Alarm, in.Status, instant(in.OpenedAt))
	}
}

// printColumns writes the columns of a row that hold something.
func (c *cli) printColumns(table string, row json.RawMessage) {
	d := json.NewDecoder(bytes.NewReader(row))
	d.UseNumber()
	_, _ = d.Token() // {
	for what := "row"; d.More(); what = "" {
		key, err := d.Token()
		var value any
		if err != nil || d.Decode(&value) != nil {
			return
		}
		if what != "" {
			fmt.Fprintf(c.out, "%-10s%s\n", what, table)
		}
		if value == "" || value == nil {
			continue
		}
		text := fmt.Sprint(value)
		if ms, err := strconv.ParseInt(text, 10, 64); err == nil && schemas.IsTime(fmt.Sprint(key)) {
			text = clock(ms)
		}
		fmt.Fprintf(c.out, "%-10s%s = %s\n", "", visible(fmt.Sprint(key)), visible(clipped(text)))
	}
}

func (c *cli) presence(d explain.Document) string {
	switch {
	case d.Fault != "":
		return "not known: " + d.Fault
	case d.Present == nil:
		return "not asked: no OpenSearch is configured"
	case *d.Present:
		return "present"
	}
	return "not there: run `seamark index" + c.lakeArg() + "`"
}

// clipped is text on one line, cut to a readable length.
func clipped(s string) string {
	s = strings.ReplaceAll(s, "\n", "⏎ ")
	if r := []rune(s); len(r) > explainedText {
		return string(r[:explainedText]) + "…"
	}
	return s
}
