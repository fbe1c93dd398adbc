package dashboards_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/dashboards"
)

var noon = time.Date(2026, 11, 22, 16, 25, 0, 0, time.UTC)

func fixed() time.Time { return noon }

func newServer(t testing.TB, change func(*dashboards.Options)) http.Handler {
	t.Helper()
	opts, _ := options(t, fixed)
	if change != nil {
		change(&opts)
	}
	s, err := dashboards.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// get asks as the page does.
func get(h http.Handler, target string, header ...string) *http.Response {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	r.Host = "localhost:8080"
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t testing.TB, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

type logsAnswer struct {
	From, To, At int64
	More         bool
	Next         string
	Rows         []seamark.Hit
}

func ask[T any](t testing.TB, h http.Handler, target string) T {
	t.Helper()
	r := get(h, target)
	text := body(t, r)
	if r.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %s", target, r.StatusCode, text)
	}
	var v T
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %v in %s", target, err, text)
	}
	return v
}

func TestLogsFilters(t *testing.T) {
	h := newServer(t, nil)
	for _, c := range []struct {
		query string
		holds func(seamark.Hit) bool
	}{
		{"level=ERROR,FATAL", func(h seamark.Hit) bool { return h.Log.Level == "ERROR" || h.Log.Level == "FATAL" }},
		{"-level=INFO&-level=DEBUG", func(h seamark.Hit) bool { return h.Log.Level != "INFO" && h.Log.Level != "DEBUG" }},
		{"level=", func(h seamark.Hit) bool { return h.Log.Level == "" }},
		{"product=booking&environment=test", func(h seamark.Hit) bool { return h.Product == "booking" && h.Environment == "test" }},
		{"q=CARRIER", func(h seamark.Hit) bool { return strings.Contains(h.Log.Message, "carrier") }},
		{"table=access_logs&status=4xx,502", func(h seamark.Hit) bool { s := *h.Access.Status; return s/100 == 4 || s == 502 }},
	} {
		t.Run(c.query, func(t *testing.T) {
			got := ask[logsAnswer](t, h, "/api/logs?from=now-2h&"+c.query)
			if len(got.Rows) == 0 {
				t.Fatal("no rows")
			}
			for _, r := range got.Rows {
				if !c.holds(r) {
					t.Errorf("row does not fit: %+v", r)
				}
			}
		})
	}
}

func TestLogsPagesGiveEveryRowOnce(t *testing.T) {
	h := newServer(t, nil)
	all := ask[logsAnswer](t, h, "/api/logs?from=now-2h&limit=10000&product=customs")
	seen, target := map[string]bool{}, "/api/logs?from=now-2h&limit=37&product=customs"
	for next := ""; ; {
		page := ask[logsAnswer](t, h, target+next)
		for _, r := range page.Rows {
			if seen[r.Log.EventID] {
				t.Fatalf("%s came twice", r.Log.EventID)
			}
			seen[r.Log.EventID] = true
		}
		if !page.More {
			break
		}
		next = "&before=" + url.QueryEscape(page.Next)
	}
	if len(seen) != len(all.Rows) || len(seen) < 100 {
		t.Errorf("pages hold %d rows, one listing %d", len(seen), len(all.Rows))
	}
}

func TestLogsCutAndWhole(t *testing.T) {
	h := newServer(t, nil)
	got := ask[logsAnswer](t, h, "/api/logs?event_id="+bigMessageID)
	r := got.Rows[0]
	if n := len(r.Log.Message); n > 2048 || n < 2040 {
		t.Errorf("the message has %d bytes in a listing", n)
	}
	whole := ask[struct{ Row struct{ seamark.Hit } }](t, h, fmt.Sprintf("/api/logs/row?event_id=%s&ts=%d&product=invoicing&environment=prod", bigMessageID, r.Log.Timestamp))
	if n := len(whole.Row.Log.Message); n != r.Cut["message"] || n < 1_400_000 || !strings.HasSuffix(whole.Row.Log.Message, "end of export") {
		t.Errorf("the whole message has %d bytes, the listing said %d", n, r.Cut["message"])
	}
	if r := get(h, "/api/logs/row?event_id=none&ts=5"); r.StatusCode != http.StatusNotFound {
		t.Errorf("a row that is not there: %d", r.StatusCode)
	}
}

