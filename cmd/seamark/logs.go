package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/app"
	"github.com/seamark-hq/seamark/lake/duckdb"
	"github.com/seamark-hq/seamark/query"
	"github.com/seamark-hq/seamark/query/split"
)

func (c *cli) logsCmd() *cobra.Command {
	var product, environment, level, component []string
	var since, until, grep, openSearch, countBy string
	var limit, around int
	var access, compare bool
	cmd := &cobra.Command{
		Use:   "logs --lake LAKE [QUERY]...",
		Short: "Read logs from the lake, oldest first",
		Long: `Read the newest logs that match, printed oldest first. QUERY is in the language of the page's box:
words, "a phrase", part of a word as *4711, field:value, ranges as level:>=WARN or status:5xx, NOT,
AND, OR, brackets, and /regular expression/; docs/reference/search.md has all of it. What
begins with - goes behind --. Flags narrow it further. Times: 15m, 1h, 7d, today, yesterday,
14:00, 2026-11-22, RFC 3339 or Unix milliseconds; bare times mean the local zone.
With an OpenSearch in the configuration, that answers for what it holds, and the lake for the rest.
--context N shows each row found, marked by ">", between the N rows before and after it in its log
stream, whatever the query is. --compare lists the patterns (of WARN and above) that occur more or
less often than in the time of the same length before: what is new first.`,
		Example: `  seamark logs --lake ./lake --product booking --level ERROR --since 1h
  seamark logs --lake ./lake 'level:>=WARN timeout NOT component:canary*' --since 7d
  seamark logs --lake ./lake --grep AccessDenied --json | jq .error_stack
  seamark logs --lake ./lake --access --component booking-api/prod
  seamark logs --lake ./lake timeout --context 10
  seamark logs --lake ./lake --compare --since 1h
  seamark logs --lake ./lake level:ERROR --count-by component --since 24h`,
		RunE: func(cmd *cobra.Command, args []string) error {
			folder, cfg, err := c.lakeFolder()
			if err != nil {
				return err
			}
			span, err := seamark.ParseSpan(since, until, time.Now(), time.Local)
			if err != nil {
				return &usageError{err}
			}
			q := seamark.Query{Table: seamark.TableLogs, Span: span, Limit: limit}
			if access {
				q.Table = seamark.TableAccessLogs
			}
			if q.Text, err = searchText(q.Table, strings.Join(args, " "), grep); err != nil {
				return &usageError{err}
			}
			for field, values := range map[seamark.Field][]string{seamark.FieldProduct: product, seamark.FieldEnvironment: environment,
				seamark.FieldLevel: upper(level), seamark.FieldComponent: component} {
				if len(values) > 0 {
					q.Terms = append(q.Terms, seamark.Term{Field: field, Values: values})
				}
			}
			if err := checkLevels(upper(level)); err != nil {
				return err
			}
			if around > 0 && !cmd.Flags().Changed("limit") {
				q.Limit = contextLimit
			}
			q.By = seamark.Field(countBy)
			if err := cmp.Or(q.Validate(), checkContext(around, compare, q.Table)); err != nil {
				return &usageError{err}
			}
			if openSearch != "" {
				cfg.OpenSearch.URL = openSearch
			}
			rows, db, closeLake, err := app.Search(cmd.Context(), folder, cfg, c.logger(warnLevel))
			if err != nil {
				return err
			}
			defer closeLake()
			if compare {
				return c.compare(cmd.Context(), rows, q)
			}
			if countBy != "" {
				return c.countBy(cmd.Context(), rows, q)
			}
			res, err := rows.Search(cmd.Context(), q)
			if err != nil {
				return err
			}
			if len(res.Hits) == 0 && !c.json {
				c.noRows(cmd.Context(), db, rows, q, product, environment)
			}
			if around > 0 {
				return c.printContext(cmd.Context(), rows, res, around)
			}
			return c.printHits(res)
		},
	}
	c.lakeFlag(cmd)
	f := cmd.Flags()
	f.StringSliceVar(&product, "product", nil, "only these products")
	f.StringSliceVar(&environment, "environment", nil, "only these environments")
	f.StringSliceVar(&level, "level", nil, "only these levels: ERROR,FATAL")
	f.StringSliceVar(&component, "component", nil, "only these components")
	f.StringVar(&since, "since", "1h", "from when on")
	f.StringVar(&until, "until", "", "until when (default: now)")
	f.StringVar(&grep, "grep", "", "only rows with this in a text, within words too, upper and lower case alike")
	f.IntVar(&limit, "limit", 200, "rows at most")
	f.StringVar(&openSearch, "opensearch", "", "URL of the OpenSearch to ask for what it holds (default: from the configuration)")
	f.IntVar(&around, "context", 0, fmt.Sprintf("also so many rows before and after each, of its stream; --limit is then %d", contextLimit))
	f.StringVar(&countBy, "count-by", "", "count the rows by a field over time, instead of listing them: level, component, status, …")
	f.BoolVar(&compare, "compare", false, "what is new, against the time of the same length before")
	f.BoolVar(&access, "access", false, "access logs instead of logs")
	_ = cmd.RegisterFlagCompletionFunc("level", cobra.FixedCompletions(seamark.Levels(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// searchText is a query that --grep narrows.
func searchText(t seamark.Table, text, grep string) (string, error) {
	e, err := query.Parse(t, text)
	if err != nil || grep == "" {
		return text, err
	}
	if len(grep) > maxGrep {
		return "", &seamark.Fault{Class: seamark.Rejected, Where: "--grep", What: fmt.Sprintf("the text is longer than %d bytes", maxGrep), Remedy: "use a shorter piece of it"}
	}
	found, err := query.Parse(t, query.Containing(grep))
	switch {
	case err != nil:
		return "", err
	case e == nil:
		return query.Format(found), nil
	}
	return query.Format(query.And{e, found}), nil
}

// maxGrep leaves room for its escapes within a query.
const maxGrep = 200

func upper(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = strings.ToUpper(w)
	}
	return out
}

func (c *cli) printHits(res seamark.Result) error {
	out := bufio.NewWriter(c.out)
	defer out.Flush()
	colour := colours(c.out)
	for i := range res.Hits {
		h := res.Hits[len(res.Hits)-1-i]
		if c.json {
			if err := c.writeJSON(out, jsonRow(h, false)); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintln(out, line(h, colour))
	}
	out.Flush()
	c.sayMore(res)
	return nil
}

// sayMore says what the rows do not: that there are more, what may be missing, and who answered.
func (c *cli) sayMore(res seamark.Result) {
	if res.By != "" && !c.json {
		fmt.Fprintln(c.err, visible("from "+res.By))
	}
	for _, note := range res.Notes {
		fmt.Fprintln(c.err, visible("▲ "+note))
	}
	if res.More && !c.json {
		fmt.Fprintf(c.err, "the newest %s; more match: raise --limit or narrow the search\n", plural(int64(len(res.Hits)), "row"))
	}
}

// noRows says why nothing was found, as far as the names tell.
func (c *cli) noRows(ctx context.Context, db *duckdb.DB, rows split.Engine, q seamark.Query, products, environments []string) {
	known, stages := db.Names(q.Table)
	if len(known) == 0 {
		fmt.Fprintf(c.err, "no rows match: the lake has no %s at all\n", strings.ReplaceAll(string(q.Table), "_", " "))
		return
	}
	unknown := append(strangers("product", products, known), strangers("environment", environments, stages)...)
	for _, f := range unknown {
		fmt.Fprintln(c.err, visible("no rows match: "+f.Error()))
	}
	if len(unknown) == 0 && !c.blame(ctx, rows, q) {
		fmt.Fprintln(c.err, "no rows match; try a longer --since, or leave a filter out")
	}
}

// jsonRow is a row as scripts read it: the columns of its table, times as RFC 3339 in
// UTC, JSON columns as JSON; context: it stands beside one that was asked for.
func jsonRow(h seamark.Hit, context bool) any {
	if a := h.Access; a != nil {
		return struct {
			Product     string `json:"product"`
			Environment string `json:"environment"`
			Timestamp   string `json:"timestamp"`
			*seamark.AccessLog
			Extra      json.RawMessage `json:"extra,omitempty"`
			IngestedAt string          `json:"ingested_at"`
			Context    bool            `json:"context,omitempty"`
		}{h.Product, h.Environment, clock(a.Timestamp), a, rawJSON(a.Extra), clock(a.IngestedAt), context}
	}
	l := h.Log
	return struct {
		Product     string `json:"product"`
		Environment string `json:"environment"`
		Timestamp   string `json:"timestamp"`
		*seamark.Log
		EventData  json.RawMessage `json:"event_data,omitempty"`
		IngestedAt string          `json:"ingested_at"`
		Context    bool            `json:"context,omitempty"`
	}{h.Product, h.Environment, clock(l.Timestamp), l, rawJSON(l.EventData), clock(l.IngestedAt), context}
}

func rawJSON(s string) json.RawMessage {
	if !json.Valid([]byte(s)) {
		return nil
	}
	return json.RawMessage(s)
}

// line writes a row on one line: time, level, product/environment, component, message.
func line(h seamark.Hit, colour bool) string {
	if a := h.Access; a != nil {
		status := "---"
		if a.Status != nil {
			status = fmt.Sprint(*a.Status)
		}
		latency := ""
		if a.LatencyMs != nil {
			latency = fmt.Sprintf("%.0f ms", *a.LatencyMs)
		}
		where := a.Path
		if where == "" {
			where = a.Route
		}
		return paint(colour, statusColour(status), fmt.Sprintf("%s %s", clock(a.Timestamp), status)) +
			visible(fmt.Sprintf(" %s/%s %s %s %s %s %s", h.Product, h.Environment, a.Component, a.Method, where, latency, a.ErrorMessage))
	}
	l := h.Log
	text := l.Message
	if text == "" {
		text = strings.TrimSpace(l.EventName + " " + l.EventData)
	}
	if l.ErrorMessage != "" && !strings.Contains(text, l.ErrorMessage) {
		text += " · " + l.ErrorType + ": " + l.ErrorMessage
	}
	return paint(colour, levelColour(l.Level), fmt.Sprintf("%s %-5s", clock(l.Timestamp), l.Level)) +
		visible(fmt.Sprintf(" %s/%s %s ", h.Product, h.Environment, l.Component)) + visible(strings.ReplaceAll(text, "\n", "⏎ "))
}

func clock(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z") }

func paint(on bool, colour, s string) string {
	if !on || colour == "" {
		return s
	}
	return "\x1b[" + colour + "m" + s + "\x1b[0m"
}

func levelColour(level string) string {
	switch level {
	case seamark.LevelFatal:
		return "1;35"
	case seamark.LevelError:
		return "31"
	case seamark.LevelWarn:
		return "33"
	case seamark.LevelDebug, seamark.LevelTrace:
		return "2"
	}
	return ""
}

func statusColour(status string) string {
	switch status[0] {
	case '5':
		return "31"
	case '4':
		return "33"
	}
	return ""
}
