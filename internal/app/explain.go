package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/indexer/opensearch"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/internal/parts/search"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/duckdb"
	"github.com/seamark-hq/seamark/schemas"
	"github.com/seamark-hq/seamark/transformer"
)

// ExplainOptions name the event.
type ExplainOptions struct {
	Lake   string
	Config *config.Config
	What   string // an event id, or FILE:N for the N-th event of a landing object
}

// Explanation is one event's way; its JSON keys are part of the command line.
type Explanation struct {
	Landing  LandingPart           `json:"landing"`
	Event    transformer.Explained `json:"event"`
	Lake     LakePart              `json:"lake"`
	Ledger   LedgerPart            `json:"ledger"`
	Document DocumentPart          `json:"document"`
	Incident []IncidentPart        `json:"incidents"`
}

// LandingPart is where the bytes lie.
type LandingPart struct {
	URL     string    `json:"url"`
	ID      string    `json:"id"`
	Size    int64     `json:"size"`
	Arrival time.Time `json:"arrival"`
}

// LakePart is where the row lies.
type LakePart struct {
	File      string `json:"file"`      // empty: not in the lake
	Compacted bool   `json:"compacted"` // the file holds the rows of many landing objects
	Row       int64  `json:"row"`       // number in the file, from 0; -1: not found
	// DuplicateOf is the landing object whose equal event stands for this one, which compaction
	// dropped as a duplicate; empty: the row is this object's own.
	DuplicateOf string `json:"duplicate_of,omitempty"`
}

// LedgerPart is what makes the row visible.
type LedgerPart struct {
	Entry    string `json:"entry"`    // key; empty: the object is not done
	Snapshot string `json:"snapshot"` // key of the hour's snapshot that includes the object; empty: none does
	Parser   string `json:"parser"`   // version that made the row
	Current  string `json:"current_parser"`
}

// DocumentPart is the event in the index.
type DocumentPart struct {
	Index   string `json:"index"`
	ID      string `json:"id"`
	Present *bool  `json:"present"` // null: no OpenSearch was asked
	Fault   string `json:"fault,omitempty"`
}

// IncidentPart is an incident that the event counted in.
type IncidentPart struct {
	ID       string    `json:"id"`
	Rule     string    `json:"rule"`
	Alarm    string    `json:"alarm"`
	OpenedAt time.Time `json:"opened_at"`
	Status   string    `json:"status"`
}

