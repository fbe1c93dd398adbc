package dashboards

import (
	"context"
	"io/fs"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/seamark-hq/seamark"
)

// row answers GET /api/logs/row?event_id=…&ts=<Unix ms>: one row, whole. What else names it
// (product, environment, account_id, source), when given, spares the store the other partitions.
func (s *Server) row(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), s.opts.Timeout)
	defer cancel()
	hit, err := s.named(ctx, r.URL.Query())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.answer(w, r, map[string]seamark.Hit{"row": hit})
}

// beside answers GET /api/logs/context: the row that is named as in /api/logs/row, and up to n rows
// on either side of it in its stream, unfiltered. Earlier ones are newest first, later ones oldest
// first; texts over 2 KB are cut.
func (s *Server) beside(w http.ResponseWriter, r *http.Request) {
	values := r.URL.Query()
	n, err := intParam(values, "n", 1, seamark.MaxContext, 10)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.opts.Timeout)
	defer cancel()
	hit, err := s.named(ctx, values)
	var earlier, later []seamark.Hit
	if err == nil {
		earlier, later, err = seamark.Around(ctx, s.opts.Searcher.Search, &hit, n, maxTextBytes)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.answer(w, r, map[string][]seamark.Hit{"earlier": cutRows(earlier), "later": cutRows(later)})
}

// named finds the row that a request names; fs.ErrNotExist: there is none.
func (s *Server) named(ctx context.Context, values url.Values) (seamark.Hit, error) {
	ts, err := strconv.ParseInt(values.Get("ts"), 10, 64)
	id := values.Get("event_id")
	if err != nil || id == "" || ts < 0 || ts > 1e14 {
		return seamark.Hit{}, reject("row", "give event_id and ts, the row's timestamp in Unix milliseconds", "the row is not named")
	}
	q := seamark.Query{Table: seamark.Table(values.Get("table")), Limit: 1}
	q.Span = seamark.Span{From: time.UnixMilli(ts).UTC(), To: time.UnixMilli(ts + 1).UTC()}
	q.Terms = []seamark.Term{{Field: seamark.FieldEventID, Values: []string{id}}}
	for _, f := range []seamark.Field{seamark.FieldProduct, seamark.FieldEnvironment, seamark.FieldAccount, seamark.FieldSource} {
		if v := values.Get(string(f)); v != "" {
			q.Terms = append(q.Terms, seamark.Term{Field: f, Values: []string{v}})
		}
	}
	if err := q.Validate(); err != nil {
		return seamark.Hit{}, err
	}
	result, err := s.opts.Searcher.Search(ctx, q)
	if err == nil && len(result.Hits) == 0 {
		err = fs.ErrNotExist
	}
	if err != nil {
		return seamark.Hit{}, err
	}
	return result.Hits[0], nil
}

// compare answers GET /api/logs/compare: the patterns of the question's rows that occur more or less
// often than in the time of the same length before; what is new first.
func (s *Server) compare(w http.ResponseWriter, r *http.Request) {
	q, err := s.parseQuestion(r)
	if err == nil && q.query.Table != seamark.TableLogs {
		err = reject("table", "use logs", "requests have no patterns")
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.opts.Timeout)
	defer cancel()
	earlier := q.query
	earlier.Span = q.query.Span.Earlier()
	var counts [2][]seamark.Count
	for i, of := range []seamark.Query{q.query, earlier} {
		answers, err := s.opts.Searcher.Facets(ctx, of, []seamark.Field{seamark.FieldFingerprint}, maxTop)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		counts[i] = answers[0]
	}
	changes := seamark.Changes(counts[0], counts[1])
	s.answer(w, r, struct {
		frame
		BeforeFrom int64            `json:"before_from"` // Unix milliseconds; until From
		Changes    []seamark.Change `json:"changes"`     // at most 100
		More       bool             `json:"more"`
	}{q.frame, earlier.Span.From.UnixMilli(), append([]seamark.Change{}, changes[:min(len(changes), mostChanges)]...), len(changes) > mostChanges})
}

// mostChanges are answered at most.
const mostChanges = 100
