package dashboards

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/query"
)

type logsAnswer struct {
	frame
	Rows []seamark.Hit `json:"rows"`
	More bool          `json:"more"` // further rows match: ask again with before=Next
	// Next continues the listing; empty when there is no more.
	Next string `json:"next,omitempty"`
	// Query is q as it was understood, in its canonical form, and Marks the words that rows were
	// found by, with a * where they may go on.
	Query string   `json:"query,omitempty"`
	Marks []string `json:"marks,omitempty"`
	// By is who answered, where there is a choice, and Notes what may be missing; both in words.
	By string `json:"by,omitempty"`
	// Parts are the conditions of a query that found nothing, each with the query without it.
	Parts []query.Part `json:"parts,omitempty"`
	Notes []string     `json:"notes,omitempty"`
}

// logs answers GET /api/logs: rows of one table, newest first (order=asc: oldest first).
// Texts over 2 KB are cut; /api/logs/row gives one row whole.
func (s *Server) logs(w http.ResponseWriter, r *http.Request) {
	q, err := s.parseQuestion(r, "limit", "before", "order")
	if err == nil {
		q.query.Limit, err = intParam(q.rest, "limit", 1, seamark.MaxLimit, seamark.DefaultLimit)
	}
	if err == nil {
		q.query.Before, err = parsePosition(q.rest.Get("before"))
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	switch order := q.rest.Get("order"); order {
	case "", "desc":
	case "asc":
		q.query.Ascending = true
	default:
		s.fail(w, r, reject("order", "use asc or desc", "cannot order by %q", order))
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.opts.Timeout)
	defer cancel()
	q.query.Cut = maxTextBytes
	result, err := s.opts.Searcher.Search(ctx, q.query)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	out := logsAnswer{frame: q.frame, Rows: cutRows(result.Hits), More: result.More, Query: query.Format(q.expr), Marks: query.Marks(q.expr), By: result.By, Notes: result.Notes}
	if len(result.Hits) == 0 {
		out.Parts = query.Parts(q.expr)
	}
	if n := len(result.Hits); result.More && n > 0 {
		out.Next = formatPosition(result.Hits[n-1].Position())
	}
	s.answer(w, r, out)
}

// Bounds of a position: an event id is CloudWatch's own or a hash, a time lies within the years
// that a timestamp can hold.
const (
	maxPosition = 4000    // bytes, escaped
	maxMs       = 1 << 53 // Unix milliseconds
)

// parsePosition reads what formatPosition wrote; an address of an earlier release names the time
// and the event id only.
func parsePosition(s string) (*seamark.Position, error) {
	if s == "" {
		return nil, nil
	}
	parts := strings.Split(s, ",")
	ms, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil || len(parts) != 2 && len(parts) != 4 || len(s) > maxPosition || ms < -maxMs || ms > maxMs {
		return nil, reject("before", "give it back as it was answered in next", "cannot read the position %q", s)
	}
	p := &seamark.Position{Timestamp: ms}
	for i, into := range []*string{&p.EventID, &p.AccountID, &p.Source}[:len(parts)-1] {
		if *into, err = url.QueryUnescape(parts[i+1]); err != nil {
			return nil, reject("before", "give it back as it was answered in next", "cannot read the position %q", s)
		}
	}
	return p, nil
}

func formatPosition(p seamark.Position) string {
	return strings.Join([]string{strconv.FormatInt(p.Timestamp, 10), url.QueryEscape(p.EventID), url.QueryEscape(p.AccountID), url.QueryEscape(p.Source)}, ",")
}

type histogramAnswer struct {
	frame
	StepMs  int64        `json:"step_ms"`
	Buckets []bucketJSON `json:"buckets"` // oldest first; empty ones may be left out
}

type bucketJSON struct {
	Start  int64            `json:"start"` // Unix milliseconds, a multiple of the step
	Counts map[string]int64 `json:"counts"`
}

// histogram answers GET /api/logs/histogram: counts by level (by status class in access
// logs; by=… by another field) in at most 120 buckets.
func (s *Server) histogram(w http.ResponseWriter, r *http.Request) {
	q, err := s.parseQuestion(r, "by")
	if err != nil {
		s.fail(w, r, err)
		return
	}
	q.query.By = seamark.Field(q.rest.Get("by"))
	step := stepFor(q.query.Span)
	ctx, cancel := context.WithTimeout(r.Context(), s.opts.Timeout)
	defer cancel()
	buckets, err := s.opts.Searcher.Histogram(ctx, q.query, step)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	out := histogramAnswer{frame: q.frame, StepMs: step.Milliseconds(), Buckets: make([]bucketJSON, 0, len(buckets))}
	for _, b := range buckets {
		out.Buckets = append(out.Buckets, bucketJSON{Start: b.Start.UnixMilli(), Counts: b.Counts})
	}
	s.answer(w, r, out)
}

// facetFields are counted beside a listing; each is cheap in every store because its
// column holds few values.
func facetFields(t seamark.Table) []seamark.Field {
	if t == seamark.TableAccessLogs {
		return []seamark.Field{seamark.FieldProduct, seamark.FieldEnvironment, seamark.FieldStatus, seamark.FieldMethod, seamark.FieldRoute, seamark.FieldComponent, seamark.FieldSource}
	}
	return []seamark.Field{seamark.FieldProduct, seamark.FieldEnvironment, seamark.FieldLevel, seamark.FieldComponent, seamark.FieldSource, seamark.FieldFingerprint}
}

type facetJSON struct {
	Field  seamark.Field   `json:"field"`
	Values []seamark.Count `json:"values"` // most frequent first
	More   bool            `json:"more"`   // there are further values
}

// facets answers GET /api/logs/facets: the top values of each field (field=… for some
// of them, top=…, match=… for those that contain a text).
func (s *Server) facets(w http.ResponseWriter, r *http.Request) {
	q, err := s.parseQuestion(r, "field", "top", "match")
	var top int
	if err == nil {
		top, err = intParam(q.rest, "top", 1, maxTop, 10)
	}
	fields := facetFields(q.query.Table)
	if names := q.rest.Get("field"); err == nil && names != "" {
		fields, err = facetsAsked(q.query.Table, names)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.opts.Timeout)
	defer cancel()
	out, err := s.count(ctx, q.query, fields, top, q.rest.Get("match"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.answer(w, r, struct {
		frame
		Facets []facetJSON `json:"facets"`
	}{q.frame, out})
}

// facetsAsked are the fields of a list, each once: each is a query of its own.
func facetsAsked(t seamark.Table, list string) ([]seamark.Field, error) {
	var fields []seamark.Field
	for _, name := range splitValues(list) {
		f := seamark.Field(name)
		if err := t.CheckField(f); err != nil {
			return nil, err
		}
		if !slices.Contains(fields, f) {
			fields = append(fields, f)
		}
	}
	return fields, nil
}

// count asks for the top values of fields; with match for those among the most frequent whose
// value or text contains it.
func (s *Server) count(ctx context.Context, q seamark.Query, fields []seamark.Field, top int, match string) ([]facetJSON, error) {
	ask := top + 1
	if match != "" {
		ask = maxTop
	}
	counts, err := s.opts.Searcher.Facets(ctx, q, fields, ask)
	if err != nil {
		return nil, err
	}
	match = strings.ToLower(match)
	out := make([]facetJSON, len(fields))
	for i, f := range fields {
		out[i] = facetJSON{Field: f, Values: make([]seamark.Count, 0, top)}
		for _, c := range counts[i] {
			if !strings.Contains(strings.ToLower(c.Value), match) && !strings.Contains(strings.ToLower(c.Text), match) {
				continue
			}
			if len(out[i].Values) == top {
				out[i].More = true
				break
			}
			out[i].Values = append(out[i].Values, c)
		}
	}
	return out, nil
}