// TestDownload: a file holds every row of a question once, whole; what a spreadsheet would run is text.
func TestDownload(t *testing.T) {
	var m *memory
	h := newServer(t, func(o *dashboards.Options) { m = o.Searcher.(*memory) })
	m.add(seamark.Hit{Table: seamark.TableLogs, Product: "invoicing", Environment: "prod", Log: &seamark.Log{Timestamp: noon.UnixMilli() - 1, EventID: "formula", Message: `=HYPERLINK("http://x"), "a"`}})
	want := ask[logsAnswer](t, h, "/api/logs?from=now-2h&limit=10000")
	lines := strings.Split(strings.TrimSpace(body(t, get(h, "/api/logs/download?format=json&from=now-2h"))), "\n")
	if len(lines) != len(want.Rows) || len(lines) <= 1000 {
		t.Fatalf("%d lines of %d rows", len(lines), len(want.Rows))
	}
	for i, l := range lines {
		var hit seamark.Hit
		if err := json.Unmarshal([]byte(l), &hit); err != nil || hit.Position() != want.Rows[i].Position() || len(hit.Cut) > 0 {
			t.Fatalf("line %d: %v, %.100s", i, err, l)
		}
	}
	r := get(h, "/api/logs/download?format=csv&from=now-2h&product=invoicing")
	if got := r.Header.Get("Content-Disposition"); got != `attachment; filename="logs.csv"` {
		t.Errorf("disposition %s", got)
	}
	records, err := csv.NewReader(r.Body).ReadAll()
	if err != nil || len(records) < 10 || records[0][0] != "timestamp" {
		t.Fatalf("%d records, %v", len(records), err)
	}
	at := slices.Index(records[0], "message")
	if got := records[1][at]; got != `'=HYPERLINK("http://x"), "a"` {
		t.Errorf("message %q", got)
	}
	if !slices.ContainsFunc(records, func(r []string) bool { return len(r[at]) > 1_000_000 }) {
		t.Error("the long message is not whole")
	}
	for _, target := range []string{"/api/logs/download", "/api/logs/download?format=xls", "/api/logs/download?format=csv&q=%22"} {
		if r := get(h, target); r.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d", target, r.StatusCode)
		}
	}
}

// TestJourney: a request's rows come in both tables' order, each with how it was found.
func TestJourney(t *testing.T) {
	h := newServer(t, nil)
	row := ask[logsAnswer](t, h, "/api/logs?level=ERROR&limit=1").Rows[0]
	got := ask[struct {
		Steps []struct {
			Row seamark.Hit
			By  string
		}
	}](t, h, "/api/journey?id="+url.QueryEscape(row.Log.RequestID))
	if len(got.Steps) == 0 || !slices.ContainsFunc(got.Steps, func(s struct {
		Row seamark.Hit
		By  string
	}) bool {
		return s.Row.Position() == row.Position() && s.By == "the id"
	}) {
		t.Errorf("of %s: %+v", row.Log.RequestID, got.Steps)
	}
	for _, target := range []string{"/api/journey", "/api/journey?id=x", "/api/journey?id=12345678&from=never"} {
		if r := get(h, target); r.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d", target, r.StatusCode)
		}
	}
}

// told is a searcher that says who answered and what is missing.
type told struct{ *memory }

func (m told) Search(ctx context.Context, q seamark.Query) (seamark.Result, error) {
	r, err := m.memory.Search(ctx, q)
	r.By = "OpenSearch"
	r.Note("1 of 5 shards of the index did not answer: rows may be missing")
	return r, err
}

// TestWhoAnswered: an answer says who gave it, and what may be missing.
func TestWhoAnswered(t *testing.T) {
	h := newServer(t, func(o *dashboards.Options) { o.Searcher = told{o.Searcher.(*memory)} })
	got := ask[struct {
		By    string
		Notes []string
		Rows  []seamark.Hit
	}](t, h, "/api/logs?level=ERROR")
	if got.By != "OpenSearch" || len(got.Notes) != 1 || len(got.Rows) == 0 {
		t.Errorf("by %q, notes %q, %d rows", got.By, got.Notes, len(got.Rows))
	}
}

