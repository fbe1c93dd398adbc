package dashboards

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/query"
)

// maxDownload bounds the rows of one file; downloadPage is how many are held at a time.
const (
	maxDownload  = 100_000
	downloadPage = 1000
)

// download answers GET /api/logs/download?format=csv|json: all rows of a question as a file, newest
// first and whole: CSV, or a line of JSON each. More than 100,000 are refused. A file that cannot be
// finished is broken off, so that it does not look whole.
func (s *Server) download(w http.ResponseWriter, r *http.Request) {
	q, err := s.parseQuestion(r, "format")
	format := q.rest.Get("format")
	if err == nil && format != "csv" && format != "json" {
		err = reject("format", "use csv or json", "cannot write %q", format)
	}
	if err == nil {
		err = s.checkDownload(r, q.query)
	}
	q.query.Limit = downloadPage
	var answer seamark.Result
	if err == nil {
		answer, err = s.searchPage(r, q.query)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	name, media, write := string(q.query.Table)+".ndjson", "application/x-ndjson", jsonRows(w)
	if format == "csv" {
		name, media, write = string(q.query.Table)+".csv", "text/csv; charset=utf-8", csvRows(w, q.query.Table)
	}
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Content-Type", media)
	for {
		if write(answer.Hits) != nil {
			return // the reader went away
		}
		if !answer.More {
			return
		}
		at := answer.Hits[len(answer.Hits)-1].Position()
		q.query.Before = &at
		if answer, err = s.searchPage(r, q.query); err != nil {
			s.opts.Logger.ErrorContext(r.Context(), "a download was broken off", "error", err)
			panic(http.ErrAbortHandler)
		}
	}
}

// checkDownload refuses what is too much for a file.
func (s *Server) checkDownload(r *http.Request, q seamark.Query) error {
	ctx, cancel := context.WithTimeout(r.Context(), s.opts.Timeout)
	defer cancel()
	bars, err := s.opts.Searcher.Histogram(ctx, q, stepFor(q.Span))
	n := int64(0)
	for _, b := range bars {
		n += b.Total()
	}
	if err == nil && n > maxDownload {
		err = reject("download", "narrow the time range or add a filter; `seamark query` writes any number", "%d rows are more than a file of %d", n, maxDownload)
	}
	return err
}

func (s *Server) searchPage(r *http.Request, q seamark.Query) (seamark.Result, error) {
	ctx, cancel := context.WithTimeout(r.Context(), s.opts.Timeout)
	defer cancel()
	return s.opts.Searcher.Search(ctx, q)
}

func jsonRows(w http.ResponseWriter) func([]seamark.Hit) error {
	e := json.NewEncoder(w)
	return func(hits []seamark.Hit) error {
		for _, h := range hits {
			if err := e.Encode(h); err != nil {
				return err
			}
		}
		return nil
	}
}

// csvRows writes a line of names, and then of values. What a spreadsheet would take for a formula has
// a ' before it.
func csvRows(w http.ResponseWriter, t seamark.Table) func([]seamark.Hit) error {
	out := csv.NewWriter(w)
	columns := query.Columns(t)
	// The time comes first, as a listing shows it.
	columns = slices.Insert(slices.DeleteFunc(columns, func(c string) bool { return c == "timestamp" }), 0, "timestamp")
	named := false
	return func(hits []seamark.Hit) error {
		if !named {
			named = true
			if err := out.Write(columns); err != nil {
				return err
			}
		}
		for i := range hits {
			cells := make([]string, len(columns))
			for j, c := range columns {
				cells[j] = cellOf(&hits[i], c)
			}
			if err := out.Write(cells); err != nil {
				return err
			}
		}
		out.Flush()
		return out.Error()
	}
}

func cellOf(h *seamark.Hit, column string) string {
	text, number, isNumber := query.ValueOf(h, column)
	switch {
	case isNumber && (column == "timestamp" || column == "ingested_at"):
		return time.UnixMilli(int64(number)).UTC().Format("2006-01-02T15:04:05.000Z")
	case isNumber:
		return strconv.FormatFloat(number, 'f', -1, 64)
	case text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])):
		return "'" + text
	}
	return text
}
