// Package explain follows one event from the bytes of its landing object through row, ledger and
// index to the incidents in which it counted.
package explain

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/indexer/opensearch"
	"github.com/seamark-hq/seamark/internal/app/lakes"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/internal/parts/rows"
	"github.com/seamark-hq/seamark/internal/parts/search"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/duckdb"
	"github.com/seamark-hq/seamark/transformer"
	"github.com/seamark-hq/seamark/transformer/origin"
)

// Options name the event.
type Options struct {
	Lake   string
	Config *config.Config
	What   string // an event id, or FILE:N for the N-th event of a landing object
}

// Way is that of one event; its JSON keys are part of the command line.
type Way struct {
	Landing  Landing               `json:"landing"`
	Event    transformer.Explained `json:"event"`
	Lake     Lake                  `json:"lake"`
	Ledger   Ledger                `json:"ledger"`
	Document Document              `json:"document"`
	Incident []Incident            `json:"incidents"`
}

// Landing is where the bytes lie.
type Landing struct {
	URL     string    `json:"url"`
	ID      string    `json:"id"`
	Size    int64     `json:"size"`
	Arrival time.Time `json:"arrival"`
}

// Lake is where the row lies.
type Lake struct {
	File      string `json:"file"`      // empty: not in the lake
	Compacted bool   `json:"compacted"` // the file holds the rows of many landing objects
	Row       int64  `json:"row"`       // number in the file, from 0; -1: not found
	// DuplicateOf is the landing object whose equal event stands for this one, which compaction
	// dropped as a duplicate; empty: the row is this object's own.
	DuplicateOf string `json:"duplicate_of,omitempty"`
}

// Ledger is what makes the row visible.
type Ledger struct {
	Entry    string `json:"entry"`    // key; empty: the object is not done
	Snapshot string `json:"snapshot"` // key of the hour's snapshot that includes the object; empty: none does
	Parser   string `json:"parser"`   // version that made the row
	Current  string `json:"current_parser"`
}

// Document is the event in the index.
type Document struct {
	Index   string `json:"index"`
	ID      string `json:"id"`
	Present *bool  `json:"present"` // null: no OpenSearch was asked
	Fault   string `json:"fault,omitempty"`
}

// Incident is an incident that the event counted in.
type Incident struct {
	ID       string    `json:"id"`
	Rule     string    `json:"rule"`
	Alarm    string    `json:"alarm"`
	OpenedAt time.Time `json:"opened_at"`
	Status   string    `json:"status"`
}

// Of follows one event from the landing object's bytes to the incidents it counted
// in. An event id that several events have gives each of them.
func Of(ctx context.Context, o Options, log *slog.Logger) ([]Way, error) {
	l, err := lakes.Read(ctx, o.Lake)
	if err != nil {
		return nil, err
	}
	rules, err := rows.Options(o.Config)
	if err != nil {
		return nil, err
	}
	x := &follower{lake: l, config: o.Config, from: lakes.Objects(ctx, l), t: transformer.New(l, rules)}
	if o.Config.OpenSearch.URL != "" {
		if x.client, _, err = search.Open(o.Config, nil, indexer.Options{}); err != nil {
			return nil, err
		}
	}
	if file, n, ok := fileAndNumber(o.What); ok {
		return x.numbered(ctx, file, n)
	}
	return x.named(ctx, o.What, log)
}

// fileAndNumber reads FILE:N, FILE being a path or a key of the lake.
func fileAndNumber(s string) (file string, n int64, ok bool) {
	i := strings.LastIndexByte(s, ':')
	if i <= 0 {
		return "", 0, false
	}
	n, err := strconv.ParseInt(s[i+1:], 10, 64)
	if err != nil {
		return "", 0, false
	}
	return s[:i], n, true
}

type follower struct {
	lake   *lake.Lake
	config *config.Config
	from   *origin.Objects
	t      *transformer.Transformer
	client *opensearch.Client // nil: not asked
}

// numbered explains the n-th event of a landing object.
func (x *follower) numbered(ctx context.Context, file string, n int64) ([]Way, error) {
	if n < 1 {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("there is no event %d: they count from 1", n), Where: file}
	}
	src, err := x.from.OpenNamed(file)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	seen, err := x.t.Examine(ctx, src, func(number int64, _ string) bool { return number == n })
	if err != nil {
		return nil, err
	}
	if len(seen.Events) == 0 {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("the object has %d events", seen.Accounts.Events), Where: file,
			Remedy: "give a number from 1 to that"}
	}
	return x.complete(ctx, src, seen.Events)
}

// named explains the events with an id. The lake's rows say which landing objects hold
// it; only where they do not is every object that may be read.
func (x *follower) named(ctx context.Context, id string, log *slog.Logger) ([]Way, error) {
	entries, err := x.holders(ctx, id, log)
	if err != nil {
		return nil, err
	}
	var out []Way
	for _, e := range entries {
		src, err := x.from.Of(e)
		if err != nil {
			return nil, err
		}
		seen, err := x.t.Examine(ctx, src, func(_ int64, eventID string) bool { return eventID == id })
		if err == nil {
			var some []Way
			some, err = x.complete(ctx, src, seen.Events)
			out = append(out, some...)
		}
		src.Close()
		if err != nil {
			return nil, err
		}
	}
	if len(out) == 0 {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("no event of the lake has the id %q", id), Where: x.lake.Root(),
			Remedy: "take an event_id from `seamark logs --json`, or name FILE:N for the N-th event of a landing object"}
	}
	return out, nil
}

// holders lists the entries of the objects in which the event lies.
func (x *follower) holders(ctx context.Context, id string, log *slog.Logger) ([]*lake.Entry, error) {
	db, err := lakes.Query(x.lake, x.config, log)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	var out []*lake.Entry
	add := func(e *lake.Entry) {
		if !slices.Contains(out, e) {
			out = append(out, e)
		}
	}
	for _, t := range seamark.Tables() {
		ask := fmt.Sprintf("SELECT DISTINCT landing_id, product, environment, epoch_ms(timestamp) FROM %s WHERE event_id = '%s'", t, strings.ReplaceAll(id, "'", "''"))
		err := db.Query(ctx, ask, func([]duckdb.Column) {}, func(v []any) error {
			if landing, ok := v[0].(string); ok {
				if e, ok := x.lake.Known(lake.ID(landing)); ok {
					add(e)
				}
				return nil
			}
			product, _ := v[1].(string) // rows of the first release do not name their object
			environment, _ := v[2].(string)
			ms, _ := v[3].(int64)
			for _, e := range x.lake.Entries() {
				if slices.ContainsFunc(e.Files, func(f lake.FileRef) bool {
					p, _, err := lake.ParseFileKey(f.Key)
					return err == nil && p == lake.Partition{Table: t, Product: product, Environment: environment, Hour: p.Hour} && f.MinMs <= ms && ms <= f.MaxMs
				}) {
					add(e)
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