// TestContext: what stands around a row in its stream comes whatever the row was found by.
func TestContext(t *testing.T) {
	h := newServer(t, nil)
	all := ask[logsAnswer](t, h, "/api/logs?product=booking&environment=prod&limit=1000").Rows
	middle := all[len(all)/2]
	for _, n := range []int{1, 10, 50} {
		got := ask[struct{ Earlier, Later []seamark.Hit }](t, h, fmt.Sprintf("/api/logs/context?event_id=%s&ts=%d&product=booking&n=%d", middle.Log.EventID, middle.Log.Timestamp, n))
		var want []seamark.Position
		var at int
		for i := range all {
			if fmt.Sprint(all[i].Stream().Terms) != fmt.Sprint(middle.Stream().Terms) {
				continue
			}
			if all[i].Position() == middle.Position() {
				at = len(want)
			}
			want = append(want, all[i].Position())
		}
		var has []seamark.Position
		for i := range got.Later {
			has = append(has, got.Later[len(got.Later)-1-i].Position())
		}
		has = append(has, middle.Position())
		for _, r := range got.Earlier {
			has = append(has, r.Position())
		}
		if diff := cmp.Diff(want[at-n:at+n+1], has); diff != "" {
			t.Errorf("%d on either side:\n%s", n, diff)
		}
	}
	for target, want := range map[string]int{
		"/api/logs/context?event_id=none&ts=5":          http.StatusNotFound,
		"/api/logs/context?ts=5":                        http.StatusBadRequest,
		"/api/logs/context?event_id=none&ts=5&n=100000": http.StatusBadRequest,
	} {
		if r := get(h, target); r.StatusCode != want {
			t.Errorf("%s: %d, want %d", target, r.StatusCode, want)
		}
	}
}

// TestCompare: patterns are counted against the time before, what is new first.
func TestCompare(t *testing.T) {
	h := newServer(t, nil)
	type answer struct {
		From, To   int64
		BeforeFrom int64 `json:"before_from"`
		Changes    []seamark.Change
	}
	got := ask[answer](t, h, "/api/logs/compare?from=now-5m&to=now")
	if got.BeforeFrom != got.From-(got.To-got.From) || len(got.Changes) == 0 {
		t.Fatalf("%+v", got)
	}
	count := func(fingerprint string, from, to int64) int64 {
		n := int64(0)
		for _, b := range ask[struct {
			Buckets []struct{ Counts map[string]int64 }
		}](t, h, fmt.Sprintf("/api/logs/histogram?from=%d&to=%d&fingerprint=%s", from, to, fingerprint)).Buckets {
			for _, c := range b.Counts {
				n += c
			}
		}
		return n
	}
	for _, c := range got.Changes {
		if now, before := count(c.Value, got.From, got.To), count(c.Value, got.BeforeFrom, got.From); c.Count != now || c.Before != before {
			t.Errorf("%s: %d after %d, want %d after %d", c.Value, c.Count, c.Before, now, before)
		}
	}
	if first := got.Changes[0]; first.Before != 0 || first.Text == "" {
		t.Errorf("first comes %+v", first)
	}
	if r := get(h, "/api/logs/compare?table=access_logs"); r.StatusCode != http.StatusBadRequest {
		t.Errorf("of requests: %d", r.StatusCode)
	}
}

func TestLogsFrame(t *testing.T) {
	h := newServer(t, nil)
	ms := func(s string) int64 {
		at, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return at.UnixMilli()
	}
	for _, c := range []struct {
		query, from, to, at string
	}{
		{"", "2026-11-22T15:25:00Z", "2026-11-22T16:25:00Z", "2026-11-22T16:25:00Z"},
		{"from=now-1h&to=now&at=" + fmt.Sprint(ms("2026-11-20T12:00:00Z")), "2026-11-20T11:00:00Z", "2026-11-20T12:00:00Z", "2026-11-20T12:00:00Z"},
		{"from=14:00&to=14:20&tz=Europe/Berlin", "2026-11-22T13:00:00Z", "2026-11-22T13:20:00Z", "2026-11-22T16:25:00Z"},
		{"from=yesterday&to=yesterday&tz=utc", "2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z", "2026-11-22T16:25:00Z"},
	} {
		got := ask[logsAnswer](t, h, "/api/logs?"+c.query)
		want := [3]int64{ms(c.from), ms(c.to), ms(c.at)}
		if diff := cmp.Diff([3]int64{got.From, got.To, got.At}, want); diff != "" {
			t.Errorf("%s: got -, want +:\n%s", c.query, diff)
		}
	}
}