// Explain follows one event from the landing object's bytes to the incidents it counted
// in. An event id that several events have gives each of them.
func Explain(ctx context.Context, o ExplainOptions, log *slog.Logger) ([]Explanation, error) {
	l, err := ReadLake(ctx, o.Lake)
	if err != nil {
		return nil, err
	}
	t, err := newTransformer(l, o.Config)
	if err != nil {
		return nil, err
	}
	x := &explainer{lake: l, config: o.Config, t: t}
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

type explainer struct {
	lake   *lake.Lake
	config *config.Config
	t      *transformer.Transformer
	client *opensearch.Client // nil: not asked
}

// numbered explains the n-th event of a landing object.
func (x *explainer) numbered(ctx context.Context, file string, n int64) ([]Explanation, error) {
	if n < 1 {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("there is no event %d: they count from 1", n), Where: file}
	}
	src, err := x.open(ctx, file)
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

// open opens a landing object as it was named: a key of the lake, or a path.
func (x *explainer) open(ctx context.Context, file string) (*transformer.Source, error) {
	if _, err := os.Stat(file); err == nil && !IsRemote(file) {
		file = "file://" + file // a path comes before a key of the same spelling
	}
	return openOrigin(ctx, x.lake, file)
}

// named explains the events with an id. The lake's rows say which landing objects hold
// it; only where they do not is every object that may be read.
func (x *explainer) named(ctx context.Context, id string, log *slog.Logger) ([]Explanation, error) {
	entries, err := x.holders(ctx, id, log)
	if err != nil {
		return nil, err
	}
	var out []Explanation
	for _, e := range entries {
		src, err := sourceOf(ctx, x.lake, e)
		if err != nil {
			return nil, err
		}
		seen, err := x.t.Examine(ctx, src, func(_ int64, eventID string) bool { return eventID == id })
		if err == nil {
			var some []Explanation
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
func (x *explainer) holders(ctx context.Context, id string, log *slog.Logger) ([]*lake.Entry, error) {
	db, err := openDB(x.lake, userCache(x.lake.Root()), x.config.LakeCache, duckdb.Options{Logger: log})
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

// complete adds what follows the transformer: lake, ledger, index, incidents.
func (x *explainer) complete(ctx context.Context, src *transformer.Source, events []transformer.Explained) ([]Explanation, error) {
	var out []Explanation
	for _, w := range events {
		p := Explanation{Event: w, Landing: LandingPart{URL: src.Origin.URL, ID: string(src.ID), Size: src.Origin.Size, Arrival: src.Arrival}}
		p.Ledger.Current = transformer.ParserVersion
		p.Lake.Row = -1
		if e, ok := x.lake.Known(src.ID); ok {
			p.Ledger.Entry, p.Ledger.Parser = e.Key(), e.Parser
			x.locate(&p, e)
		}
		p.Document = x.document(ctx, w)
		p.Incident = x.incidents(w)
		out = append(out, p)
	}
	return out, ctx.Err()
}

// locate finds the row in the files that hold its hour.
func (x *explainer) locate(p *Explanation, e *lake.Entry) {
	w := &p.Event
	from := w.Place.Start()
	for _, f := range x.lake.Files(w.Table, seamark.Span{From: from, To: from.Add(time.Hour)}) {
		if f.Partition != w.Place || w.Timestamp < f.MinMs || w.Timestamp > f.MaxMs {
			continue
		}
		compacted := lake.IsCompacted(f.Key)
		if !compacted && !ownFile(e, f.Key) {
			continue
		}
		if at, landing := x.rowIn(f.FileRef, w, p.Landing.ID); at >= 0 {
			p.Lake = LakePart{File: f.Key, Compacted: compacted, Row: at}
			if landing != p.Landing.ID && landing != "" {
				p.Lake.DuplicateOf = landing
			}
			if compacted {
				p.Ledger.Snapshot = x.lake.SnapshotOf(w.Place.Hour)
			}
			return
		}
	}
}

func ownFile(e *lake.Entry, key string) bool {
	_, id, err := lake.ParseFileKey(key)
	return err == nil && id == e.ID
}

// rowIn finds the event's number in a lake file, preferably as a row of the landing object
// own, and whose row it is; -1: the file has no such row.
func (x *explainer) rowIn(f lake.FileRef, w *transformer.Explained, own string) (at int64, landing string) {
	n := int64(-1)
	at = -1
	is := func(id, source, of string, ms int64) {
		if n++; id == w.EventID && source == w.Source && ms == w.Timestamp && (at < 0 || of == own && landing != own) {
			at, landing = n, strings.Clone(of)
		}
	}
	var err error
	if w.Table == seamark.TableAccessLogs {
		err = x.lake.ReadAccessLogs(f, func(rows []seamark.AccessLog) error {
			for i := range rows {
				is(rows[i].EventID, rows[i].Source, rows[i].LandingID, rows[i].Timestamp)
			}
			return nil
		})
	} else {
		err = x.lake.ReadLogs(f, func(rows []seamark.Log) error {
			for i := range rows {
				is(rows[i].EventID, rows[i].Source, rows[i].LandingID, rows[i].Timestamp)
			}
			return nil
		})
	}
	if err != nil {
		return -1, ""
	}
	return at, landing
}

// document says where the event is in the index, and asks the server when there is one.
func (x *explainer) document(ctx context.Context, w transformer.Explained) DocumentPart {
	prefix := ""
	if x.client != nil {
		prefix = x.client.Prefix()
	}
	d := DocumentPart{Index: indexer.IndexName(prefix, w.Place), ID: indexer.DocumentID(w.AccountID, w.Source, w.EventID)}
	if x.client == nil {
		return d
	}
	there, err := x.client.HasDocument(ctx, d.Index, d.ID)
	if err != nil {
		d.Fault = err.Error()
		return d
	}
	d.Present = &there
	return d
}

// incidents lists those that the event counted in: of its product and environment, with
// an alarm whose rule counts such rows, over a window in which it lies.
func (x *explainer) incidents(w transformer.Explained) []IncidentPart {
	out := []IncidentPart{}
	state, err := lake.OpenDir(x.config.Data, nil)
	if err != nil {
		return out
	}
	at := time.UnixMilli(w.Timestamp)
	_ = state.Walk("incidents", func(key string, _ fs.DirEntry) error {
		b, err := state.ReadFile(key)
		if err != nil || filepath.Ext(key) != ".json" {
			return nil
		}
		var file struct{ Incident seamark.Incident }
		if json.Unmarshal(b, &file) != nil {
			return nil
		}
		in := &file.Incident
		if in.Product != w.Place.Product || in.Environment != w.Place.Environment {
			return nil
		}
		for _, a := range in.Alarms {
			if counts(a, w) && inWindow(in, a, at) {
				out = append(out, IncidentPart{ID: in.ID, Rule: a.Rule, Alarm: a.Name, OpenedAt: in.OpenedAt, Status: string(in.Status)})
			}
		}
		return nil
	})
	slices.SortFunc(out, func(a, b IncidentPart) int {
		return cmp.Or(a.OpenedAt.Compare(b.OpenedAt), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Alarm, b.Alarm))
	})
	return out
}

// counts reports whether a rule counts the event.
func counts(a seamark.Alarm, w transformer.Explained) bool {
	var row struct {
		Level     string `json:"level"`
		Status    int    `json:"status"`
		Component string `json:"component"`
	}
	if json.Unmarshal(w.Row, &row) != nil || a.Scope.Component != "" && a.Scope.Component != row.Component {
		return false
	}
	switch a.Rule {
	case "4xx", "5xx":
		return w.Table == seamark.TableAccessLogs && row.Status/100 == int(a.Rule[0]-'0')
	case "errors":
		return w.Table == seamark.TableLogs && slices.Contains(seamark.ErrorLevels(), row.Level)
	}
	return false
}

// inWindow reports whether an alarm of the incident looked at the instant.
func inWindow(in *seamark.Incident, a seamark.Alarm, at time.Time) bool {
	end := in.ResolvedAt
	if end.IsZero() {
		end = in.UpdatedAt
	}
	return !at.Before(in.OpenedAt.Add(-time.Duration(a.Window))) && !at.After(end)
}

// IsTime says of a column of either table that it holds milliseconds since 1970.
func IsTime(column string) bool {
	for _, t := range schemas.Tables() {
		for _, c := range t.Columns {
			if c.Name == column && c.Type == schemas.Timestamp {
				return true
			}
		}
	}
	return false
}
