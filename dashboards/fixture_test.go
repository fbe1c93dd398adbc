package dashboards_test

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/dashboards"
	"github.com/seamark-hq/seamark/query"
)

// memory is a small, real store: it filters, counts and pages what it holds, so that
// the page under test shows answers to its own questions.
type memory struct {
	mu   sync.Mutex
	hits []seamark.Hit // newest first
}

func place(h seamark.Hit) (int64, string) {
	if h.Log != nil {
		return h.Log.Timestamp, h.Log.EventID
	}
	return h.Access.Timestamp, h.Access.EventID
}

func newMemory(hits []seamark.Hit) *memory {
	m := &memory{}
	m.add(hits...)
	return m
}

func (m *memory) add(hits ...seamark.Hit) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hits = append(m.hits, hits...)
	slices.SortFunc(m.hits, func(a, b seamark.Hit) int {
		at, ai := place(a)
		bt, bi := place(b)
		if at != bt {
			return int(bt - at)
		}
		return strings.Compare(bi, ai)
	})
}

func value(h seamark.Hit, f seamark.Field) string {
	l, a := h.Log, h.Access
	if l == nil {
		l = &seamark.Log{EventID: a.EventID, AccountID: a.AccountID, Region: a.Region, Source: a.Source, Stream: a.Stream, Component: a.Component, Team: a.Team, RequestID: a.RequestID, TraceID: a.TraceID}
	}
	switch f {
	case seamark.FieldProduct:
		return h.Product
	case seamark.FieldEnvironment:
		return h.Environment
	case seamark.FieldStatus:
		return strconv.Itoa(int(*a.Status))
	case seamark.FieldMethod:
		return a.Method
	case seamark.FieldRoute:
		return a.Route
	}
	return map[seamark.Field]string{
		seamark.FieldLevel: l.Level, seamark.FieldComponent: l.Component, seamark.FieldSource: l.Source, seamark.FieldStream: l.Stream,
		seamark.FieldAccount: l.AccountID, seamark.FieldRegion: l.Region, seamark.FieldTeam: l.Team, seamark.FieldEventName: l.EventName,
		seamark.FieldErrorType: l.ErrorType, seamark.FieldFingerprint: l.Fingerprint, seamark.FieldRequestID: l.RequestID,
		seamark.FieldTraceID: l.TraceID, seamark.FieldEventID: l.EventID,
	}[f]
}

func matches(h seamark.Hit, q seamark.Query) bool {
	ts, _ := place(h)
	if h.Table != q.Table || ts < q.Span.From.UnixMilli() || ts >= q.Span.To.UnixMilli() {
		return false
	}
	for _, t := range q.Terms {
		v := value(h, t.Field)
		in := slices.ContainsFunc(t.Values, func(want string) bool {
			return v == want || t.Field == seamark.FieldStatus && len(want) == 3 && want[1:] == "xx" && v[:1] == want[:1]
		})
		if in == t.Not {
			return false
		}
	}
	e, err := query.Parse(q.Table, q.Text)
	return err == nil && query.Match(e, &h)
}