func TestHistogramAgreesWithRows(t *testing.T) {
	h := newServer(t, nil)
	got := ask[struct {
		StepMs  int64 `json:"step_ms"`
		Buckets []struct {
			Start  int64
			Counts map[string]int64
		}
	}](t, h, "/api/logs/histogram?from=now-2h&product=booking")
	var sum int64
	for _, b := range got.Buckets {
		if b.Start%got.StepMs != 0 {
			t.Errorf("bucket %d is no multiple of %d", b.Start, got.StepMs)
		}
		for _, n := range b.Counts {
			sum += n
		}
	}
	rows := ask[logsAnswer](t, h, "/api/logs?from=now-2h&product=booking&limit=10000")
	if sum != int64(len(rows.Rows)) {
		t.Errorf("buckets hold %d rows, the listing %d", sum, len(rows.Rows))
	}
}

// TestHistogramSteps: never more than 120 bars, and no step that a finer one could replace.
func TestHistogramSteps(t *testing.T) {
	h := newServer(t, nil)
	step := func(t testing.TB, from, to int64) int64 {
		return ask[struct {
			StepMs int64 `json:"step_ms"`
		}](t, h, fmt.Sprintf("/api/logs/histogram?from=%d&to=%d", from, to)).StepMs
	}
	at := noon.UnixMilli()
	for width, want := range map[time.Duration]time.Duration{
		10 * time.Second: time.Second, 15 * time.Minute: 10 * time.Second, time.Hour: 30 * time.Second, 24 * time.Hour: 15 * time.Minute,
		7 * 24 * time.Hour: 2 * time.Hour, 365 * 24 * time.Hour: 5 * 24 * time.Hour,
	} {
		if got := step(t, at-width.Milliseconds(), at); got != want.Milliseconds() {
			t.Errorf("%v: step %v, want %v", width, time.Duration(got)*time.Millisecond, want)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		from := rapid.Int64Range(1e12, 2e12).Draw(r, "from")
		to := from + rapid.Int64Range(1, 400*86_400_000).Draw(r, "width")
		s := step(t, from, to)
		if bars := (to-1)/s - from/s + 1; bars > 120 {
			r.Fatalf("%d bars of %d ms", bars, s)
		}
	})
}

func TestFacets(t *testing.T) {
	h := newServer(t, nil)
	type answer struct {
		Facets []struct {
			Field  string
			Values []seamark.Count
			More   bool
		}
	}
	got := ask[answer](t, h, "/api/logs/facets?from=now-2h&level=ERROR")
	fields := map[string][]seamark.Count{}
	for _, f := range got.Facets {
		fields[f.Field] = f.Values
		if len(f.Values) > 10 {
			t.Errorf("%s has %d values", f.Field, len(f.Values))
		}
	}
	if len(fields["level"]) < 4 {
		t.Errorf("the other levels are gone: %v", fields["level"])
	}
	var errors int64
	for _, c := range fields["product"] {
		errors += c.Count
	}
	rows := ask[logsAnswer](t, h, "/api/logs?from=now-2h&level=ERROR&limit=10000")
	if errors != int64(len(rows.Rows)) {
		t.Errorf("products count %d errors, the listing %d", errors, len(rows.Rows))
	}
	texts := ask[answer](t, h, "/api/logs/facets?from=now-2h&field=fingerprint&match=CARRIER")
	if len(texts.Facets) != 1 || len(texts.Facets[0].Values) != 1 || texts.Facets[0].Values[0].Text != "carrier answered 504 after 29000 ms bookingId=[…]" {
		t.Errorf("patterns by their text: %+v", texts)
	}
	one := ask[answer](t, h, "/api/logs/facets?from=now-2h&field=component&match=BOOKING&top=2")
	if len(one.Facets) != 1 || len(one.Facets[0].Values) != 2 || !strings.HasPrefix(one.Facets[0].Values[0].Value, "booking-") {
		t.Errorf("match: %+v", one)
	}
}

