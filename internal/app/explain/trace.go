package explain

import (
	"cmp"
	"context"
	"encoding/json"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/internal/app/oncall"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer"
)

// complete adds what follows the transformer: lake, ledger, index, incidents.
func (x *follower) complete(ctx context.Context, src *transformer.Source, events []transformer.Explained) ([]Way, error) {
	var out []Way
	for _, w := range events {
		p := Way{Event: w, Landing: Landing{URL: src.Origin.URL, ID: string(src.ID), Size: src.Origin.Size, Arrival: src.Arrival}}
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
func (x *follower) locate(p *Way, e *lake.Entry) {
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
			p.Lake = Lake{File: f.Key, Compacted: compacted, Row: at}
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
func (x *follower) rowIn(f lake.FileRef, w *transformer.Explained, own string) (at int64, landing string) {
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
func (x *follower) document(ctx context.Context, w transformer.Explained) Document {
	prefix := ""
	if x.client != nil {
		prefix = x.client.Prefix()
	}
	d := Document{Index: indexer.IndexName(prefix, w.Place), ID: indexer.DocumentID(w.AccountID, w.Source, w.EventID)}
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
func (x *follower) incidents(w transformer.Explained) []Incident {
	out := []Incident{}
	state, err := lake.OpenDir(x.config.Data, nil)
	if err != nil {
		return out
	}
	at := time.UnixMilli(w.Timestamp)
	_ = state.Walk(oncall.IncidentsFolder, func(key string, _ fs.DirEntry) error {
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
				out = append(out, Incident{ID: in.ID, Rule: a.Rule, Alarm: a.Name, OpenedAt: in.OpenedAt, Status: string(in.Status)})
			}
		}
		return nil
	})
	slices.SortFunc(out, func(a, b Incident) int {
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