func (m *memory) Search(ctx context.Context, q seamark.Query) (seamark.Result, error) {
	if err := q.Validate(); err != nil {
		return seamark.Result{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var out seamark.Result
	hits, sign := m.hits, 1
	if q.Ascending {
		hits, sign = slices.Clone(m.hits), -1
		slices.Reverse(hits)
	}
	for _, h := range hits {
		if q.Before != nil && sign*h.Position().Compare(*q.Before) >= 0 {
			continue
		}
		if !matches(h, q) {
			continue
		}
		if len(out.Hits) == q.Limit {
			out.More = true
			break
		}
		out.Hits = append(out.Hits, h)
	}
	return out, ctx.Err()
}

func (m *memory) Histogram(ctx context.Context, q seamark.Query, step time.Duration) ([]seamark.Bucket, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	counts := map[int64]map[string]int64{}
	for _, h := range m.hits {
		if !matches(h, q) {
			continue
		}
		ts, _ := place(h)
		start := ts - ts%step.Milliseconds()
		if counts[start] == nil {
			counts[start] = map[string]int64{}
		}
		if q.By != "" {
			counts[start][value(h, q.By)]++
		} else if h.Log != nil {
			counts[start][h.Log.Level]++
		} else {
			counts[start][fmt.Sprintf("%dxx", *h.Access.Status/100)]++
		}
	}
	var out []seamark.Bucket
	for start, c := range counts {
		out = append(out, seamark.Bucket{Start: time.UnixMilli(start).UTC(), Counts: c})
	}
	slices.SortFunc(out, func(a, b seamark.Bucket) int { return a.Start.Compare(b.Start) })
	return out, ctx.Err()
}

func (m *memory) Facets(ctx context.Context, q seamark.Query, fields []seamark.Field, top int) ([][]seamark.Count, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([][]seamark.Count, 0, len(fields))
	for _, f := range fields {
		out = append(out, m.facet(q.Without(f), f, top))
	}
	return out, ctx.Err()
}

func (m *memory) facet(q seamark.Query, f seamark.Field, top int) []seamark.Count {
	counts, newest, oldest := map[string]int64{}, map[string]*seamark.Log{}, map[string]*seamark.Log{}
	for _, h := range m.hits {
		if !matches(h, q) {
			continue
		}
		v := value(h, f)
		counts[v]++
		oldest[v] = h.Log
		if newest[v] == nil {
			newest[v] = h.Log
		}
	}
	out := []seamark.Count{}
	for v, n := range counts {
		c := seamark.Count{Value: v, Count: n}
		if f == seamark.FieldFingerprint && v != "" {
			c.Text = seamark.PatternText(oldest[v], newest[v])
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b seamark.Count) int {
		if a.Count != b.Count {
			return int(b.Count - a.Count)
		}
		return strings.Compare(a.Value, b.Value)
	})
	return out[:min(top, len(out))]
}

// incidentList is a fixed list of incidents.
type incidentList struct {
	list  []seamark.Incident
	cards dashboards.Cards
}

func (l incidentList) List(context.Context) ([]seamark.Incident, error) { return l.list, nil }

func (l incidentList) Get(_ context.Context, id string) (seamark.Incident, dashboards.Cards, error) {
	for _, in := range l.list {
		if in.ID == id {
			return in, l.cards, nil
		}
	}
	return seamark.Incident{}, dashboards.Cards{}, fs.ErrNotExist
}

// flowOf counts what a memory holds.
type flowOf struct {
	m   *memory
	now func() time.Time
}

func (f flowOf) Flow(context.Context) (seamark.Flow, error) {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	now := f.now()
	out := seamark.Flow{At: now, StartedAt: now.Add(-2 * time.Hour), LagMs: 1840, OpenAlarms: 2, OpenCards: 1}
	n := int64(len(f.m.hits))
	out.Accounts = seamark.Accounts{Objects: 412, BytesIn: n * 612, Events: n + 2, Undecodable: 1, Rows: n, Quarantined: 3, ControlMessages: 4}
	per := map[string]*seamark.ProductFlow{}
	seconds := map[int64]int64{}
	for _, h := range f.m.hits {
		ts, _ := place(h)
		if ts < now.Add(-5*time.Minute).UnixMilli() {
			break
		}
		key := h.Product + "/" + h.Environment
		if per[key] == nil {
			per[key] = &seamark.ProductFlow{Product: h.Product, Environment: h.Environment}
		}
		per[key].Rows++
		seconds[ts/1000]++
		if h.Log != nil && (h.Log.Level == seamark.LevelError || h.Log.Level == seamark.LevelFatal) {
			per[key].Errors++
		}
	}
	for _, p := range per {
		if p.Product == "booking" && p.Environment == "prod" {
			p.Incident = openIncident
		}
		out.Products = append(out.Products, *p)
	}
	slices.SortFunc(out.Products, func(a, b seamark.ProductFlow) int {
		if a.Errors != b.Errors {
			return int(b.Errors - a.Errors)
		}
		return strings.Compare(a.Product+a.Environment, b.Product+b.Environment)
	})
	for s := now.Unix() - 300; s < now.Unix(); s++ {
		out.Recent = append(out.Recent, seamark.FlowPoint{At: time.Unix(s, 0).UTC(), Events: seconds[s], Rows: seconds[s]})
		if s > now.Unix()-10 {
			out.EventsPerS += float64(seconds[s]) / 10
		}
	}
	out.Quarantine = []seamark.Quarantined{
		{At: now.Add(-3 * time.Minute), Origin: "landing/2026/11/22/16/a1.gz", Offset: 88214, Bytes: 4096, Reason: "gzip member 7 ends early", Kept: "quarantine/a1-88214"},
		{At: now.Add(-9 * time.Minute), Origin: `landing/<img src=x onerror="window.pwned=1">.gz`, Offset: 0, Bytes: 12, Reason: "not a CloudWatch Logs payload: <script>window.pwned=1</script>", Kept: "quarantine/b2-0"},
	}
	return out, nil
}

const openIncident = "20261122T160000Z-booking-prod"

func cardFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/cards/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// saidOf stands for the words of cards, which internal/app has of the alerter.
func saidOf(in *seamark.Incident, now time.Time) dashboards.Said {
	s := dashboards.Said{Lasted: in.Duration(now).Truncate(time.Second).String()}
	for _, a := range in.Alarms {
		s.Alarms = append(s.Alarms, fmt.Sprintf("%.1f of %s, limit %v", 100*a.Value, a.Unit, a.Threshold))
		s.Fault = fmt.Sprintf("%s %.1f on %s, as the card has it", a.Rule, 100*a.Value, a.Scope.Component)
	}
	for _, p := range in.Patterns {
		l := p.Sample.Log
		lines := strings.Split(l.ErrorStack, "\n")
		s.Patterns = append(s.Patterns, dashboards.SaidPattern{Kind: cmp.Or(l.ErrorType, l.Level), Sample: cmp.Or(l.ErrorMessage, l.Message), Stack: lines[1:min(4, len(lines))]})
	}
	return s
}

// options serve the fixture with now as the clock.
func options(t testing.TB, now func() time.Time) (dashboards.Options, *memory) {
	t.Helper()
	m := newMemory(company(now()))
	text := "booking prod: 4xx 37 % (limit 5 %), open 4 min\nAccessDeniedException x 41\nrunbook: https://wiki.example.com/booking\n"
	cards := dashboards.Cards{Slack: cardFile(t, "slack.json"), Teams: cardFile(t, "teams.json"), Text: text}
	return dashboards.Options{
		Searcher: m, Incidents: incidentList{list: incidentsAt(now(), m), cards: cards}, Flow: flowOf{m: m, now: now},
		Version: "test", Lake: "./lake", Now: now, Say: saidOf,
	}, m
}

const testToken = "correct-horse-battery-staple"

// emptyFlow is a pipeline that nothing has entered yet.
type emptyFlow struct{}

func (emptyFlow) Flow(context.Context) (seamark.Flow, error) {
	return seamark.Flow{At: time.Now(), StartedAt: time.Now()}, nil
}