func TestIncidents(t *testing.T) {
	h := newServer(t, nil)
	list := ask[struct{ Incidents []seamark.Incident }](t, h, "/api/incidents")
	var got []string
	for _, in := range list.Incidents {
		got = append(got, in.Product+" "+string(in.Status))
		if strings.HasPrefix(in.Runbook, "javascript") || in.Patterns != nil {
			t.Errorf("listing of %s holds too much: %q", in.ID, in.Runbook)
		}
	}
	if diff := cmp.Diff(got, []string{"booking open", "customs resolved", "schedules resolved"}); diff != "" {
		t.Errorf("got -, want +:\n%s", diff)
	}
	text := body(t, get(h, "/api/incidents/"+openIncident))
	for _, want := range []string{`"slack":{`, `"teams":{`, `"text":"booking prod`, `"patterns":[{`, "hologram"} {
		if !strings.Contains(text, want) {
			t.Errorf("the incident lacks %s", want)
		}
	}
}

func TestIncidentWithBrokenCard(t *testing.T) {
	h := newServer(t, func(o *dashboards.Options) {
		l := o.Incidents.(incidentList)
		l.cards = dashboards.Cards{Slack: []byte("{half"), Text: "whole"}
		o.Incidents = l
	})
	got := ask[struct{ Cards dashboards.Cards }](t, h, "/api/incidents/"+openIncident)
	if got.Cards.Slack != nil || got.Cards.Text != "whole" {
		t.Errorf("got %+v", got.Cards)
	}
}

// broken answers every question with an error.
type broken struct{ err error }

func (b broken) Search(context.Context, seamark.Query) (seamark.Result, error) {
	return seamark.Result{}, b.err
}
func (b broken) Histogram(context.Context, seamark.Query, time.Duration) ([]seamark.Bucket, error) {
	return nil, b.err
}
func (b broken) Facets(context.Context, seamark.Query, []seamark.Field, int) ([][]seamark.Count, error) {
	return nil, b.err
}

func TestFaults(t *testing.T) {
	fault := func(class seamark.Class) error {
		return fmt.Errorf("search: %w", &seamark.Fault{Class: class, What: "the disk is full", Where: "lake", Remedy: "free some space", Err: errors.New("secret path")})
	}
	for _, c := range []struct {
		err    error
		status int
		says   string
	}{
		{fault(seamark.Rejected), 400, "the disk is full"}, {fault(seamark.Temporary), 503, "free some space"}, {fault(seamark.Permanent), 500, "the disk is full"},
		{context.DeadlineExceeded, 504, "narrow the time range"}, {errors.New("open /secret/file: denied"), 500, "the question failed"},
	} {
		h := newServer(t, func(o *dashboards.Options) { o.Searcher = broken{c.err} })
		for _, path := range []string{"/api/logs", "/api/logs/histogram", "/api/logs/facets", "/api/logs/row?event_id=a&ts=1"} {
			r := get(h, path)
			text := body(t, r)
			if r.StatusCode != c.status || !strings.Contains(text, c.says) || strings.Contains(text, "secret") {
				t.Errorf("%v at %s: %d %s", c.err, path, r.StatusCode, text)
			}
		}
	}
}

// TestQueryIsUnderstood: the answer says how the query was read and what rows were found by; one that
// cannot be read says where.
func TestQueryIsUnderstood(t *testing.T) {
	h := newServer(t, nil)
	got := ask[struct {
		Query string
		Marks []string
	}](t, h, "/api/logs?from=now-2h&q=CARRIER+AND+NOT+level:debug+*ook*")
	if got.Query != "carrier -level:DEBUG *ook*" || !slices.Equal(got.Marks, []string{"carrier", "*ook*"}) {
		t.Errorf("%+v", got)
	}
	for _, path := range []string{"/api/logs", "/api/logs/histogram", "/api/logs/facets"} {
		if text := body(t, get(h, path+"?q=carrier+%22x")); !strings.Contains(text, "column 9: unbalanced quote") {
			t.Errorf("%s: %s", path, text)
		}
	}
}

func TestBadQuestions(t *testing.T) {
	h := newServer(t, nil)
	for _, query := range []string{
		"table=nope", "levl=ERROR", "status=200", "table=access_logs&level=ERROR", "from=nonsense", "from=now&to=now-1h", "at=x", "at=-5", "tz=Mars/Base", "tz=Local", "tz=../../etc/passwd",
		"limit=0", "limit=10001", "limit=x", "before=x", "order=up", "q=" + strings.Repeat("x", 1001), "q=" + strings.Repeat("x", 1<<20), "q=" + strings.Repeat("x+", 10_000), "request_id=" + strings.Repeat("x", 1<<20), "q=%22a", "q=lvel:ERROR", "q=(((", "q=%2F(a%2F", "q=*", "level=" + strings.Repeat("a,", 101), "%zz",
	} {
		r := get(h, "/api/logs?"+query)
		var got struct {
			Error struct{ What, Where, Remedy string }
		}
		if err := json.Unmarshal([]byte(body(t, r)), &got); err != nil || r.StatusCode != 400 || got.Error.What == "" || got.Error.Remedy == "" {
			t.Errorf("%s: %d %+v %v", query, r.StatusCode, got, err)
		}
	}
}

func FuzzLogsQuery(f *testing.F) {
	for _, q := range []string{"level=ERROR,FATAL&from=now-1h", "-product=a\\,b&q=x&tz=Europe/Berlin", "before=1,a&order=asc&limit=5", "%zz", "at=99999999999999&from=14:00&to=14:20"} {
		f.Add(q)
	}
	opts, _ := options(f, fixed)
	opts.Searcher = newMemory(nil)
	s, err := dashboards.New(opts)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, query string) {
		for _, path := range []string{"/api/logs", "/api/logs/histogram", "/api/logs/facets", "/api/logs/row"} {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Host, r.URL.RawQuery = "localhost", query
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code != 200 && w.Code != 400 && w.Code != 404 || !json.Valid(w.Body.Bytes()) {
				t.Errorf("%s?%q: %d %s", path, query, w.Code, w.Body)
			}
		}
	})
}

func TestRunbookLinks(t *testing.T) {
	for link, want := range map[string]string{
		"https://wiki.example.com/a?b=c#d": "https://wiki.example.com/a?b=c#d", "http://wiki": "http://wiki", " https://wiki ": "https://wiki", "HTTPS://wiki/": "https://wiki/",
		"": "", "javascript:x": "", "javascript://x/%0aalert(1)": "", "data:text/html,x": "", "//wiki": "", "/path": "", "ftp://wiki/": "", "https:": "", "wiki/booking": "",
	} {
		h := newServer(t, func(o *dashboards.Options) {
			in := seamark.Incident{ID: "1", Runbook: link, Alarms: []seamark.Alarm{{Runbook: link}}}
			o.Incidents = incidentList{list: []seamark.Incident{in}}
		})
		one := ask[struct{ Incident seamark.Incident }](t, h, "/api/incidents/1").Incident
		all := ask[struct{ Incidents []seamark.Incident }](t, h, "/api/incidents").Incidents[0]
		for _, got := range []string{one.Runbook, one.Alarms[0].Runbook, all.Runbook, all.Alarms[0].Runbook} {
			if got != want {
				t.Errorf("%q becomes %q, want %q", link, got, want)
			}
		}
	}
}

// TestClosedTab: whatever a store says of a question that nobody waits for any more, it is no
// error in the log; the same words while somebody waits are.
func TestClosedTab(t *testing.T) {
	for _, gone := range []bool{true, false} {
		var log bytes.Buffer
		h := newServer(t, func(o *dashboards.Options) {
			o.Searcher, o.Logger = broken{errors.New("INTERRUPT Error: Interrupted!")}, slog.New(slog.NewTextHandler(&log, nil))
		})
		for _, path := range []string{"/api/logs", "/api/logs/histogram", "/api/logs/facets"} {
			log.Reset()
			ctx, cancel := context.WithCancel(t.Context())
			if gone {
				cancel()
			}
			r := httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil)
			r.Host = "localhost:8080"
			h.ServeHTTP(httptest.NewRecorder(), r)
			cancel()
			if said := log.Len() > 0; said == gone {
				t.Errorf("%s, gone %v: %q in the log", path, gone, log.String())
			}
		}
	}
}
